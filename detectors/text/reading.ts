/**
 * One reading of a canonical text: folded units, tokens, sentences. Everything the features need, found in a single pass over
 * buffers that are used again for the next text; training and serving both read through here.
 */
import { APOSTROPHE, CAPITAL, DIGIT, fold, kindOf, MARK, OTHER, SMALL, SPACE } from './alphabet.js';
import { roleOf } from './function-words.js';

/** Units of one window; longer texts are read window by window. The training texts end here too (data card). */
export const WINDOW = 4_000;

/** A stretch without a sentence end is cut after so many units, so that spans stay readable. */
const LONGEST_SENTENCE = 400;

export const WORD = 1;
export const NUMBER = 2;
export const PUNCTUATION = 3;

/** How a word is written. */
export const LOWER = 0;
export const INITIAL = 1;
export const UPPER = 2;

export class Reading {
  /** Where the window lies in the text. */
  start = 0;
  end = 0;
  /** Units of the window as they stand, and the same memory as bytes. */
  private readonly codes = new Uint16Array(WINDOW);
  private readonly bytes = Buffer.from(this.codes.buffer);
  /** Folded units of the window. */
  readonly folded = new Uint16Array(WINDOW);
  tokens = 0;
  readonly kind = new Uint8Array(WINDOW);
  readonly hash = new Int32Array(WINDOW);
  /** Role of a function word, else 0. */
  readonly role = new Uint8Array(WINDOW);
  readonly casing = new Uint8Array(WINDOW);
  /** Units from the window's start. */
  readonly from = new Uint16Array(WINDOW);
  readonly to = new Uint16Array(WINDOW);
  words = 0;
  sentences = 0;
  /** Units from the window's start, exclusive. */
  readonly sentenceEnd = new Uint16Array(WINDOW);

  /**
   * Reads a window of a text.
   * @returns where the next window begins; the text's length when all was read
   */
  read(text: string, start: number): number {
    const end = windowEnd(text, start);
    this.start = start;
    this.end = end;
    this.tokens = 0;
    this.words = 0;
    this.sentences = 0;
    // One native copy costs less than asking the string for every unit (both are UTF-16 in the machine's order).
    this.bytes.write(start === 0 && end === text.length ? text : text.slice(start, end), 'utf16le');
    const { codes, folded } = this;
    let sentenceStart = 0;
    const length = end - start;
    let i = 0;
    while (i < length) {
      const code = codes[i]!;
      const kind = kindOf(code);
      if (kind === SMALL || kind === CAPITAL || kind === DIGIT) {
        i = this.readWord(i, length);
        continue;
      }
      folded[i] = fold(code);
      i++;
      if (kind === SPACE) {
        if (i - sentenceStart > LONGEST_SENTENCE) {
          this.sentenceEnd[this.sentences++] = i;
          sentenceStart = i;
        }
        continue;
      }
      if (kind === OTHER) continue;
      const at = this.tokens++;
      this.kind[at] = PUNCTUATION;
      this.hash[at] = fold(code);
      this.role[at] = 0;
      this.casing[at] = 0;
      this.from[at] = i - 1;
      this.to[at] = i;
      if (kind === MARK && endsSentence(codes, i, length, code)) {
        this.sentenceEnd[this.sentences++] = i;
        sentenceStart = i;
      }
    }
    if (sentenceStart < length) this.sentenceEnd[this.sentences++] = length;
    return end;
  }

  /** Letters, digits, and apostrophes between letters. @returns the unit after the word */
  private readWord(first: number, length: number): number {
    const { codes, folded } = this;
    let hash = 0x811c9dc5;
    let capitals = 0;
    let others = 0; // digits and apostrophes
    let i = first;
    for (; i < length; i++) {
      const code = codes[i]!;
      const kind = kindOf(code);
      if (kind !== SMALL) {
        if (kind === CAPITAL) capitals++;
        else if (kind === DIGIT) others++;
        else if (kind === APOSTROPHE) {
          const next = i + 1 < length ? kindOf(codes[i + 1]!) : OTHER;
          if (next !== SMALL && next !== CAPITAL) break;
          others++;
        } else break;
      }
      const unit = fold(code);
      folded[i] = unit;
      hash = Math.imul(hash ^ unit, 0x01000193);
    }
    const letters = i - first - others;
    const at = this.tokens++;
    this.kind[at] = letters > 0 ? WORD : NUMBER;
    this.hash[at] = hash;
    this.role[at] = letters > 0 ? roleOf(hash) : 0;
    const initial = kindOf(codes[first]!) === CAPITAL;
    this.casing[at] = capitals > 1 && capitals === letters ? UPPER : initial ? INITIAL : LOWER;
    this.from[at] = first;
    this.to[at] = i;
    this.words++;
    return i;
  }
}

/** The window ends at a space where there is one near its limit, and never inside a surrogate pair. */
function windowEnd(text: string, start: number): number {
  const limit = start + WINDOW;
  if (limit >= text.length) return text.length;
  const space = text.lastIndexOf(' ', limit - 1);
  if (space > start + WINDOW / 2) return space + 1;
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code <= 0xdbff ? limit - 1 : limit;
}

/** Whether the mark before unit `i` closes a sentence: . ! ? with nothing but closing quotes before a space and a beginning. */
function endsSentence(codes: Uint16Array, i: number, length: number, code: number): boolean {
  const closing = code === 0x22 || code === 0x29;
  const mark = closing && i >= 2 ? codes[i - 2]! : code;
  if (mark !== 0x2e && mark !== 0x21 && mark !== 0x3f) return false;
  if (i >= length) return true;
  if (codes[i] !== 0x20) return false;
  return i + 1 >= length || kindOf(codes[i + 1]!) !== SMALL;
}

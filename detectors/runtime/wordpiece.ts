/**
 * WordPiece as BERT's uncased models have it, with the place of every piece in the text. The same ids as the reference gives,
 * except that `[SEP]` and its like written in a text are text: no author reaches the model's own marks.
 */
import { partsOf } from './bert-characters.js';
import { ALONE, kindOf, LETTER, SPACE } from './character-kinds.js';
import { PieceList, type Pieces, Word } from './pieces.js';

/** Code points of a word beyond which it is unknown as a whole. */
const LONGEST_WORD = 100;

const CONTINUES = '##';

const asciiKind = Uint8Array.from({ length: 128 }, (_, code) => kindOf(code));

/**
 * End of the space, or of the word of ASCII characters, that begins here; `at` itself where there is none, or where the word
 * goes on in other characters.
 */
function plainEnd(text: string, at: number): number {
  const kind = asciiKind[text.charCodeAt(at)];
  if (kind !== LETTER) return kind === SPACE || kind === ALONE ? at + 1 : at;
  let end = at + 1;
  while (end < text.length && asciiKind[text.charCodeAt(end)] === LETTER) end++;
  if (end === text.length) return end;
  const next = asciiKind[text.charCodeAt(end)];
  return next === SPACE || next === ALONE ? end : at;
}

/** Cuts texts into pieces of one vocabulary. */
export class WordPiece {
  readonly #first = new Map<string, number>();
  readonly #next = new Map<string, number>();
  #longestFirst = 0;
  #longestNext = 0;
  /** Ids of `[CLS]`, `[SEP]`, `[UNK]` and `[PAD]`. */
  readonly cls: number;
  readonly sep: number;
  readonly unknown: number;
  readonly pad: number;
  /** Entries of the vocabulary. */
  readonly size: number;

  /**
   * @param vocabulary one piece an entry; its position is its id
   * @throws {RangeError} when one of the four marks is missing
   */
  constructor(vocabulary: readonly string[]) {
    vocabulary.forEach((piece, id) => {
      if (piece.length > CONTINUES.length && piece.startsWith(CONTINUES)) {
        const rest = piece.slice(CONTINUES.length);
        this.#next.set(rest, id);
        this.#longestNext = Math.max(this.#longestNext, rest.length);
      } else {
        this.#first.set(piece, id);
        this.#longestFirst = Math.max(this.#longestFirst, piece.length);
      }
    });
    const mark = (name: string): number => {
      const id = this.#first.get(name);
      if (id === undefined) throw new RangeError(`expected ${name} in the vocabulary, found none`);
      return id;
    };
    this.cls = mark('[CLS]');
    this.sep = mark('[SEP]');
    this.unknown = mark('[UNK]');
    this.pad = mark('[PAD]');
    this.size = vocabulary.length;
  }

  /** The pieces of a text, without `[CLS]` and `[SEP]`. Any string has an answer, also an ill-formed one. */
  encode(text: string): Pieces {
    const out = new PieceList();
    const word = new Word();
    for (let at = 0; at < text.length; ) {
      // Most words are plain ASCII: they lie in the text as they are.
      const plain = word.empty ? plainEnd(text, at) : at;
      if (plain > at) {
        if (asciiKind[text.charCodeAt(at)] !== SPACE) {
          const start = at;
          this.#cut(text.slice(start, plain).toLowerCase(), (unit) => start + unit, plain, out);
        }
        at = plain;
        continue;
      }
      const code = text.codePointAt(at)!;
      const end = at + (code > 0xffff ? 2 : 1);
      for (const { kind, text: part } of partsOf(code)) {
        if (kind !== LETTER) this.#end(word, out);
        if (kind === SPACE) continue;
        word.add(part, at, end);
        if (kind !== LETTER) this.#end(word, out);
      }
      at = end;
    }
    this.#end(word, out);
    return out.taken();
  }

  #end(word: Word, out: PieceList): void {
    if (word.empty) return;
    const { text, from, to } = word;
    this.#cut(text, (unit) => from[unit]!, to.at(-1)!, out, to);
    word.clear();
  }

  /**
   * Longest match first; a word with a rest that no piece matches is unknown as a whole.
   * @param startOf where the text holds a unit of the word
   * @param wordEnd where the text goes on behind the word
   * @param ends where the text goes on behind each unit; left out where units follow each other
   */
  #cut(
    word: string,
    startOf: (unit: number) => number,
    wordEnd: number,
    out: PieceList,
    ends?: readonly number[],
  ): void {
    if (word.length > LONGEST_WORD && [...word].length > LONGEST_WORD) {
      out.add(this.unknown, startOf(0), wordEnd);
      return;
    }
    const mark = out.length;
    for (let start = 0; start < word.length; ) {
      const table = start === 0 ? this.#first : this.#next;
      let end = Math.min(word.length, start + (start === 0 ? this.#longestFirst : this.#longestNext));
      let id = table.get(start === 0 && end === word.length ? word : word.slice(start, end));
      while (id === undefined && --end > start) id = table.get(word.slice(start, end));
      if (id === undefined) {
        out.cutBack(mark);
        out.add(this.unknown, startOf(0), wordEnd);
        return;
      }
      out.add(id, startOf(start), ends === undefined ? startOf(end) : ends[end - 1]!);
      start = end;
    }
  }
}

/**
 * The entries of a `vocab.txt`: one a line, UTF-8.
 * @throws {TypeError} when it is not UTF-8
 */
export function readVocabulary(bytes: Uint8Array): string[] {
  const lines = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

/**
 * The fast path: one look at each code unit tells whether a text could need any repair at all. Nearly all training texts
 * and most plain posts do not; they pass at the speed of this loop. A doubt sends the text the long way, never the reverse.
 */

const OTHER = 0;
const SMALL = 1;
const CAPITAL = 2;
const SPACE = 3;
const MARK = 4; // . , ! ? ;
const STOP = 5; // may begin something to repair
const DIGIT = 6;
const DASH = 7;

/** Class of each of the first 384 code units (ASCII, Latin-1, Latin Extended-A); everything above is STOP but the em dash. */
const CLASS = new Uint8Array(384);
for (let code = 0; code < CLASS.length; code++) {
  const ch = String.fromCharCode(code);
  if (code < 32 || (code >= 127 && code < 0xa1) || code === 0xad) CLASS[code] = STOP;
  else if (ch >= 'a' && ch <= 'z') CLASS[code] = SMALL;
  else if (ch >= 'A' && ch <= 'Z') CLASS[code] = CAPITAL;
  else if (ch >= '0' && ch <= '9') CLASS[code] = DIGIT;
  else if (ch === ' ') CLASS[code] = SPACE;
  else if ('.,!?;'.includes(ch)) CLASS[code] = MARK;
  else if (ch === '-') CLASS[code] = DASH;
  else if ('<&*_`#@[\\~|>+'.includes(ch)) CLASS[code] = STOP;
  else CLASS[code] = OTHER;
}

/**
 * @param text received text
 * @param mail whether telephone numbers count as something to repair
 * @returns true when canonicalisation would certainly change nothing
 */
export function isPlain(text: string, mail: boolean): boolean {
  const { length } = text;
  if (length === 0) return true;
  if (text.charCodeAt(0) === 0x20 || text.charCodeAt(length - 1) === 0x20) return false;
  // A text that does not end like a sentence may have a loose end to cut; one that begins RT or TIL has a mark.
  const ending = text.charCodeAt(length - 1);
  const ended =
    ending < 384 && CLASS[ending] !== SMALL && CLASS[ending] !== CAPITAL && CLASS[ending] !== DIGIT;
  let previous = SPACE;
  let marks = 0;
  let digits = 0;
  let rises = 0;
  let lone = 0;
  let spaces = 0;
  let wordLength = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 384) {
      // An em dash between spaces is canonical.
      if (code !== 0x2014 || text.charCodeAt(i - 1) !== 0x20 || text.charCodeAt(i + 1) !== 0x20) return false;
      if (text.charCodeAt(i + 2) === 0x2d || text.charCodeAt(i + 2) === 0x2014) return false;
      previous = OTHER;
      marks = 0;
      wordLength = 2;
      continue;
    }
    const kind = CLASS[code]!;
    if (kind === SMALL) {
      // "www." and "http": the only links without another sign.
      if (code === 0x77 && text.charCodeAt(i + 1) === 0x77 && text.charCodeAt(i + 2) === 0x77) return false;
      wordLength++;
    } else if (kind === SPACE) {
      if (previous === SPACE) return false;
      if (wordLength === 1) {
        if (++lone >= 4) return false;
      } else lone = 0;
      wordLength = 0;
      spaces++;
      marks = 0;
      previous = SPACE;
      continue;
    } else if (kind === STOP) {
      return false;
    } else if (kind === MARK) {
      if (previous === SPACE) return false;
      if (previous === MARK && ++marks >= 3) return false;
      if (previous !== MARK) marks = 0;
    } else if (kind === CAPITAL) {
      if (previous === SMALL && ++rises >= 6) return false;
      wordLength++;
      if (code === 0x57 && (text.charCodeAt(i + 1) | 0x20) === 0x77) return false;
    } else if (kind === DASH) {
      if (previous === DASH) return false;
      wordLength++;
    } else {
      if (kind === DIGIT) digits++;
      if (code === 0x2f && previous !== SPACE && text.charCodeAt(i - 1) === 0x3a) return false;
      wordLength++;
    }
    previous = kind;
  }
  if (mail && digits >= 9) return false;
  if (!ended && spaces >= 38) return false;
  return lone < 4 && !/^(?:RT|TIL|ELI5|LPT|CMV|AMA|PSA)[:, ]/.test(text);
}

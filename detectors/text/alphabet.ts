/**
 * What each UTF-16 unit of a canonical text is to the reader of words, and the form it takes inside n-grams: letters
 * lower-cased, digits all alike (a year or a price tells the topic, not the author). Tables, because this is the innermost loop.
 */

export const OTHER = 0;
export const SMALL = 1;
export const CAPITAL = 2;
export const DIGIT = 3;
export const SPACE = 4;
export const MARK = 5;
export const APOSTROPHE = 6;
/** Pictures, symbols, halves of astral characters. */
export const SIGN = 7;

const KIND = new Uint8Array(0x10000);
const FOLDED = new Uint16Array(0x10000);

const isLetter = (ch: string): boolean => /[\p{L}\p{M}]/u.test(ch);

for (let code = 0; code < 0x10000; code++) {
  FOLDED[code] = code;
  if (code >= 0xd800 && code <= 0xdfff) {
    KIND[code] = SIGN;
    continue;
  }
  const ch = String.fromCharCode(code);
  if (ch >= '0' && ch <= '9') {
    KIND[code] = DIGIT;
    FOLDED[code] = 0x30;
  } else if (ch === "'") KIND[code] = APOSTROPHE;
  else if (code === 0x20) KIND[code] = SPACE;
  else if (code < 0x20) KIND[code] = OTHER;
  else if (code < 0x80 ? /[A-Za-z]/.test(ch) : isLetter(ch)) {
    const lower = ch.toLowerCase();
    KIND[code] = lower !== ch ? CAPITAL : SMALL;
    if (lower.length === 1) FOLDED[code] = lower.charCodeAt(0);
  } else KIND[code] = code < 0x2070 ? MARK : SIGN;
}

/** Kind of a UTF-16 unit: one of the constants above. */
export const kindOf = (code: number): number => KIND[code]!;

/** The unit as n-grams see it. */
export const fold = (code: number): number => FOLDED[code]!;

/**
 * Whether a text is prose at all. Code, tables, encoded bytes and one phrase said a thousand times have no style to judge; the
 * model has seen none of them, so it must not speak about them.
 */
import type { TextShape } from './shape.js';

/** No language in use here averages longer words; encoded bytes and hashes do. */
const WORD_LENGTH = 13;
/** Marks per word: prose has 0.1–0.3, code and tables over 0.8. */
const MARKS_PER_WORD = 0.9;
/** Share of words that are numbers. */
const NUMBERS = 0.4;
/** Share of word pairs that were there before; only texts long enough to tell. */
const REPEATED_PAIRS = 0.75;
const ENOUGH_WORDS = 40;

/** @returns why the text is no prose, or null when it is */
export function notProse(shape: TextShape): 'encoded' | 'marks' | 'numbers' | 'repeated' | null {
  const { words, units, tokens, numbers, repeatedPairs } = shape;
  if (words === 0) return null;
  if (shape.wordUnits / words > WORD_LENGTH && units > 40) return 'encoded';
  if (words >= 8 && (tokens - words) / words > MARKS_PER_WORD) return 'marks';
  if (words >= 8 && numbers / words > NUMBERS) return 'numbers';
  if (words >= ENOUGH_WORDS && repeatedPairs / words > REPEATED_PAIRS) return 'repeated';
  return null;
}

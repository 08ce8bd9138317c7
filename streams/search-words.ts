/**
 * Folded search words: what an item can be found by. The same folding is applied to the words of a query, so
 * upper case, accents and width make no difference. Bounded: LIMITS.searchWords words of LIMITS.searchWordLength units.
 */
import { LIMITS } from '../schemas/limits.js';

/** A run that starts with a letter or digit; marks belong to the letter before them, but a pile of them ends the word. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]{0,63}/gu;

const ASCII = /^[\x21-\x7e]*$/;

/** Compatibility forms, case and accents undone. The word is short, so normalising stays cheap whatever the input. */
export function foldWord(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase().slice(0, LIMITS.searchWordLength);
  return word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .slice(0, LIMITS.searchWordLength);
}

/**
 * Distinct folded words in order of appearance, at most LIMITS.searchWords. Single letters are left out; single
 * characters of scripts without spaces are kept.
 */
export function searchWords(...texts: readonly (string | null | undefined)[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    if (!text) continue;
    for (const match of text.matchAll(WORD)) {
      if (words.size >= LIMITS.searchWords) return [...words];
      const word = foldWord(match[0]);
      if (word.length > 1 || /[^\p{Script=Latin}\p{N}]/u.test(word)) words.add(word);
    }
  }
  return [...words];
}

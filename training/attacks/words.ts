/** Attacks on the choice of words: each known word or phrase is swapped for one that can stand in its place. */
import { likeCase } from './case.js';
import { SYNONYMS } from './synonyms.js';

const escaped = [...SYNONYMS.keys()]
  // The longest first, so that a phrase is seen before the word it begins with.
  .sort((a, b) => b.length - a.length)
  .map((word) => word.replace(/-/g, '\\-'));
/** A known word or phrase, with an indefinite article before it, which has to fit the word that follows. */
const KNOWN = new RegExp(`\\b(?:(an?) )?(${escaped.join('|')})\\b`, 'gi');

const article = (like: string, word: string): string =>
  likeCase(like, /^[aeiou]/i.test(word) && !/^(?:use|uni|one)/i.test(word) ? 'an' : 'a');

/**
 * @param share of the known words that are swapped, 0 to 1
 * @returns the text with synonyms, in the same form and with the same capitals
 */
export function swapSynonyms(text: string, random: () => number, share = 0.5): string {
  return text.replace(KNOWN, (whole, before: string | undefined, word: string) => {
    if (random() >= share) return whole;
    const others = SYNONYMS.get(word.toLowerCase())!;
    const other = likeCase(word, others[Math.floor(random() * others.length)]!);
    return before === undefined ? other : `${article(before, other)} ${other}`;
  });
}

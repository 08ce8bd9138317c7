/**
 * Simple attacks on a text, seeded: what evaders do by hand or with a script. Light doses are mixed into training on both classes,
 * full doses are used to measure; an attacked human text stays human.
 */
const HOMOGLYPHS: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  x: 'х',
  y: 'у',
};

const SPELLINGS: readonly [RegExp, string][] = [
  [/\b(\w+)ize(d|s)?\b/g, '$1ise$2'],
  [/\bcolor/g, 'colour'],
  [/\bbehavior/g, 'behaviour'],
  [/\bfavor/g, 'favour'],
  [/\bcenter/g, 'centre'],
  [/\banalyz/g, 'analys'],
];

type Random = () => number;

/** Each attack gets the text, a share of places to touch, and the random numbers. */
export const ATTACKS = {
  homoglyph: (text: string, random: Random, share = 0.3) =>
    text.replace(/[aceiopsxy]/g, (ch) => (random() < share ? HOMOGLYPHS[ch]! : ch)),
  zero_width: (text: string, random: Random, share = 0.3) =>
    text.replace(/\w/g, (ch) => (random() < share ? `${ch}\u200b` : ch)),
  misspelling: (text: string, random: Random, share = 0.1) =>
    text.replace(/[A-Za-z]{4,}/g, (word) => (random() < share ? misspell(word, random) : word)),
  articles: (text: string, random: Random, share = 0.5) =>
    text.replace(/\b(?:a|an|the) /gi, (word) => (random() < share ? '' : word)),
  upper_lower: (text: string, random: Random, share = 0.05) =>
    text.replace(/[A-Za-z]/g, (ch) =>
      random() >= share ? ch : ch === ch.toLowerCase() ? ch.toUpperCase() : ch.toLowerCase(),
    ),
  whitespace: (text: string, random: Random, share = 0.15) =>
    text.replace(/ /g, () => (random() < share ? '  ' : ' ')),
  spelling_variant: (text: string) =>
    SPELLINGS.reduce((changed, [from, to]) => changed.replace(from, to), text),
  numbers: (text: string, random: Random, share = 0.5) =>
    text.replace(/\d/g, (digit) => (random() < share ? String(Math.floor(random() * 10)) : digit)),
} as const;

export type Attack = keyof typeof ATTACKS;

/** Swaps, drops or doubles a letter inside a word. */
function misspell(word: string, random: Random): string {
  const at = 1 + Math.floor(random() * (word.length - 2));
  const kind = Math.floor(random() * 3);
  if (kind === 0) return word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2);
  if (kind === 1) return word.slice(0, at) + word.slice(at + 1);
  return word.slice(0, at) + word[at]! + word.slice(at);
}

/** A stretch of whole words from the text, from `least` to `most` words, beginning at a sentence where one begins nearby. */
export function crop(text: string, random: Random, least: number, most: number): string {
  const words = text.split(' ');
  const size = Math.min(words.length, least + Math.floor(random() * (most - least + 1)));
  let start = Math.floor(random() * (words.length - size + 1));
  for (let back = 0; back < 30 && start - back > 0; back++) {
    if (/[.!?]["')]?$/.test(words[start - back - 1]!)) {
      start -= back;
      break;
    }
  }
  return words.slice(start, start + size).join(' ');
}

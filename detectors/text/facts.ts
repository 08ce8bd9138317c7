/**
 * The style facts a text is described by, the group each is explained under, and the bands of length within which their ranges are
 * cut into bins: a short text's spread of sentence lengths means something else than a long one's.
 */

/** Facts in the order of the weights, and the group under which each is explained. */
export const FACTS = {
  wordLength: 'vocabulary',
  wordLengthSpread: 'vocabulary',
  longWords: 'vocabulary',
  distinctWords: 'vocabulary',
  onceWords: 'vocabulary',
  functionWords: 'vocabulary',
  sentenceLength: 'sentences',
  sentenceSpread: 'sentences',
  sentenceEvenness: 'sentences',
  longestSentence: 'sentences',
  shortestSentence: 'sentences',
  lowerStarts: 'casing',
  commas: 'punctuation',
  stops: 'punctuation',
  colons: 'punctuation',
  dashes: 'punctuation',
  hyphens: 'punctuation',
  brackets: 'punctuation',
  quotes: 'punctuation',
  questions: 'punctuation',
  exclamations: 'punctuation',
  ellipses: 'punctuation',
  signs: 'punctuation',
  contractions: 'register',
  numbers: 'register',
  upperWords: 'casing',
  initialWords: 'casing',
  lowerPronoun: 'casing',
  openEnd: 'punctuation',
  first: 'register',
  second: 'register',
  third: 'register',
  articles: 'register',
  joining: 'register',
  linking: 'register',
  prepositions: 'register',
  being: 'register',
  helping: 'register',
  chatting: 'register',
  measuring: 'register',
  pointing: 'register',
  repeatedPairs: 'vocabulary',
  adverbs: 'vocabulary',
  nouns: 'vocabulary',
  triples: 'sentences',
  openings: 'sentences',
} as const;

export type Fact = keyof typeof FACTS;
export type StyleGroup = (typeof FACTS)[Fact];
export const FACT_NAMES = Object.keys(FACTS) as Fact[];
export const STYLE_GROUPS = [...new Set(Object.values(FACTS))] as StyleGroup[];

/** Word counts at which the meaning of a fact changes; a text belongs to the first band it is shorter than. */
export const BANDS = [12, 25, 50, 100, 200] as const;
export const BAND_COUNT = BANDS.length + 1;
export const BINS = 12;

export function bandOf(words: number): number {
  let band = 0;
  while (band < BANDS.length && words >= BANDS[band]!) band++;
  return band;
}

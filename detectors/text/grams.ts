/**
 * Hashed n-grams of a reading, in three families: letters (3 and 5 units, across words), words (1–3) and grammar (2–5 tokens in
 * which every word of content is reduced to its ending and casing). Each occurrence is one bucket number, in order of
 * the text, so that a sentence's share of the evidence is a range of the list.
 */
import { INITIAL, NUMBER, PUNCTUATION, type Reading, UPPER, WINDOW, WORD } from './reading.js';

export const FAMILIES = ['letters', 'words', 'grammar'] as const;
export type Family = (typeof FAMILIES)[number];

/** Buckets per family, powers of two. Part of the model: weights are laid out in this order. */
export const BUCKETS: Readonly<Record<Family, number>> = {
  letters: 1 << 19,
  words: 1 << 19,
  grammar: 1 << 18,
};

/** Occurrences of one family in one window. */
export class Occurrences {
  count = 0;
  readonly bucket: Uint32Array;
  /** Occurrences up to the end of each sentence. */
  readonly sentenceCount = new Uint32Array(WINDOW);

  constructor(perUnit: number) {
    this.bucket = new Uint32Array(WINDOW * perUnit);
  }
}

export type Grams = Readonly<Record<Family, Occurrences>>;

export const emptyGrams = (): Grams => ({
  letters: new Occurrences(2),
  words: new Occurrences(3),
  grammar: new Occurrences(4),
});

/**
 * Bucket of a hash: multiply, keep the top bits (Knuth's multiplicative hashing). Cheap, because it runs for every n-gram.
 * @param bits log2 of the number of buckets
 */
const bucketOf = (hash: number, bits: number): number =>
  Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> (32 - bits);

const BITS: Readonly<Record<Family, number>> = {
  letters: Math.log2(BUCKETS.letters),
  words: Math.log2(BUCKETS.words),
  grammar: Math.log2(BUCKETS.grammar),
};

/** log2 of the first buckets, where the threes are: there are few of them, and the cache keeps what is close together. */
const THREES = 16;

const step = (hash: number, value: number): number => Math.imul(hash ^ value, 0x9e3779b1) ^ (hash >>> 15);

/** Fills `grams` with the occurrences of the reading. Linear: at most nine buckets per unit. */
export function readGrams(reading: Reading, grams: Grams): void {
  readLetters(reading, grams.letters);
  readWords(reading, grams.words);
  readGrammar(reading, grams.grammar);
}

function readLetters({ folded, start, end, sentences, sentenceEnd }: Reading, out: Occurrences): void {
  const { bucket, sentenceCount } = out;
  const bits = BITS.letters;
  const length = end - start;
  let count = 0;
  let sentence = 0;
  for (let i = 0; i + 2 < length; i++) {
    while (sentence < sentences && i >= sentenceEnd[sentence]!) sentenceCount[sentence++] = count;
    // A sum of units times odd constants: the longer n-gram is two products more.
    let hash =
      (Math.imul(folded[i]!, 0x9e3779b1) +
        Math.imul(folded[i + 1]!, 0x85ebca77) +
        Math.imul(folded[i + 2]!, 0xc2b2ae3d)) |
      0;
    bucket[count++] = bucketOf(hash, THREES);
    if (i + 4 >= length) continue;
    hash =
      (hash + Math.imul(folded[i + 3]!, 0x27d4eb2f) + Math.imul(folded[i + 4]!, 0x6c8e9cf5) + 0x3c6ef372) | 0;
    bucket[count++] = bucketOf(hash, bits);
  }
  while (sentence < sentences) sentenceCount[sentence++] = count;
  out.count = count;
}

function readWords(reading: Reading, out: Occurrences): void {
  const { bucket, sentenceCount } = out;
  const { tokens, kind, hash, from, sentences, sentenceEnd } = reading;
  const bits = BITS.words;
  let count = 0;
  let sentence = 0;
  let before = 1;
  let before2 = 1;
  for (let at = 0; at < tokens; at++) {
    while (sentence < sentences && from[at]! >= sentenceEnd[sentence]!) sentenceCount[sentence++] = count;
    if (kind[at] === PUNCTUATION) continue;
    const word = kind[at] === NUMBER ? 48 : hash[at]!;
    bucket[count++] = bucketOf(step(11, word), bits);
    const two = step(step(12, before), word);
    bucket[count++] = bucketOf(two, bits);
    bucket[count++] = bucketOf(step(step(step(13, before2), before), word), bits);
    before2 = before;
    before = word;
  }
  while (sentence < sentences) sentenceCount[sentence++] = count;
  out.count = count;
}

/** What is left of a token when its topic is taken away. */
function skeleton(reading: Reading, at: number): number {
  const kind = reading.kind[at]!;
  if (kind === PUNCTUATION) return reading.hash[at]! + 0x10000;
  if (kind === NUMBER) return 7;
  if (reading.role[at] !== 0) return reading.hash[at]!;
  const to = reading.to[at]!;
  const length = to - reading.from[at]!;
  const casing = reading.casing[at]!;
  if (kind === WORD && casing === UPPER) return 8;
  const { folded } = reading;
  // The last two letters of a longer word say what part of speech it is, mostly.
  const ending = length >= 5 ? folded[to - 1]! * 65_536 + folded[to - 2]! : length <= 3 ? 1 : 2;
  return step(casing === INITIAL ? 9 : 10, ending | 0);
}

const shapes = new Int32Array(WINDOW);

function readGrammar(reading: Reading, out: Occurrences): void {
  const { bucket, sentenceCount } = out;
  const { tokens, from, sentences, sentenceEnd } = reading;
  const bits = BITS.grammar;
  let count = 0;
  let sentence = 0;
  for (let at = 0; at < tokens; at++) shapes[at] = skeleton(reading, at);
  for (let at = 0; at < tokens; at++) {
    while (sentence < sentences && from[at]! >= sentenceEnd[sentence]!) sentenceCount[sentence++] = count;
    let hash = step(21, shapes[at]!);
    const last = Math.min(at + 4, tokens - 1);
    for (let next = at + 1; next <= last; next++) {
      hash = step(hash, shapes[next]!);
      bucket[count++] = bucketOf(hash, bits);
    }
  }
  while (sentence < sentences) sentenceCount[sentence++] = count;
  out.count = count;
}

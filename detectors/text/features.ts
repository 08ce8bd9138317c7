/**
 * From a canonical text to the features of the first stage, window by window: hashed n-grams and binned style facts, one index
 * space for all. Training and serving call the same functions; nothing else in the repository computes features.
 */

import { BAND_COUNT, BINS, bandOf, FACT_NAMES } from './facts.js';
import { BUCKETS, emptyGrams, FAMILIES, type Family, type Grams, readGrams } from './grams.js';
import { Reading } from './reading.js';
import { readStyle } from './style.js';

/** Changes with every change of a feature; weights fit one version only. */
export const FEATURES = 'text-3';

/** First index of each n-gram family, then of the style bins; `TOTAL` indices in all. */
export const OFFSET: Readonly<Record<Family | 'style', number>> = {
  letters: 0,
  words: BUCKETS.letters,
  grammar: BUCKETS.letters + BUCKETS.words,
  style: BUCKETS.letters + BUCKETS.words + BUCKETS.grammar,
};
export const STYLE_SIZE = BAND_COUNT * FACT_NAMES.length * BINS;
export const TOTAL = OFFSET.style + STYLE_SIZE;

/** Counts above this weigh no more. */
export const COUNT_CAP = 63;

/** Sublinear term weight of a count: 1 + ln count. */
export const TERM: Float64Array = Float64Array.from({ length: COUNT_CAP + 1 }, (_, count) =>
  count === 0 ? 0 : 1 + Math.log(count),
);

/** Edges between the bins of each fact in each band of length: [band][fact][BINS - 1], rising. */
export type StyleEdges = Float32Array;
export const edgesAt = (band: number, fact: number): number => (band * FACT_NAMES.length + fact) * (BINS - 1);

/** Index of a fact's bin, from 0 to STYLE_SIZE - 1. */
export function styleIndex(edges: StyleEdges, band: number, fact: number, value: number): number {
  const first = edgesAt(band, fact);
  let bin = 0;
  while (bin < BINS - 1 && value > edges[first + bin]!) bin++;
  return (band * FACT_NAMES.length + fact) * BINS + bin;
}

/** Reads windows of texts; its buffers are used again for every window. */
export class FeatureReader {
  readonly reading = new Reading();
  readonly grams: Grams = emptyGrams();
  readonly facts = new Float64Array(FACT_NAMES.length);
  band = 0;

  /** @returns where the next window begins; the text's length when all was read */
  read(text: string, start: number): number {
    const next = this.reading.read(text, start);
    readGrams(this.reading, this.grams);
    readStyle(this.reading, this.facts);
    this.band = bandOf(this.reading.words);
    return next;
  }
}

export { FAMILIES };

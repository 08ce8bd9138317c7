/**
 * Texts as sparse vectors, made by the features of the detector: distinct n-gram buckets with their counts, family by family, and
 * style facts that become bins once the edges are known. One typed array each, so that millions of entries stay small.
 */

import { FACT_NAMES } from '../detectors/text/facts.js';
import { COUNT_CAP, FAMILIES, FeatureReader, OFFSET, TERM } from '../detectors/text/features.js';
import { BUCKETS } from '../detectors/text/grams.js';

/** Texts up to one window; a longer one is read to its first window's end. */
export interface Vectors {
  size: number;
  /** First entry of text i and of each of its families: 3 per text, plus the end. */
  starts: Uint32Array;
  index: Uint32Array;
  count: Uint8Array;
  /** Length of the term vector of each family, 3 per text. */
  norm: Float32Array;
  /** FACT_NAMES.length per text. */
  facts: Float32Array;
  band: Uint8Array;
  words: Uint16Array;
}

/** @param texts canonical */
export function vectorise(texts: readonly string[]): Vectors {
  const reader = new FeatureReader();
  const families = FAMILIES.length;
  let capacity = 1 << 24;
  let index = new Uint32Array(capacity);
  let count = new Uint8Array(capacity);
  const starts = new Uint32Array(texts.length * families + 1);
  const norm = new Float32Array(texts.length * families);
  const facts = new Float32Array(texts.length * FACT_NAMES.length);
  const band = new Uint8Array(texts.length);
  const words = new Uint16Array(texts.length);
  const counts = FAMILIES.map((family) => new Uint8Array(BUCKETS[family]));
  let used = 0;
  for (let text = 0; text < texts.length; text++) {
    reader.read(texts[text]!, 0);
    facts.set(reader.facts, text * FACT_NAMES.length);
    band[text] = reader.band;
    words[text] = reader.reading.words;
    for (let f = 0; f < families; f++) {
      const family = FAMILIES[f]!;
      const occurrences = reader.grams[family];
      if (used + occurrences.count > capacity) {
        capacity *= 2;
        const wider = new Uint32Array(capacity);
        wider.set(index);
        index = wider;
        const widerCount = new Uint8Array(capacity);
        widerCount.set(count);
        count = widerCount;
      }
      const seen = counts[f]!;
      const first = used;
      for (let i = 0; i < occurrences.count; i++) {
        const bucket = occurrences.bucket[i]!;
        if (seen[bucket] === 0) index[used++] = bucket;
        if (seen[bucket]! < COUNT_CAP) seen[bucket]!++;
      }
      let squares = 0;
      for (let i = first; i < used; i++) {
        const bucket = index[i]!;
        const c = seen[bucket]!;
        seen[bucket] = 0;
        count[i] = c;
        squares += TERM[c]! ** 2;
        index[i] = bucket + OFFSET[family];
      }
      norm[text * families + f] = Math.sqrt(squares) || 1;
      starts[text * families + f + 1] = used;
    }
  }
  return {
    size: texts.length,
    starts,
    index: index.slice(0, used),
    count: count.slice(0, used),
    norm,
    facts,
    band,
    words,
  };
}

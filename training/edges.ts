/** Edges of the style bins: quantiles of each fact in each band of length, over the texts that are learnt from. */

import { BAND_COUNT, BINS, FACT_NAMES } from '../detectors/text/facts.js';
import { edgesAt } from '../detectors/text/features.js';
import type { Vectors } from './vectors.js';

export function styleEdges(vectors: Vectors, rows: Uint32Array): Float32Array {
  const facts = FACT_NAMES.length;
  const edges = new Float32Array(BAND_COUNT * facts * (BINS - 1));
  for (let band = 0; band < BAND_COUNT; band++) {
    const inBand = rows.filter((text) => vectors.band[text] === band);
    for (let fact = 0; fact < facts; fact++) {
      const values = Float32Array.from(inBand, (text) => vectors.facts[text * facts + fact]!).sort();
      const first = edgesAt(band, fact);
      let last = Number.NEGATIVE_INFINITY;
      // Equal quantiles (most texts have no semicolon) leave fewer, wider bins.
      let bin = 0;
      for (let q = 0; q < BINS - 1; q++) {
        const value =
          values.length === 0
            ? 0
            : values[Math.min(values.length - 1, Math.floor(((q + 1) / BINS) * values.length))]!;
        if (value > last) edges[first + bin++] = last = value;
      }
      for (; bin < BINS - 1; bin++) edges[first + bin] = Number.MAX_VALUE;
    }
  }
  return edges;
}

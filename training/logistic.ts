/**
 * Logistic regression on the sparse vectors: AdaGrad with a step that falls to zero over the epochs, weight decay on what is
 * touched. Seeded order, one core, no dependencies; the same input gives the same weights.
 */

import { FACT_NAMES } from '../detectors/text/facts.js';
import { FAMILIES, OFFSET, type StyleEdges, styleIndex, TERM, TOTAL } from '../detectors/text/features.js';
import { seeded, shuffle } from './random.js';
import type { Vectors } from './vectors.js';

export interface Weights {
  weight: Float32Array;
  bias: number;
}

export interface Settings {
  epochs: number;
  rate: number;
  decay: number;
  /** Squared gradient every weight starts with: what is rare moves little. */
  initial: number;
  /** Probability that a family of one text is left out of one step, so that no family is relied on alone. */
  dropout: number;
  /** How large each family's part of the vector is. */
  scale: { letters: number; words: number; grammar: number; style: number };
  seed: number;
}

export const SETTINGS: Settings = {
  epochs: 5,
  rate: 0.2,
  decay: 1e-6,
  initial: 1e-3,
  dropout: 0.1,
  scale: { letters: 1, words: 1, grammar: 1, style: 1 },
  seed: 1,
};

/** Value of each style bin of a text: all facts together have length one. */
export const STYLE_VALUE = 1 / Math.sqrt(FACT_NAMES.length);

/** @returns style bins of every text, as indices into the weights */
export function binStyle(vectors: Vectors, edges: StyleEdges): Uint32Array {
  const facts = FACT_NAMES.length;
  const bins = new Uint32Array(vectors.size * facts);
  for (let text = 0; text < vectors.size; text++) {
    const band = vectors.band[text]!;
    for (let fact = 0; fact < facts; fact++) {
      const value = vectors.facts[text * facts + fact]!;
      bins[text * facts + fact] = OFFSET.style + styleIndex(edges, band, fact, value);
    }
  }
  return bins;
}

/** Parts of a text's score, one per family and one for style. */
export function scoreParts(
  vectors: Vectors,
  bins: Uint32Array,
  text: number,
  weights: Weights,
  s: Settings,
  out: Float64Array,
): void {
  dot(vectors, bins, text, weights.weight, 1, s, out);
}

/** @param stride distance of two weights in `weight` */
function dot(
  vectors: Vectors,
  bins: Uint32Array,
  text: number,
  weight: Float32Array,
  stride: number,
  s: Settings,
  out: Float64Array,
): void {
  const { starts, index, count, norm } = vectors;
  for (let f = 0; f < FAMILIES.length; f++) {
    let sum = 0;
    const at = text * FAMILIES.length + f;
    const end = starts[at + 1]!;
    for (let i = starts[at]!; i < end; i++) sum += weight[stride * index[i]!]! * TERM[count[i]!]!;
    out[f] = (sum / norm[at]!) * s.scale[FAMILIES[f]!];
  }
  let sum = 0;
  const facts = FACT_NAMES.length;
  for (let i = text * facts; i < (text + 1) * facts; i++) sum += weight[stride * bins[i]!]!;
  out[FAMILIES.length] = sum * STYLE_VALUE * s.scale.style;
}

/** Log-odds of a text. */
export function scoreOf(
  vectors: Vectors,
  bins: Uint32Array,
  text: number,
  weights: Weights,
  settings: Settings,
): number {
  const parts = new Float64Array(FAMILIES.length + 1);
  scoreParts(vectors, bins, text, weights, settings, parts);
  return parts.reduce((sum, part) => sum + part, weights.bias);
}

/**
 * @param rows texts to learn from
 * @param machine 1 for machine texts
 * @param importance weight of each text in the loss, mean about one
 */
export function train(
  vectors: Vectors,
  bins: Uint32Array,
  rows: Uint32Array,
  machine: Uint8Array,
  importance: Float32Array,
  settings: Settings,
): Weights {
  // Weight and sum of squared gradients side by side: one cache line for both.
  const pairs = new Float32Array(2 * TOTAL);
  for (let j = 1; j < pairs.length; j += 2) pairs[j] = settings.initial;
  let bias = 0;
  const random = seeded(settings.seed);
  const order = rows.slice();
  const families = FAMILIES.length;
  const facts = FACT_NAMES.length;
  const { starts, index, count, norm } = vectors;
  const { decay } = settings;
  const parts = new Float64Array(families + 1);
  const keep = new Uint8Array(families + 1);
  const value = new Float64Array(64);
  let step = 0;
  const steps = settings.epochs * order.length;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    shuffle(order, random);
    for (let o = 0; o < order.length; o++) {
      const text = order[o]!;
      const rate = settings.rate * (1 - step++ / steps);
      dot(vectors, bins, text, pairs, 2, settings, parts);
      let z = bias;
      for (let f = 0; f <= families; f++) {
        keep[f] = settings.dropout > 0 && random() < settings.dropout ? 0 : 1;
        if (keep[f]) z += parts[f]!;
      }
      const gradient = (1 / (1 + Math.exp(-z)) - machine[text]!) * importance[text]!;
      if (Math.abs(gradient) < 1e-4) continue;
      bias -= rate * 0.05 * gradient;
      for (let f = 0; f < families; f++) {
        if (!keep[f]) continue;
        const at = text * families + f;
        const factor = (gradient / norm[at]!) * settings.scale[FAMILIES[f]!];
        for (let c = 0; c < 64; c++) value[c] = factor * TERM[c]!;
        for (let i = starts[at]!; i < starts[at + 1]!; i++) {
          const j = 2 * index[i]!;
          const w = pairs[j]!;
          const g = value[count[i]!]! + decay * w;
          const s = pairs[j + 1]! + g * g;
          pairs[j + 1] = s;
          pairs[j] = w - (rate * g) / Math.sqrt(s);
        }
      }
      if (!keep[families]) continue;
      const g0 = gradient * STYLE_VALUE * settings.scale.style;
      for (let i = text * facts; i < (text + 1) * facts; i++) {
        const j = 2 * bins[i]!;
        const w = pairs[j]!;
        const g = g0 + decay * w;
        const s = pairs[j + 1]! + g * g;
        pairs[j + 1] = s;
        pairs[j] = w - (rate * g) / Math.sqrt(s);
      }
    }
  }
  return { weight: Float32Array.from({ length: TOTAL }, (_, j) => pairs[2 * j]!), bias };
}

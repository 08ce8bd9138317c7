/**
 * The weights file of the first stage: what it holds, and how it is written and read. Little-endian float32 for the few numbers that
 * need it, one int8 per n-gram bucket.
 */

import { BAND_COUNT, BINS, FACT_NAMES } from './facts.js';
import { FAMILIES, OFFSET, STYLE_SIZE } from './features.js';
import { BUCKETS, type Family } from './grams.js';

/** What the weights file holds; see {@link packModel}. */
export interface FirstStage {
  bias: number;
  /** Score of one unit of each family's int8 weights. */
  scale: Record<Family, number>;
  /** Per bucket its weight in the high byte; the low byte is room for the count while a text is scored, nought in between. */
  letters: Int16Array;
  words: Int16Array;
  grammar: Int16Array;
  /** Score of each style bin. */
  style: Float32Array;
  edges: Float32Array;
}

const HEADER = 4 + FAMILIES.length + 1;
const EDGES = BAND_COUNT * FACT_NAMES.length * (BINS - 1);

/** Weights beyond so many times their root mean square are held there. */
const OUTLIER = 12;

/** Bytes of a weights file. */
export const MODEL_BYTES =
  4 * HEADER + 4 * STYLE_SIZE + 4 * EDGES + BUCKETS.letters + BUCKETS.words + BUCKETS.grammar;

const MAGIC = 0x31535341; // "ASS1"

/** Weights as bytes: header, style bins and edges as little-endian float32, then one int8 per n-gram bucket. */
export function packModel(weight: Float32Array, bias: number, edges: Float32Array): Uint8Array {
  const bytes = new Uint8Array(MODEL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setFloat32(4, bias, true);
  let at = 4 * HEADER;
  const float = (value: number): void => {
    view.setFloat32(at, value, true);
    at += 4;
  };
  for (let i = 0; i < STYLE_SIZE; i++) float(weight[OFFSET.style + i]!);
  for (let i = 0; i < EDGES; i++) float(edges[i]!);
  FAMILIES.forEach((family, f) => {
    const values = weight.subarray(OFFSET[family], OFFSET[family] + BUCKETS[family]);
    let largest = 0;
    let squares = 0;
    let set = 0;
    for (const value of values) {
      if (value !== 0) set++;
      squares += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    // A handful of far-out weights is cut off, so that the many small ones keep their steps.
    const limit = Math.min(largest, OUTLIER * Math.sqrt(squares / Math.max(1, set)));
    const scale = Math.fround(limit / 127 || 1);
    view.setFloat32(8 + 4 * f, scale, true);
    for (let i = 0; i < values.length; i++)
      bytes[at++] = Math.max(-127, Math.min(127, Math.round(values[i]! / scale)));
  });
  return bytes;
}

/** @returns null when the bytes are no weights of this version */
export function unpackModel(bytes: Uint8Array): FirstStage | null {
  if (bytes.length !== MODEL_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return null;
  let at = 4 * HEADER;
  const floats = (n: number): Float32Array => {
    const values = Float32Array.from({ length: n }, (_, i) => view.getFloat32(at + 4 * i, true));
    at += 4 * n;
    return values;
  };
  const style = floats(STYLE_SIZE);
  const edges = floats(EDGES);
  const family = (name: Family): Int16Array => {
    const pairs = new Int16Array(BUCKETS[name]);
    for (let i = 0; i < pairs.length; i++) pairs[i] = bytes[at++]! << 8;
    return pairs;
  };
  const [letters, words, grammar] = FAMILIES.map(family) as [Int16Array, Int16Array, Int16Array];
  const scale = Object.fromEntries(
    FAMILIES.map((name, f) => [name, view.getFloat32(8 + 4 * f, true)]),
  ) as Record<Family, number>;
  return { bias: view.getFloat32(4, true), scale, letters, words, grammar, style, edges };
}

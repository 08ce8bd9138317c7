/**
 * The first stage: one linear model over the text features, with int8 weights per n-gram family. Scores window by window; every
 * part of the score stays apart, so that it can be explained, and every sentence's share is known when it is asked for.
 */
import {
  COUNT_CAP,
  edgesAt,
  FAMILIES,
  FeatureReader,
  OFFSET,
  STYLE_SIZE,
  styleIndex,
  TERM,
} from './features.js';
import { BUCKETS, type Family, type Occurrences } from './grams.js';
import { addWindow, emptyShape, type TextShape } from './shape.js';
import { BAND_COUNT, BINS, FACT_NAMES, FACTS, STYLE_GROUPS } from './style.js';

/** What the weights file holds; see {@link packModel}. */
export interface FirstStage {
  bias: number;
  /** Score of one unit of each family's int8 weights. */
  scale: Record<Family, number>;
  letters: Int8Array;
  words: Int8Array;
  grammar: Int8Array;
  /** Score of each style bin. */
  style: Float32Array;
  edges: Float32Array;
}

/** Families and style groups: the parts of a score. */
export const PARTS = [...FAMILIES, ...STYLE_GROUPS] as const;
export type Part = (typeof PARTS)[number];

/** A text's score before calibration. */
export interface Score {
  /** Sum of the parts and the bias: log-odds of the model, not yet calibrated. */
  z: number;
  /** In the order of PARTS. */
  parts: Float64Array;
  shape: TextShape;
  /** Share of each sentence in z by its n-grams, and where it lies in the canonical text. */
  sentences: SentenceShare[];
  /** N-gram occurrences looked at; at most ten per unit of text. */
  steps: number;
}

export interface SentenceShare {
  start: number;
  end: number;
  share: number;
}

const GROUP_OF = FACT_NAMES.map((name) => FAMILIES.length + STYLE_GROUPS.indexOf(FACTS[name]));

/** What one more occurrence adds to the term weight, and to its square. */
const GAIN = new Float64Array(COUNT_CAP + 1);
const GAIN_SQUARED = new Float64Array(COUNT_CAP + 1);
for (let count = 0; count < COUNT_CAP; count++) {
  GAIN[count] = TERM[count + 1]! - TERM[count]!;
  GAIN_SQUARED[count] = TERM[count + 1]! ** 2 - TERM[count]! ** 2;
}

/** Scores texts with one set of weights. Not shared between threads; one per worker. */
export class Scorer {
  private readonly reader = new FeatureReader();
  private readonly seen = new Uint8Array(BUCKETS.letters);
  private readonly shares = new Float64Array(4_096);

  constructor(private readonly model: FirstStage) {}

  /**
   * @param text canonical
   * @param withSentences whether the sentences' shares are wanted
   */
  score(text: string, withSentences = false): Score {
    const parts = new Float64Array(PARTS.length);
    const sentences: SentenceShare[] = [];
    const shape = emptyShape();
    let steps = 0;
    for (let start = 0; start < text.length; ) {
      const next = this.reader.read(text, start);
      const { reading } = this.reader;
      addWindow(shape, reading, this.reader.facts);
      if (reading.words > 0) {
        const first = sentences.length;
        steps += this.window(parts, reading.words, withSentences ? sentences : null);
        for (let i = first; i < sentences.length; i++) sentences[i]!.share *= reading.words;
      }
      start = next;
    }
    // Windows count by their words: a long text is judged as its windows are on average.
    const per = shape.words === 0 ? 0 : 1 / shape.words;
    let z = this.model.bias;
    for (let part = 0; part < parts.length; part++) z += parts[part]! *= per;
    for (const sentence of sentences) sentence.share *= per;
    return { z, parts, shape, sentences, steps };
  }

  /** Adds the window's parts, times its weight. */
  private window(parts: Float64Array, weight: number, sentences: SentenceShare[] | null): number {
    const { reading, grams, facts, band } = this.reader;
    const { model, shares } = this;
    const count = reading.sentences;
    if (sentences !== null) shares.fill(0, 0, count);
    let steps = 0;
    for (let f = 0; f < FAMILIES.length; f++) {
      const family = FAMILIES[f]!;
      const occurrences = grams[family];
      parts[f]! +=
        weight * this.family(occurrences, model[family], model.scale[family], sentences ? count : 0);
      steps += occurrences.count;
    }
    for (let fact = 0; fact < FACT_NAMES.length; fact++) {
      parts[GROUP_OF[fact]!]! += weight * model.style[styleIndex(model.edges, band, fact, facts[fact]!)]!;
    }
    if (sentences !== null) {
      let from = reading.start;
      for (let i = 0; i < count; i++) {
        const end = reading.start + reading.sentenceEnd[i]!;
        sentences.push({ start: from, end, share: shares[i]! });
        from = end;
      }
    }
    return steps;
  }

  /** Term-weighted sum of a family, divided by the length of its term vector. */
  private family(occurrences: Occurrences, weights: Int8Array, scale: number, sentences: number): number {
    const { bucket, count, sentenceCount } = occurrences;
    const { seen, shares } = this;
    let sum = 0;
    let squares = 0;
    let before = 0;
    let i = 0;
    const last = Math.max(1, sentences);
    for (let sentence = 0; sentence < last; sentence++) {
      const end = sentences === 0 ? count : sentenceCount[sentence]!;
      for (; i < end; i++) {
        const at = bucket[i]!;
        const c = seen[at]!;
        sum += weights[at]! * GAIN[c]!;
        squares += GAIN_SQUARED[c]!;
        if (c < COUNT_CAP) seen[at] = c + 1;
      }
      if (sentences > 0) {
        this.scratch[sentence] = sum - before;
        before = sum;
      }
    }
    for (let j = 0; j < count; j++) seen[bucket[j]!] = 0;
    if (squares === 0) return 0;
    const unit = scale / Math.sqrt(squares);
    for (let sentence = 0; sentence < sentences; sentence++)
      shares[sentence]! += this.scratch[sentence]! * unit;
    return sum * unit;
  }

  private readonly scratch = new Float64Array(4_096);
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
  const family = (name: Family): Int8Array => {
    const values = new Int8Array(BUCKETS[name]);
    values.set(new Int8Array(bytes.buffer, bytes.byteOffset + at, values.length));
    at += values.length;
    return values;
  };
  const [letters, words, grammar] = FAMILIES.map(family) as [Int8Array, Int8Array, Int8Array];
  const scale = Object.fromEntries(
    FAMILIES.map((name, f) => [name, view.getFloat32(8 + 4 * f, true)]),
  ) as Record<Family, number>;
  return { bias: view.getFloat32(4, true), scale, letters, words, grammar, style, edges };
}

export { edgesAt };

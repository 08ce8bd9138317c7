/**
 * The first stage: one linear model over the text features, with int8 weights per n-gram family. Scores window by window; every
 * part of the score stays apart, so that it can be explained, and every sentence's share is known when it is asked for.
 */

import { FACT_NAMES, FACTS, STYLE_GROUPS } from './facts.js';
import { COUNT_CAP, FAMILIES, FeatureReader, styleIndex, TERM } from './features.js';
import type { Occurrences } from './grams.js';
import { WINDOW } from './reading.js';
import { addWindow, emptyShape, type TextShape } from './shape.js';
import type { FirstStage } from './weights.js';

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
  /** N-gram occurrences looked at; at most nine per unit of text. */
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
  private readonly shares = new Float64Array(WINDOW);

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
      const sum = gather(occurrences, model[family], sentences ? count : 0, this.gathered);
      const unit = this.gathered.squares === 0 ? 0 : model.scale[family] / Math.sqrt(this.gathered.squares);
      parts[f]! += weight * unit * sum;
      for (let i = 0; sentences && i < count; i++) shares[i]! += this.gathered.bySentence[i]! * unit;
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

  private readonly gathered = { squares: 0, bySentence: new Float64Array(WINDOW) };
}

/**
 * Term-weighted sum of a family's weights over a window. A function of its own, with plain loops: this is where the time goes.
 * @param sentences how many sentences' sums are wanted; 0 for none
 * @param out receives the square of the term vector's length, and the sums
 */
function gather(
  { bucket, count, sentenceCount }: Occurrences,
  weights: Int16Array,
  sentences: number,
  out: { squares: number; bySentence: Float64Array },
): number {
  let sum = 0;
  let squares = 0;
  let before = 0;
  let sentence = 0;
  let end = sentences > 0 ? sentenceCount[0]! : count;
  for (let i = 0; i < count; i++) {
    while (i >= end) {
      out.bySentence[sentence++] = sum - before;
      before = sum;
      end = sentence < sentences ? sentenceCount[sentence]! : count;
    }
    const at = bucket[i]!;
    const pair = weights[at]!;
    const c = pair & 0xff;
    sum += (pair >> 8) * GAIN[c]!;
    squares += GAIN_SQUARED[c]!;
    if (c < COUNT_CAP) weights[at] = pair + 1;
  }
  for (; sentence < sentences; sentence++) {
    out.bySentence[sentence] = sum - before;
    before = sum;
  }
  for (let j = 0; j < count; j++) weights[bucket[j]!]! &= -256;
  out.squares = squares;
  return sum;
}

/**
 * What a text is described by when it is asked whether a person wrote it and a model polished it: both models' scores, the first
 * stage's parts, and how the evidence lies over the sentences. A polished text might be expected to be uneven, or between the two.
 */
import { join } from 'node:path';
import { EncoderCard, loadCard, loadModel } from '../detectors/card.js';
import { modelFolder } from '../detectors/model-folder.js';
import { passagesOf } from '../detectors/passages.js';
import { openEncoder } from '../detectors/runtime/encoder.js';
import { type Calibrated, calibrate, lengthTerm } from '../detectors/text/calibration.js';
import { PARTS, Scorer } from '../detectors/text/scorer.js';
import { unpackModel } from '../detectors/text/weights.js';
import { servedLlr } from './encoder/served.js';

export interface Described {
  /** As it is served. */
  llr: number;
  words: number;
  features: number[];
}

export const FEATURE_NAMES = [
  'llr',
  'first stage',
  'encoder',
  'length',
  ...PARTS.map((part) => `part ${part}`),
  'sentence mean',
  'sentence spread',
  'sentence lowest',
  'sentence lower quarter',
  'sentence median',
  'sentence upper quarter',
  'sentence highest',
] as const;

const AT_ONCE = 200;

/** Spread and quantiles of the sentences' evidence, in nats for a hundred units of text. */
function overSentences(shares: readonly number[]): number[] {
  const sorted = [...shares].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const mean = sorted.reduce((sum, share) => sum + share, 0) / Math.max(1, sorted.length);
  const variance =
    sorted.reduce((sum, share) => sum + (share - mean) ** 2, 0) / Math.max(1, sorted.length - 1);
  return [mean, Math.sqrt(variance), at(0), at(0.25), at(0.5), at(0.75), at(1)];
}

/** Reads canonical texts with the shipped models. */
export async function describeTexts(
  texts: readonly string[],
  progress: (done: number) => void,
): Promise<{ described: Described[]; card: EncoderCard }> {
  const folder = join(modelFolder(), 'encoder');
  const card = await loadCard(folder, EncoderCard);
  const { card: first, weights } = await loadModel(join(modelFolder(), 'first-stage'));
  const scorer = new Scorer(unpackModel(weights)!);
  const encoder = await openEncoder({ folder, device: 'cpu' });
  const cascade = { first: first.calibration, both: card.calibration, from: card.cascade.from };
  const described: Described[] = [];
  for (let start = 0; start < texts.length; start += AT_ONCE) {
    const some = texts.slice(start, start + AT_ONCE);
    for (const [i, read] of (await encoder.read(some, { priority: 'stream' })).entries()) {
      const { z, parts, sentences, shape } = scorer.score(some[i]!, true);
      const { words } = shape;
      const both: Calibrated = calibrate([z, read.logit], words, card.calibration);
      const shares = passagesOf(sentences, both, read).map(
        (one) => (100 * one.share) / (one.end - one.start),
      );
      const features = [both.llr, z, read.logit, lengthTerm(words), ...parts, ...overSentences(shares)];
      described.push({ llr: servedLlr([z, read.logit], words, cascade), words, features });
    }
    progress(described.length);
  }
  await encoder.close();
  return { described, card };
}

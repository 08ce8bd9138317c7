/**
 * The detector as the streams and the API know it: texts in, judgements out. Each text is brought to canonical form, checked for
 * being prose in a covered language, scored, calibrated and explained, on its own: what stands beside it in a batch has no
 * part in it.
 */
import { join } from 'node:path';
import type { z } from 'zod';
import { AssayError } from '../schemas/errors.js';
import type { DetectorRef, Judgement } from '../schemas/evidence.js';
import type { Facet } from '../schemas/post.js';
import type { BandPolicy } from '../schemas/verdict.js';
import { CANONICALISER, canonicalise } from './canonical/canonicalise.js';
import { loadModel, type ModelCard } from './card.js';
import { modelFolder } from './model-folder.js';
import { abstention, repairSymbols, scoreSymbols } from './symbols.js';
import { calibrate } from './text/calibration.js';
import { FEATURES } from './text/features.js';
import { languageOf } from './text/language.js';
import { notProse } from './text/prose.js';
import { Scorer } from './text/scorer.js';
import { type FirstStage, unpackModel } from './text/weights.js';

/** One text to judge. For mail, `content` is the judged text of the letter. */
export interface DetectInput {
  kind: 'post' | 'email';
  format: 'text' | 'html' | 'raw';
  content: string;
  contentHash: string;
  facets?: readonly z.infer<typeof Facet>[];
  lang?: string;
}

export interface Detector {
  /** Names detector, canonicaliser and weights; part of every evidence id. */
  readonly detectorSet: string;
  readonly detectors: readonly DetectorRef[];
  readonly policy: BandPolicy;
  judge(inputs: readonly DetectInput[]): Promise<Judgement[]>;
  close(): Promise<void>;
}

export interface LoadOptions {
  /** Folder that holds the models, each in a folder of its name. Default: the `models` of this package. */
  folder?: string;
  detector?: 'first-stage';
}

/** Units judged before others get their turn: about five milliseconds. */
const UNITS_PER_TURN = 100_000;

/** Error of an llr that says nothing: the interval of the probability covers nearly everything. */
const NO_EVIDENCE = 3;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Loads a detector.
 * @throws {AssayError} `detector.missing_model` when weights are missing, damaged, or of another version of the features
 */
export async function loadDetector(options: LoadOptions = {}): Promise<Detector> {
  const name = options.detector ?? 'first-stage';
  const { card, weights } = await loadModel(join(options.folder ?? modelFolder(), name));
  const model = unpackModel(weights);
  if (model === null || card.features !== FEATURES || card.canonicaliser !== CANONICALISER) {
    throw new AssayError(
      'detector.missing_model',
      `expected weights for ${FEATURES} and ${CANONICALISER}, found ${card.features} and ${card.canonicaliser}`,
    );
  }
  return detectorOf(card, model);
}

function detectorOf(card: ModelCard, model: FirstStage): Detector {
  const { sha256 } = card.weights;
  const scorer = new Scorer(model);
  const ref: DetectorRef = { id: card.name, version: card.version, sha256, engine: 'js', device: 'cpu' };
  return {
    detectorSet: `${card.name}@${card.version}+${card.canonicaliser}+${sha256.slice(0, 12)}`,
    detectors: [ref],
    policy: card.policy,
    async judge(inputs) {
      const judgements: Judgement[] = [];
      let units = 0;
      for (const input of inputs) {
        judgements.push(judgeOne(input, card, model, scorer, ref));
        units += input.content.length;
        if (units < UNITS_PER_TURN) continue;
        units = 0;
        await nextTurn();
      }
      return judgements;
    },
    async close() {},
  };
}

function judgeOne(
  input: DetectInput,
  card: ModelCard,
  model: FirstStage,
  scorer: Scorer,
  ref: DetectorRef,
): Judgement {
  const canonical = canonicalise(input.content, { kind: input.kind, html: input.format === 'html' });
  const score = scorer.score(canonical.text, true);
  const { words, functionWords } = score.shape;
  const { language, covered } = languageOf(
    canonical.text,
    words,
    words === 0 ? 0 : functionWords / words,
    input.lang,
  );
  const found = {
    contentHash: input.contentHash,
    words,
    language,
    languageCovered: covered,
    detectors: [ref],
    canonicaliser: CANONICALISER,
  };
  const broken = notProse(score.shape);
  if (words === 0 || broken !== null || !covered) {
    const why = broken !== null ? abstention(`not_prose.${broken}`) : abstention('language');
    const symbols = words === 0 ? [] : [why];
    return { ...found, llr: 0, llrError: NO_EVIDENCE, symbols: [...symbols, ...repairSymbols(canonical)] };
  }
  const calibrated = calibrate([score.z], words, card.calibration);
  return {
    ...found,
    llr: calibrated.llr,
    llrError: calibrated.error,
    symbols: [...scoreSymbols(score, model.bias, calibrated, canonical), ...repairSymbols(canonical)],
  };
}

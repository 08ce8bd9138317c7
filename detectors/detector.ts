/**
 * The detector as the streams and the API know it: texts in, judgements out. Every text gets the first stage; what that leaves
 * open is read by the encoder, and the two scores are calibrated together. Each text is judged on its own: what stands beside it
 * in a batch has no part in it.
 */
import { join } from 'node:path';
import type { z } from 'zod';
import { AssayError } from '../schemas/errors.js';
import type { DetectorRef, Judgement } from '../schemas/evidence.js';
import type { Facet } from '../schemas/post.js';
import type { BandPolicy } from '../schemas/verdict.js';
import { CANONICALISER } from './canonical/canonicalise.js';
import { EncoderCard, loadCard, loadModel, type ModelCard } from './card.js';
import { modelFolder } from './model-folder.js';
import { type CheapRead, readText } from './read-text.js';
import { type Encoder, type EncoderOptions, openEncoder } from './runtime/encoder.js';
import type { TextRead } from './runtime/piece-shares.js';
import type { Priority } from './runtime/window-queue.js';
import { repairSymbols, scoreSymbols } from './symbols.js';
import { type Calibrated, calibrate } from './text/calibration.js';
import { FEATURES } from './text/features.js';
import { Scorer } from './text/scorer.js';
import { unpackModel } from './text/weights.js';

/** One text to judge. For mail, `content` is the judged text of the letter. */
export interface DetectInput {
  kind: 'post' | 'email';
  format: 'text' | 'html' | 'raw';
  content: string;
  contentHash: string;
  facets?: readonly z.infer<typeof Facet>[];
  lang?: string;
}

export interface JudgeOptions {
  /** Leaves out the encoder; texts that it would have read are marked `degraded`. */
  firstStageOnly?: boolean;
  /** Who waits: a person in front of a page goes before the stream. Default: the stream. */
  priority?: Priority;
  signal?: AbortSignal;
}

export interface Detector {
  /** Names detector, canonicaliser and weights; part of every evidence id. */
  readonly detectorSet: string;
  readonly detectors: readonly DetectorRef[];
  readonly policy: BandPolicy;
  /** By which a `degraded` judgement is decided; absent where there is one stage only. */
  readonly firstStagePolicy?: BandPolicy;
  judge(inputs: readonly DetectInput[], options?: JudgeOptions): Promise<Judgement[]>;
  close(): Promise<void>;
}

export const DETECTORS = ['cascade', 'first-stage'] as const;
export type DetectorName = (typeof DETECTORS)[number];

export interface LoadOptions
  extends Partial<Pick<EncoderOptions, 'engine' | 'device' | 'precision' | 'threads'>> {
  /** Folder that holds the models, each in a folder of its name. Default: the `models` of this package. */
  folder?: string;
  /** `first-stage` judges by the cheap model alone, by cuts of its own. Default: `cascade`. */
  detector?: DetectorName;
}

/** Units looked at before others get their turn: about five milliseconds. */
const UNITS_PER_TURN = 100_000;

/** Error of an llr that says nothing: the interval of the probability covers nearly everything. */
const NO_EVIDENCE = 3;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The first stage, ready to score. */
interface Cheap {
  card: ModelCard;
  scorer: Scorer;
  bias: number;
  ref: DetectorRef;
}

/** The encoder, with how its score and the first stage's are weighed together. */
interface Deep {
  fitted: Pick<EncoderCard, 'calibration' | 'policy' | 'cascade'>;
  encoder: Encoder;
  ref: DetectorRef;
}

async function openCheap(folder: string): Promise<Cheap> {
  const { card, weights } = await loadModel(join(folder, 'first-stage'));
  const model = unpackModel(weights);
  if (model === null || card.features !== FEATURES || card.canonicaliser !== CANONICALISER) {
    throw new AssayError(
      'detector.missing_model',
      `expected weights for ${FEATURES} and ${CANONICALISER}, found ${card.features} and ${card.canonicaliser}`,
    );
  }
  const { name: id, version, weights: file } = card;
  const ref: DetectorRef = { id, version, sha256: file.sha256, engine: 'js', device: 'cpu' };
  return { card, scorer: new Scorer(model), bias: model.bias, ref };
}

async function openDeep(folder: string, cheap: Cheap, options: LoadOptions): Promise<Deep> {
  const card = await loadCard(join(folder, 'encoder'), EncoderCard);
  if (card.canonicaliser !== CANONICALISER || card.firstStage !== cheap.ref.sha256) {
    throw new AssayError(
      'detector.missing_model',
      `expected an encoder calibrated with ${CANONICALISER} and first stage ${cheap.ref.sha256}, found ${card.canonicaliser} and ${card.firstStage}`,
    );
  }
  const { engine, device, precision = 'exact', threads } = options;
  const fitted = precision === 'fast' ? card.fast : card;
  if (fitted === undefined) {
    throw new AssayError(
      'detector.not_fitted',
      'expected a calibration of the fast mode in the card of the encoder, found none; ASSAY_PRECISION=exact needs none',
    );
  }
  const encoder = await openEncoder({
    folder: join(folder, 'encoder'),
    ...(engine === undefined ? {} : { engine }),
    ...(device === undefined ? {} : { device }),
    precision,
    ...(threads === undefined ? {} : { threads }),
  });
  const { name: id, weights } = card;
  // Other evidence, and an id of its own for it.
  const version = precision === 'fast' ? `${card.version}-fast` : card.version;
  if (encoder.sha256 !== weights.sha256) {
    await encoder.close();
    const detail = `expected weights with SHA-256 ${weights.sha256}, found ${encoder.sha256}`;
    throw new AssayError('detector.missing_model', detail);
  }
  const ref = { id, version, sha256: weights.sha256, engine: encoder.engine, device: encoder.device };
  return { fitted, encoder, ref };
}

/**
 * Loads a detector.
 * @throws {AssayError} `detector.missing_model` when weights are missing, damaged, or of another version of the features;
 * `detector.no_engine` when the engine or device asked for is not there; `detector.not_fitted` when the fast mode is asked for and the
 * card has no calibration of it
 */
export async function loadDetector(options: LoadOptions = {}): Promise<Detector> {
  const folder = options.folder ?? modelFolder();
  const cheap = await openCheap(folder);
  if (options.detector === 'first-stage') return new TextDetector(cheap, null);
  return new TextDetector(cheap, await openDeep(folder, cheap, options));
}

class TextDetector implements Detector {
  readonly detectorSet: string;
  readonly detectors: readonly DetectorRef[];
  readonly policy: BandPolicy;
  readonly firstStagePolicy?: BandPolicy;
  readonly #cheap: Cheap;
  readonly #deep: Deep | null;

  constructor(cheap: Cheap, deep: Deep | null) {
    this.#cheap = cheap;
    this.#deep = deep;
    this.detectors = deep === null ? [cheap.ref] : [cheap.ref, deep.ref];
    this.policy = (deep?.fitted ?? cheap.card).policy;
    if (deep !== null) this.firstStagePolicy = cheap.card.policy;
    // Without engine and device: the same weights give the same evidence wherever they are computed.
    this.detectorSet = [
      ...this.detectors.map(({ id, version, sha256 }) => `${id}@${version}/${sha256.slice(0, 12)}`),
      CANONICALISER,
    ].join('+');
  }

  async judge(inputs: readonly DetectInput[], options: JudgeOptions = {}): Promise<Judgement[]> {
    const reads: CheapRead[] = [];
    let units = 0;
    for (const input of inputs) {
      reads.push(readText(input, this.#cheap.scorer));
      units += input.content.length;
      if (units < UNITS_PER_TURN) continue;
      units = 0;
      await nextTurn();
      options.signal?.throwIfAborted();
    }
    const firsts = new Map(reads.map((read) => [read, this.#first(read)]));
    const open = reads.filter((read) => this.#isOpen(firsts.get(read)!, read));
    const { priority = 'stream', signal, firstStageOnly = false } = options;
    const deep =
      this.#deep === null || firstStageOnly || open.length === 0
        ? []
        : await this.#deep.encoder.read(
            open.map(({ canonical }) => canonical.text),
            { priority, signal },
          );
    const deepOf = new Map(open.map((read, i) => [read, deep[i]]));
    return reads.map((read) => {
      const judgement = this.#judgement(read, firsts.get(read)!, deepOf.get(read));
      return firstStageOnly && deepOf.has(read) ? { ...judgement, degraded: true } : judgement;
    });
  }

  #first({ score, said }: CheapRead): Calibrated {
    return calibrate([score.z], said.words, this.#cheap.card.calibration);
  }

  /** Whether the encoder has to read the text: all that the first stage does not see far on the side of people. */
  #isOpen(first: Calibrated, { silence }: CheapRead): boolean {
    return this.#deep !== null && silence === null && first.llr >= this.#deep.fitted.cascade.from;
  }

  #judgement(
    { canonical, score, said, silence }: CheapRead,
    first: Calibrated,
    read: TextRead | undefined,
  ): Judgement {
    const deep = read === undefined ? null : this.#deep;
    const detectors = deep === null ? [this.#cheap.ref] : [this.#cheap.ref, deep.ref];
    if (silence !== null) return { ...said, llr: 0, llrError: NO_EVIDENCE, symbols: silence, detectors };
    const calibrated =
      deep === null ? first : calibrate([score.z, read!.logit], said.words, deep.fitted.calibration);
    return {
      ...said,
      llr: calibrated.llr,
      llrError: calibrated.error,
      symbols: [
        ...scoreSymbols(score, this.#cheap.bias, calibrated, canonical, read),
        ...repairSymbols(canonical),
      ],
      detectors,
    };
  }

  async close(): Promise<void> {
    await this.#deep?.encoder.close();
  }
}

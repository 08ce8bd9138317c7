/**
 * The judging parts as the service binds them: the detector with its weights, the pure decision, and the sentences for
 * people. Loaded when first needed, because commands that judge nothing should not read weights.
 */
import type { DetectorRef, Judgement } from '../schemas/evidence.js';
import type { Finding } from '../schemas/finding.js';
import type { BandPolicy, Decision } from '../schemas/verdict.js';
import type { Judge } from '../streams/judge.js';

/** A detector as loaded: judges, says what it is made of, and brings the policy its weights were measured with. */
export interface Detector extends Judge {
  readonly detectors: readonly DetectorRef[];
  readonly policy: BandPolicy;
  close(): Promise<void>;
}

export type DecideFrom = (
  judgement: Judgement,
  findings: readonly Finding[],
  prior: number,
  policy: BandPolicy,
) => Decision;

export type SentenceOf = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export interface Judging {
  detector: Detector;
  decide: DecideFrom;
  sentenceOf: SentenceOf;
}

export interface JudgingOptions {
  /** Folder of the weights; default: those that come with Assay. */
  folder?: string;
  /** Which detector; default: the best there is. */
  detector?: 'first-stage';
}

export type OpenJudging = (options?: JudgingOptions) => Promise<Judging>;

/** @throws {AssayError} `detector.missing_model` */
export const openJudging: OpenJudging = async (options = {}) => {
  const modules = ['detector', 'decide', 'sentences'].map((name) => import(`../detectors/${name}.js`));
  const [{ loadDetector }, { decide }, { sentenceOf }] = (await Promise.all(modules)) as [
    { loadDetector: (options: JudgingOptions) => Promise<Detector> },
    { decide: DecideFrom },
    { sentenceOf: SentenceOf },
  ];
  return { detector: await loadDetector(options), decide, sentenceOf };
};

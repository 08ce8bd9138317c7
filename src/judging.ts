/**
 * The judging parts as the service binds them: the detector with its weights, the pure decision, and the sentences for
 * people. Loaded when first needed, because commands that judge nothing should not read weights.
 */
import type { decide } from '../detectors/decide.js';
import type { Detector, LoadOptions } from '../detectors/detector.js';
import type { sentenceOf } from '../detectors/sentences.js';
import type { Decide } from '../streams/judge.js';
import type { Config } from './config/config.js';

export interface Judging {
  detector: Detector;
  decide: typeof decide;
  sentenceOf: typeof sentenceOf;
}

/** The decision bound to a detector's cuts: those of the first stage where it judged alone. */
export const decideWith =
  ({ decide, detector }: Pick<Judging, 'decide' | 'detector'>, prior: number): Decide =>
  (evidence) => {
    const { policy, firstStagePolicy = policy } = detector;
    return decide(evidence, [], prior, evidence.degraded === true ? firstStagePolicy : policy);
  };

/** What the configuration says about the detector. */
export const loadOptionsOf = ({
  detector,
  engine,
  device,
  precision,
  scoringThreads: threads,
}: Pick<Config, 'detector' | 'engine' | 'device' | 'precision' | 'scoringThreads'>): LoadOptions => ({
  detector,
  engine,
  device,
  precision,
  threads,
});

export type OpenJudging = (options?: LoadOptions) => Promise<Judging>;

/** @throws {AssayError} `detector.missing_model` */
export const openJudging: OpenJudging = async (options) => {
  const [{ loadDetector }, decision, sentences] = await Promise.all([
    import('../detectors/detector.js'),
    import('../detectors/decide.js'),
    import('../detectors/sentences.js'),
  ]);
  const detector = await loadDetector(options);
  return { detector, decide: decision.decide, sentenceOf: sentences.sentenceOf };
};

/** The sentences alone, for processes that show verdicts and judge nothing: no weights are read. */
export const openSentences = async (): Promise<Judging['sentenceOf']> =>
  (await import('../detectors/sentences.js')).sentenceOf;

/** The judge of the pipeline benchmark: the detector that comes with Assay, or one that does next to nothing and says so. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence, Judgement } from '../schemas/evidence.js';
import type { BandPolicy, Decision } from '../schemas/verdict.js';
import type { Decide, Judge } from '../streams/judge.js';

export interface BenchJudging {
  /** `detector`, or `no judging`: what is left is the cost of everything else. */
  name: 'detector' | 'no judging';
  judge: Judge;
  decide: Decide;
  close(): Promise<void>;
}

/** Gives every text the same judgement. */
export const noJudging: BenchJudging = {
  name: 'no judging',
  judge: {
    detectorSet: 'constant@1',
    judge: async (inputs): Promise<Judgement[]> =>
      inputs.map(({ contentHash }) => ({
        contentHash,
        words: 100,
        language: 'en',
        languageCovered: true,
        llr: 0,
        llrError: 1,
        symbols: [],
        detectors: [{ id: 'constant', version: '1', sha256: '', engine: 'js', device: 'cpu' }],
        canonicaliser: 'none',
      })),
  },
  decide: ({ llr, symbols }: Evidence): Decision => ({
    band: 'uncertain',
    probability: 0.5,
    interval: [0, 1],
    prior: 0.5,
    llr,
    budget: null,
    reasons: symbols,
    because: 'constant',
  }),
  close: async () => undefined,
};

interface Detector extends Judge {
  readonly policy: BandPolicy;
  close(): Promise<void>;
}

interface DetectorModules {
  loadDetector(options: { detector: 'first-stage' }): Promise<Detector>;
  decide(evidence: Evidence, findings: readonly [], prior: number, policy: BandPolicy): Decision;
}

/** @param root folder of the repository, where models/ lies */
export async function loadJudging(root: string): Promise<BenchJudging> {
  if (!existsSync(join(root, 'models', 'first-stage'))) return noJudging;
  const modules = await Promise.all(['detector', 'decide'].map((name) => import(`../detectors/${name}.js`)));
  const { loadDetector, decide } = Object.assign({}, ...modules) as DetectorModules;
  const detector = await loadDetector({ detector: 'first-stage' });
  return {
    name: 'detector',
    judge: detector,
    decide: (evidence) => decide(evidence, [], 0.5, detector.policy),
    close: () => detector.close(),
  };
}

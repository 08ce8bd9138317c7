/** The judge of the crash matrix: reads one word, takes as long as it is told to, and cannot judge what is poisoned. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Evidence } from '../../../schemas/evidence.js';
import type { Decision } from '../../../schemas/verdict.js';
import type { Judge } from '../../../streams/judge.js';

export const POISON = 'poisoned';

export interface JudgeOptions {
  /** Whether poison works: off once the judge was repaired. */
  poison: boolean;
  /** Longest time a batch takes, in ms; each takes a share of it of its own. */
  slowMs: number;
}

export const matrixJudge = ({ poison, slowMs }: JudgeOptions): Judge => ({
  detectorSet: 'matrix@1',
  async judge(inputs) {
    if (slowMs > 0) await wait(Math.random() * slowMs);
    return inputs.map(({ content, contentHash }) => {
      if (poison && content.includes(POISON)) throw new TypeError('this text cannot be judged');
      return {
        contentHash,
        words: content.split(' ').length,
        language: 'en',
        languageCovered: true,
        llr: content.includes('ferry was') ? 4 : -4,
        llrError: 0.1,
        symbols: [],
        detectors: [{ id: 'matrix', version: '1', sha256: '', engine: 'js', device: 'cpu' as const }],
        canonicaliser: 'none',
      };
    });
  },
});

export const matrixDecide = ({ llr }: Evidence): Decision => ({
  band: llr > 0 ? 'machine' : 'uncertain',
  probability: 1 / (1 + Math.exp(-llr)),
  interval: [0, 1],
  prior: 0.5,
  llr,
  budget: null,
  reasons: [],
  because: 'word',
});

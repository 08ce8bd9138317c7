/** A detector for tests of the service around it: reads one word, as the judge of the pipeline's tests does, and counts its closings. */
import type { Judging, OpenJudging } from '../../src/judging.js';
import { decide, judge } from '../streams/harness/parts.js';

export interface JudgingDouble {
  open: OpenJudging;
  closed: number;
}

export function judgingDouble(): JudgingDouble {
  const double: JudgingDouble = {
    closed: 0,
    open: async (): Promise<Judging> => ({
      detector: {
        detectorSet: judge.detectorSet,
        judge: (inputs) => judge.judge(inputs),
        detectors: [{ id: 'word', version: '1', sha256: '', engine: 'js', device: 'cpu' }],
        policy: {
          cuts: { machine: 2, noMachineSigns: -2, overwhelming: 6 },
          minWords: 0,
          budget: { falseAlarmRate: 0.01, slice: 'tests' },
        },
        close: async () => {
          double.closed += 1;
        },
      },
      decide: (judgement, _findings, prior) => {
        const { llr, symbols } = judgement;
        const posterior = 1 / (1 + Math.exp(-(llr + Math.log(prior / (1 - prior)))));
        return {
          ...decide({ llr, symbols } as unknown as Parameters<typeof decide>[0]),
          prior,
          probability: posterior,
        };
      },
      sentenceOf: (key) => `sentence of ${key}`,
    }),
  };
  return double;
}

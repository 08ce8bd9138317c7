/** Which cuts decide: the whole detector's, or the first stage's where it judged alone. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../detectors/decide.js';
import type { Detector } from '../../detectors/detector.js';
import type { Evidence } from '../../schemas/evidence.js';
import type { BandPolicy } from '../../schemas/verdict.js';
import { decideWith } from '../../src/flow.js';

const policy = (machine: number, slice: string): BandPolicy => ({
  cuts: { machine, noMachineSigns: -2, overwhelming: 9 },
  minWords: 0,
  budget: { falseAlarmRate: 0.01, slice },
});
const evidence = {
  words: 80,
  languageCovered: true,
  llr: 3,
  llrError: 0.1,
  symbols: [],
} as unknown as Evidence;
const detector = { policy: policy(2, 'both stages'), firstStagePolicy: policy(4, 'first stage') } as Detector;

describe('the decision of a process', () => {
  it('goes by the cuts and the budget of whoever judged', () => {
    const both = decideWith({ decide, detector }, 0.5);
    expect(both(evidence)).toMatchObject({ band: 'machine', budget: { slice: 'both stages' } });
    expect(both({ ...evidence, degraded: true })).toMatchObject({ band: 'uncertain', budget: null });
    const strong = both({ ...evidence, llr: 5, degraded: true });
    expect(strong).toMatchObject({ band: 'machine', budget: { slice: 'first stage' } });
  });

  it('goes by the only cuts there are where the detector has one stage', () => {
    const single = decideWith({ decide, detector: { policy: policy(2, 'one') } as Detector }, 0.2);
    expect(single({ ...evidence, degraded: true })).toMatchObject({ band: 'machine', prior: 0.2 });
  });
});

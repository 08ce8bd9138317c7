/** The judging parts as they are loaded, and which cuts decide: the whole detector's, or the first stage's where it judged alone. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../detectors/decide.js';
import type { Detector } from '../../detectors/detector.js';
import type { Evidence } from '../../schemas/evidence.js';
import { contentHash } from '../../schemas/ids.js';
import type { BandPolicy } from '../../schemas/verdict.js';
import { decideWith, openJudging } from '../../src/judging.js';

describe('judging as the service binds it', () => {
  it('loads the shipped detector, decides under its own policy, and has words for every reason', async () => {
    const { detector, decide, sentenceOf } = await openJudging({ detector: 'first-stage' });
    const content =
      'We moved the boat at noon, and by the evening nobody could say who had tied it up again.';
    const input = {
      kind: 'post',
      format: 'text',
      content,
      contentHash: contentHash('text', content),
    } as const;
    const [judgement] = await detector.judge([input]);
    const decision = decide(judgement!, [], 0.5, detector.policy);
    expect(decision.band).toBe('insufficient');
    expect(decision.probability).toBeCloseTo(1 / (1 + Math.exp(-judgement!.llr)));
    const unknown = sentenceOf('no such key');
    for (const { sentence, values } of decision.reasons)
      expect(sentenceOf(sentence, values)).not.toBe(unknown);
    expect(sentenceOf(decision.because)).not.toBe(unknown);
    expect(detector.detectors[0]).toMatchObject({ id: 'first-stage', engine: 'js', device: 'cpu' });
    await detector.close();
  });

  it('says when there are no weights', async () => {
    await expect(openJudging({ folder: '/nonexistent' })).rejects.toMatchObject({
      code: 'detector.missing_model',
    });
  });
});

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

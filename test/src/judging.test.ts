import { describe, expect, it } from '@jest/globals';
import { contentHash } from '../../schemas/ids.js';
import { openJudging } from '../../src/judging.js';

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

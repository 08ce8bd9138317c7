/** A rate is kept over the whole of the work, not only between two stretches of it. */
import { describe, expect, it } from '@jest/globals';
import { Pace } from '../../../streams/replay/pace.js';

function clocked(perSecond: number | null) {
  const clock = { ms: 0, waited: [] as number[] };
  const pace = new Pace(
    perSecond,
    () => clock.ms,
    async (ms) => {
      clock.waited.push(ms);
      clock.ms += ms;
    },
  );
  return { clock, pace };
}

describe('a pace', () => {
  it('lets the first stretch begin at once, and each further one when the last is used up', async () => {
    const { clock, pace } = clocked(100);
    for (let n = 0; n < 5; n++) await pace.take(50);
    expect(clock.waited).toEqual([500, 500, 500, 500]);
  });

  it('takes the time of the work itself into account, and saves up none', async () => {
    const { clock, pace } = clocked(100);
    await pace.take(50);
    clock.ms += 400;
    await pace.take(50);
    clock.ms += 10_000;
    await pace.take(50);
    await pace.take(50);
    expect(clock.waited).toEqual([100, 500]);
  });

  it('never waits without a rate, and with the real clock only until the signal', async () => {
    const { clock, pace } = clocked(null);
    await pace.take(1_000_000);
    await pace.take(1);
    expect(clock.waited).toEqual([]);
    const slow = new Pace(1);
    await slow.take(1_000_000);
    await slow.take(1, AbortSignal.timeout(5));
  });
});

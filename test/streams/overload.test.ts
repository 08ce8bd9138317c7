/** When texts get the first stage only: with hysteresis, and without asking the log all the time. */
import { describe, expect, it } from '@jest/globals';
import { Marks } from '../../streams/back-pressure.js';
import { Overload } from '../../streams/overload.js';

describe('overload', () => {
  it('begins above the high mark and ends at the low one, measured once a second', async () => {
    let now = 0;
    let lag = 0;
    let asked = 0;
    const changes: boolean[] = [];
    const overload = new Overload({
      lag: async () => {
        asked += 1;
        return lag;
      },
      marks: new Marks(100, 25),
      clock: () => now,
      onChange: (overloaded) => changes.push(overloaded),
    });
    const seen: boolean[] = [];
    for (const level of [100, 101, 60, 26, 25, 60, 101]) {
      lag = level;
      now += 1_000;
      seen.push(await overload.look());
    }
    expect(seen).toEqual([false, true, true, true, false, false, true]);
    expect(changes).toEqual([true, false, true]);
    now += 999;
    lag = 0;
    expect([await overload.look(), overload.overloaded, asked]).toEqual([true, true, 7]);
    now = 0;
    expect(await overload.look()).toBe(false);
  });

  it('stays as it is while the log cannot be asked, and never begins without marks', async () => {
    let now = 0;
    let broken = false;
    const lag = async () => {
      if (broken) throw new Error('away');
      return 9;
    };
    const overload = new Overload({ lag, marks: new Marks(5, 1), clock: () => now });
    expect(await overload.look()).toBe(true);
    broken = true;
    now += 5_000;
    expect(await overload.look()).toBe(true);
    expect(await new Overload({ lag, marks: null, clock: () => now }).look()).toBe(false);
  });
});

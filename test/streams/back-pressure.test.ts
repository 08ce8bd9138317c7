import { describe, expect, it } from '@jest/globals';
import { Backlog, Marks } from '../../streams/back-pressure.js';

describe('marks', () => {
  it('close above the high one and open again only at the low one', () => {
    const marks = new Marks(10, 5);
    expect([10, 11, 8, 6, 5, 10, 11].map((level) => marks.closedAt(level))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  it('cannot stand upside down', () => {
    expect(() => new Marks(1, 2)).toThrow(RangeError);
  });
});

describe('the backlog', () => {
  it('refuses with Retry-After above the high mark, by what it let in since it last measured', async () => {
    let now = 0;
    let lag = 0;
    let measured = 0;
    const log = {
      lag: async () => {
        measured += 1;
        return lag;
      },
    };
    const backlog = new Backlog(log, 'group', ['posts', 'emails'], () => now, new Marks(10, 4));
    await backlog.admit(11);
    expect(measured).toBe(2);
    await expect(backlog.admit(1)).rejects.toMatchObject({ code: 'overload.queue_full', retryAfterS: 1 });
    now += 250;
    lag = 3;
    await expect(backlog.admit(1)).rejects.toMatchObject({ code: 'overload.queue_full' });
    now += 250;
    lag = 2;
    await backlog.admit(1);
    expect(backlog.level).toBe(5);
  });

  it('measures once for many who ask at the same time', async () => {
    let measured = 0;
    const log = {
      lag: async () => {
        measured += 1;
        return 0;
      },
    };
    const backlog = new Backlog(log, 'group', ['posts'], () => 0);
    await Promise.all(Array.from({ length: 50 }, () => backlog.admit(1)));
    expect(measured).toBe(1);
    expect(backlog.level).toBe(50);
  });
});

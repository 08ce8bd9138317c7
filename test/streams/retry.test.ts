import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AssayError } from '../../schemas/errors.js';
import { isolate, pause, retryDelayMs } from '../../streams/retry.js';

const calm = async (): Promise<void> => undefined;

describe('the pause before another try', () => {
  const upTo = (error: unknown, tries: number) => retryDelayMs(error, tries, () => 1);

  it('doubles up to a longest one, by the kind of error', () => {
    const outage = new AssayError('store.unavailable');
    expect([0, 1, 2, 50].map((tries) => upTo(outage, tries))).toEqual([100, 200, 400, 5_000]);
    expect([0, 50].map((tries) => upTo(new AssayError('store.conflict'), tries))).toEqual([20, 500]);
    expect([0, 50].map((tries) => upTo(new AssayError('detector.engine'), tries))).toEqual([500, 10_000]);
    expect([0, 50].map((tries) => upTo(new TypeError('x'), tries))).toEqual([100, 5_000]);
  });

  it('is as long as the error itself asks for', () => {
    expect(upTo(new AssayError('overload.queue_full', undefined, { retryAfterS: 3 }), 0)).toBe(3_000);
    expect(upTo(new AssayError('overload.queue_full'), 0)).toBe(250);
  });

  it('is drawn by lot for half of it', () => {
    const outage = new AssayError('log.unavailable');
    expect(retryDelayMs(outage, 1, () => 0)).toBe(100);
    expect(retryDelayMs(outage, 1, () => 0.5)).toBe(150);
    expect(retryDelayMs(outage, 1)).toBeGreaterThanOrEqual(100);
  });
});

describe('isolation', () => {
  it('sets aside exactly the poisoned records, and handles every other one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (poisoned) => {
        const records = poisoned.map((poison, at) => ({ at, poison }));
        const handled = new Set<number>();
        const aside: number[] = [];
        await isolate(
          records,
          async (some) => {
            if (some.some(({ poison }) => poison)) throw new TypeError('poison');
            for (const { at } of some) handled.add(at);
          },
          {
            surroundings: calm,
            giveUp: async ({ at }) => {
              aside.push(at);
            },
            tries: 2,
            firstPauseMs: 0,
          },
        );
        expect(aside).toEqual(records.filter(({ poison }) => poison).map(({ at }) => at));
        expect(handled.size).toBe(poisoned.filter((poison) => !poison).length);
      }),
      { numRuns: 50 },
    );
  });

  it('lets a record through that fails only for a while', async () => {
    let left = 3;
    const aside: number[] = [];
    await isolate(
      [1],
      async () => {
        left -= 1;
        if (left > 0) throw new Error('not yet');
      },
      { surroundings: calm, giveUp: async (record) => void aside.push(record), firstPauseMs: 1 },
    );
    expect(aside).toEqual([]);
    expect(left).toBe(0);
  });

  it('blames no record for an error of our surroundings', async () => {
    const down = new AssayError('store.unavailable');
    const giveUp = async (): Promise<void> => Promise.reject(new Error('must not give up'));
    await expect(isolate([1, 2], () => Promise.reject(down), { surroundings: calm, giveUp })).rejects.toBe(
      down,
    );
    const unknown = (): Promise<void> => Promise.reject(new Error('connection reset'));
    const surroundings = (): Promise<void> => Promise.reject(down);
    await expect(isolate([1, 2], unknown, { surroundings, giveUp })).rejects.toBe(down);
  });

  it('stops trying when it is told to stop', async () => {
    const stop = new AbortController();
    const handle = async (): Promise<void> => {
      stop.abort();
      throw new Error('late');
    };
    const giveUp = async (): Promise<void> => Promise.reject(new Error('must not give up'));
    await expect(isolate([1], handle, { surroundings: calm, giveUp, signal: stop.signal })).rejects.toThrow(
      'late',
    );
  });
});

describe('a pause', () => {
  it('ends early when it is aborted', async () => {
    const stop = new AbortController();
    const begun = Date.now();
    const long = pause(60_000, stop.signal);
    stop.abort();
    await long;
    await pause(60_000, stop.signal);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

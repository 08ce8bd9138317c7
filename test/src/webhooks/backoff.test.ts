import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../../schemas/limits.js';
import { nextTryMs, retryAfterMs } from '../../../src/webhooks/backoff.js';

/** Pauses in seconds until the tries end, when each fails at once. */
function pauses(random: () => number): number[] {
  const found: number[] = [];
  for (let nowMs = 0, tries = 1; ; tries += 1) {
    const next = nextTryMs({ tries, firstTryMs: 0, nowMs }, random());
    if (next === null) return found;
    found.push((next - nowMs) / 1_000);
    nowMs = next;
  }
}

describe('tries', () => {
  it('come ever later, up to four hours apart, and end within a day', () => {
    const found = pauses(() => 0.5);
    expect(found.slice(0, 9)).toEqual([5, 15, 45, 135, 405, 1_215, 3_645, 10_935, 14_400]);
    expect(found.slice(9).every((pause) => pause === 14_400)).toBe(true);
    expect(found).toHaveLength(12);
    const whole = found.reduce((sum, pause) => sum + pause, 0) * 1_000;
    expect(whole).toBeLessThanOrEqual(LIMITS.webhookRetryMs);
    expect(whole).toBeGreaterThan(LIMITS.webhookRetryMs - 4 * 3_600_000);
  });

  it('stay within a fifth of their time, are at least ten and end, whatever is drawn', () => {
    const draws = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(draws, (draw) => {
        const found = pauses(() => draw.next().value);
        const plain = (at: number) => Math.min(5 * 3 ** at, 14_400);
        for (const [at, pause] of found.entries()) {
          expect(pause).toBeGreaterThanOrEqual(plain(at) * 0.8 - 0.001);
          expect(pause).toBeLessThanOrEqual(plain(at) * 1.2 + 0.001);
        }
        expect(found.length).toBeGreaterThanOrEqual(10);
      }),
    );
  });

  it('wait as long as the receiver asks, an hour at most, and never less than they would', () => {
    const at = (askedMs: number) => nextTryMs({ tries: 1, firstTryMs: 0, nowMs: 0, askedMs }, 0.5);
    expect(at(60_000)).toBe(60_000);
    expect(at(1_000)).toBe(5_000);
    expect(at(9e9)).toBe(3_600_000);
  });

  it('end when the next one would come after the day', () => {
    const tried = { tries: 1, firstTryMs: 0 };
    const last = LIMITS.webhookRetryMs - 5_000;
    expect(nextTryMs({ ...tried, nowMs: last }, 0.5)).toBe(LIMITS.webhookRetryMs);
    expect(nextTryMs({ ...tried, nowMs: last + 1 }, 0.5)).toBeNull();
  });
});

test.each([
  ['120', 120_000],
  [' 5 ', 5_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 59_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', 0],
  ['-5', 0],
  ['1e9', 0],
  [undefined, 0],
  [['1', '2'], 0],
])('Retry-After: %s is %d ms', (text, ms) => {
  expect(retryAfterMs(text as string, 1_000)).toBe(ms);
});

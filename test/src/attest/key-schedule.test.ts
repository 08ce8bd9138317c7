/** What each key does at which time: a table, and what holds for any history. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SigningKeyDoc } from '../../../schemas/store/documents.js';
import {
  LIST_LIFE_S,
  PUBLISHED_AHEAD_MS,
  publishedKeys,
  scheduleOf,
  signingKey,
} from '../../../src/attest/key-schedule.js';
import { TOKEN_LIFE_S } from '../../../src/client/verify.js';

const key = (_id: string, signsFromMs: number, change: Partial<SigningKeyDoc> = {}): SigningKeyDoc => ({
  _id,
  use: 'token',
  publicJwk: {},
  holder: 'sealed',
  reference: 'x',
  createdMs: 0,
  signsFromMs,
  state: 'active',
  retiredMs: null,
  ...change,
});
const roles = (keys: SigningKeyDoc[], now: number) =>
  Object.fromEntries(scheduleOf(keys, now).map(({ key: { _id }, role }) => [_id, role]));
const HOUR = 3_600_000;
const LIFE = TOKEN_LIFE_S * 1000;

describe('the schedule of keys', () => {
  const rotation = [key('a', 0), key('b', 100 * HOUR)];
  test.each([
    ['before the next key’s time', 99 * HOUR, { a: 'signs', b: 'next' }],
    ['from then on', 100 * HOUR, { a: 'verifies', b: 'signs' }],
    ['while the last token of the old key may live', 100 * HOUR + LIFE, { a: 'verifies', b: 'signs' }],
    ['after that', 100 * HOUR + LIFE + HOUR, { a: 'ended', b: 'signs' }],
  ])('%s', (_name, now, expected) => {
    expect(roles(rotation, now)).toEqual(expected);
  });

  test('a status key is needed as long as its lists may be used', () => {
    const keys = [key('a', 0, { use: 'status' }), key('b', HOUR, { use: 'status' })];
    expect(roles(keys, HOUR + LIST_LIFE_S * 1000)).toEqual({ a: 'verifies', b: 'signs' });
    expect(roles(keys, 2 * HOUR + LIST_LIFE_S * 1000)).toEqual({ a: 'ended', b: 'signs' });
  });

  test('a key given up before its time never took over, one given up later did', () => {
    const early = [key('a', 0), key('b', 100, { state: 'retired', retiredMs: 50 })];
    expect(roles(early, 200)).toMatchObject({ a: 'signs', b: 'verifies' });
    const late = [key('a', 0), key('b', 100, { state: 'compromised', retiredMs: 150 })];
    expect(roles(late, 200)).toEqual({ a: 'verifies', b: 'compromised' });
    expect(signingKey(scheduleOf(late, 200))).toBeNull();
    expect(publishedKeys(scheduleOf(late, 200)).map(({ _id }) => _id)).toEqual(['a']);
  });

  test('at most one key signs; what signs or signed within a token’s life is published; a compromised one never is', () => {
    const history = fc.array(
      fc.record({
        from: fc.nat({ max: 400 }),
        state: fc.constantFrom('active', 'active', 'retired', 'compromised'),
        end: fc.nat({ max: 400 }),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(history, fc.nat({ max: 800 }), (keys, nowDays) => {
        const day = 24 * HOUR;
        const docs = keys.map(({ from, state, end }, at) =>
          key(`k${at}`, from * day, {
            state: state as SigningKeyDoc['state'],
            retiredMs: state === 'active' ? null : end * day,
          }),
        );
        const schedule = scheduleOf(docs, nowDays * day);
        expect(schedule.filter(({ role }) => role === 'signs').length).toBeLessThanOrEqual(1);
        const published = publishedKeys(schedule);
        expect(published.some(({ state }) => state === 'compromised')).toBe(false);
        for (const earlier of [nowDays - 89, nowDays - 1, nowDays]) {
          const signer = signingKey(scheduleOf(docs, earlier * day));
          if (signer === null || earlier < 0) continue;
          expect(published).toContain(signer);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a key is published for longer than any verifier keeps keys without asking', () => {
    expect(PUBLISHED_AHEAD_MS).toBeGreaterThan(24 * HOUR + 10 * 60_000);
  });
});

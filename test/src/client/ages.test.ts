/** Ages of keys and lists by a clock that is moved, in both directions, and what a policy makes of them. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FilterPolicy, VerifyResult } from '../../../schemas/attestation.js';
import { createVerifier, type VerifierCache, type VerifierOptions } from '../../../src/client/index.js';
import { FOUND, ISS, type Kit, LIST, makeKey, makeKit, NOW, NOW_S, network } from './kit.js';

const WELL_KNOWN = `${ISS}/.well-known/human-author`;
const HOUR = 3_600_000;

let kit: Kit;
let token: string;
let now = NOW;
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token({ iat: NOW_S - 30 * 86_400, exp: NOW_S + 30 * 86_400 });
});
beforeEach(() => {
  now = NOW;
});

const found = { ...FOUND, now: undefined };
const open = (options: VerifierOptions) => createVerifier({ clock: () => now, ...options });
const document = (change: object = {}) => JSON.stringify({ ...kit.trust.issuers[0], ...change });
const longList = (change: object = {}) =>
  kit.list({ claims: { iat: NOW_S - 20 * 86_400, exp: NOW_S + 30 * 86_400, ...change } });
const lenient: Partial<FilterPolicy> = { onStale: 'open' };

describe('keys of an issuer known by name', () => {
  test('are asked again when the clock was set back, so that a removed key does not stay fresh', async () => {
    let page = document();
    const fetch = network({ [WELL_KNOWN]: () => page, [LIST]: await longList() });
    const verifier = open({ issuers: [ISS], fetch, policy: lenient });
    expect((await verifier.verify(token, found)).errors).toEqual([]);
    page = document({ token_keys: [(await makeKey()).jwk] });
    now -= 10 * 86_400_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
  });

  test('are not asked for again by a clock that trembles', async () => {
    const fetch = network({ [WELL_KNOWN]: document(), [LIST]: await longList() });
    const verifier = open({ issuers: [ISS], fetch, policy: lenient });
    for (const step of [0, -40, 3, -900, 20]) {
      now += step;
      expect((await verifier.verify(token, found)).errors).toEqual([]);
    }
    expect(fetch.asked.filter((url) => url === WELL_KNOWN)).toHaveLength(1);
  });

  test('kept by a clock that ran ahead are worth nothing', async () => {
    const kept = JSON.stringify({ foundMs: NOW + 10 * 365 * 24 * HOUR, text: document() });
    const cache: VerifierCache = {
      get: async (url) => (url === WELL_KNOWN ? kept : longList()),
      set: async () => undefined,
    };
    expect((await open({ issuers: [ISS], cache, policy: lenient }).verify(token, found)).errors).toEqual([
      'token.unknown_key',
    ]);
  });

  test('are noticed as removed within ten minutes and thirty seconds at the latest, whatever is verified', async () => {
    let page = document();
    const fetch = network({ [WELL_KNOWN]: () => page, [LIST]: await longList() });
    const verifier = open({ issuers: [ISS], fetch, policy: lenient });
    await verifier.verify(token, found);
    page = document({ token_keys: [] });
    const removedAt = now;
    while ((await verifier.verify(token, found)).errors.length === 0) now += 15_000;
    expect(now - removedAt).toBeLessThanOrEqual(10.5 * 60_000);
  });

  test('are kept for exactly a day without a network', async () => {
    const known = network({ [WELL_KNOWN]: document(), [LIST]: await longList() });
    let online = true;
    const fetch: typeof known = Object.assign(
      (...asked: Parameters<typeof known>) =>
        online ? known(...asked) : Promise.reject(new Error('no route')),
      { asked: known.asked },
    );
    const verifier = open({ issuers: [ISS], fetch, policy: lenient });
    await verifier.verify(token, found);
    online = false;
    for (now = NOW + HOUR; now <= NOW + 24 * HOUR; now += HOUR) {
      expect(await verifier.verify(token, found)).toMatchObject({ valid: true, stale: true, errors: [] });
    }
    now = NOW + 24 * HOUR + 1_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
    online = true;
    now += 30_000;
    expect((await verifier.verify(token, found)).errors).toEqual([]);
  });
});

describe('what a policy makes of the age of a list', () => {
  const fresh = {};
  const old = { iat: NOW_S - 301, ttl: 1_000 };
  const atTheLimit = { iat: NOW_S - 300 };
  const ended = { iat: NOW_S - 90_000, exp: NOW_S - 60 };
  test.each<[string, object | null, 'open' | 'closed', boolean, string, boolean, string[]]>([
    ['fresh', fresh, 'closed', true, 'valid', false, []],
    ['fresh', fresh, 'open', true, 'valid', false, []],
    ['as old as accepted', atTheLimit, 'closed', true, 'valid', false, []],
    ['older', old, 'closed', false, 'valid', true, ['status.stale']],
    ['older', old, 'open', true, 'valid', true, []],
    ['ended', ended, 'closed', false, 'unknown', true, ['status.unavailable']],
    ['ended', ended, 'open', true, 'unknown', true, []],
    ['missing', null, 'closed', false, 'unknown', true, ['status.unavailable']],
    ['missing', null, 'open', true, 'unknown', true, []],
  ])('%s (%j), %s: valid %s', async (_name, claims, onStale, valid, status, stale, errors) => {
    const fetch = network(claims === null ? {} : { [LIST]: await kit.list({ claims }) });
    const result = await open({ trust: kit.trust, fetch, policy: { onStale } }).verify(token, found);
    expect(result).toMatchObject({ valid, status, stale, errors });
  });

  test('an open policy opens nothing for a token that the old list revokes', async () => {
    const fetch = network({ [LIST]: await kit.list({ claims: old, values: { 5: 1 } }) });
    const result = await open({ trust: kit.trust, fetch, policy: lenient }).verify(token, found);
    expect(result).toMatchObject({ valid: false, hal: null, stale: true, errors: ['status.revoked'] });
  });
});

test('every answer has one and the same shape', async () => {
  const fetch = network({ [LIST]: await kit.list() });
  const verifier = open({ trust: kit.trust, fetch });
  const answers = [
    await verifier.verify(token, found),
    await verifier.verify(token, {}),
    await verifier.verify('x', found),
    await verifier.verify(undefined as unknown as string, found),
    await verifier.verify(await kit.token({ hal: 3 }), found),
    await open({ trust: { issuers: [] } }).verify(token, found),
    await open({}).verify(token),
  ];
  const members = [
    ...['author', 'content', 'errors', 'hal', 'iss', 'jti', 'lvl', 'notProven'],
    ...['reported', 'stale', 'status', 'statusAsOf', 'valid'],
  ];
  for (const answer of answers) {
    expect(Object.keys(answer).sort()).toEqual(members);
    expect(VerifyResult.strict().safeParse(answer).success).toBe(true);
    expect(answer.valid).toBe(answer.errors.length === 0);
  }
});

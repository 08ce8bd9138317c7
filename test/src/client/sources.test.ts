/** Where a verifier gets keys and lists from, how long it keeps them, and what it never accepts. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TrustList } from '../../../schemas/attestation.js';
import {
  accountBinding,
  createVerifier,
  type VerifierCache,
  type VerifierOptions,
} from '../../../src/client/index.js';
import { inflateList } from '../../../src/client/status-list.js';
import { FOUND, ISS, type Kit, LIST, makeKey, makeKit, NOW, NOW_S, network } from './kit.js';

let kit: Kit;
let token: string;
let now = NOW;
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token();
});
beforeEach(() => {
  now = NOW;
});

const found = { ...FOUND, now: undefined };
const open = (options: VerifierOptions) => createVerifier({ clock: () => now, ...options });
const memory = (entries: Record<string, string> = {}): VerifierCache & { entries: Map<string, string> } => {
  const kept = new Map(Object.entries(entries));
  return {
    entries: kept,
    get: async (url) => kept.get(url),
    set: async (url, text) => void kept.set(url, text),
  };
};

describe('a status list', () => {
  test('is fetched once for many tokens, and again when its ttl has passed', async () => {
    const fetch = network({ [LIST]: await kit.list() });
    const verifier = open({ trust: kit.trust, fetch });
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token, found)));
    expect(fetch.asked).toEqual([LIST]);
    now += 59_000;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(1);
    now += 1_000;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(2);
  });

  test('that is older than this reader accepts is asked for again, however long its ttl', async () => {
    let page = await kit.list({ claims: { ttl: 1_000_000 } });
    const fetch = network({ [LIST]: () => page });
    const verifier = open({ trust: kit.trust, fetch });
    expect((await verifier.verify(token, found)).errors).toEqual([]);
    now += 289_000;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(1);
    now += 12_000;
    page = await kit.list({ values: { 5: 1 }, claims: { iat: now / 1000 } });
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    now += 1_000;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(2);
  });

  test('that stays too old is asked for every five seconds, not for each token', async () => {
    const fetch = network({ [LIST]: await kit.list({ claims: { ttl: 1_000_000 } }) });
    const verifier = open({ trust: kit.trust, fetch });
    await verifier.verify(token, found);
    now += 400_000;
    for (let second = 0; second < 11; second++, now += 1_000) {
      expect((await verifier.verify(token, found)).errors).toEqual(['status.stale']);
    }
    expect(fetch.asked).toHaveLength(4);
  });

  test('is asked for again at once when told to, or earlier than its ttl by choice', async () => {
    const fetch = network({ [LIST]: await kit.list() });
    const verifier = open({ trust: kit.trust, fetch, maxListAgeS: 2 });
    await verifier.verify(token, found);
    verifier.expireLists();
    await verifier.verify(token, found);
    now += 2_000;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(3);
  });

  test('older than the one held is refused: a revoked token does not come back', async () => {
    let page = await kit.list({ values: { 5: 1 } });
    const verifier = open({ trust: kit.trust, fetch: network({ [LIST]: () => page }) });
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    page = await kit.list({ claims: { iat: NOW_S - 11 } });
    now += 61_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    page = await kit.list({ claims: { iat: NOW_S + 60 } });
    now += 61_000;
    expect((await verifier.verify(token, found)).errors).toEqual([]);
  });

  test('is used without a network until it ends, and its age is told', async () => {
    const cache = memory({ [LIST]: await kit.list() });
    const verifier = open({ trust: kit.trust, cache, policy: { onStale: 'open' } });
    expect((await verifier.verify(token, found)).stale).toBe(false);
    now += 3_600_000;
    expect(await verifier.verify(token, found)).toMatchObject({ valid: true, stale: true, status: 'valid' });
    now += 24 * 3_600_000;
    const later = await kit.token({ exp: NOW_S + 200_000 });
    expect(await verifier.verify(later, found)).toMatchObject({
      valid: true,
      stale: true,
      status: 'unknown',
    });
    const closed = open({ trust: kit.trust, cache });
    expect((await closed.verify(later, found)).errors).toEqual(['status.unavailable']);
  });

  test('that cannot be had is asked for again after five seconds, not for each token', async () => {
    const fetch = network({});
    const verifier = open({ trust: kit.trust, fetch });
    for (let count = 0; count < 10; count++) await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(1);
    now += 5_000;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(2);
  });

  test('is kept for the next process', async () => {
    const cache = memory();
    const first = open({ trust: kit.trust, cache, fetch: network({ [LIST]: await kit.list() }) });
    await first.verify(token, found);
    const offline = open({ trust: kit.trust, cache });
    expect((await offline.verify(token, found)).valid).toBe(true);
  });

  test('of 32 MiB of zeros stops being inflated at 4 MiB', async () => {
    const { deflateSync } = await import('node:zlib');
    const bomb = deflateSync(Buffer.alloc(32 * 1024 * 1024)).toString('base64url');
    expect(await inflateList(bomb)).toBeNull();
    const largest = deflateSync(Buffer.alloc(4 * 1024 * 1024)).toString('base64url');
    expect(await inflateList(largest)).toHaveLength(4 * 1024 * 1024);
    expect(await inflateList('*')).toBeNull();
    expect(await inflateList(largest.slice(0, -8))).toBeNull();
  });

  test('a thousand addresses in tokens do not grow the cache without end', async () => {
    const fetch = network({});
    const verifier = open({ trust: kit.trust, fetch });
    const status = (idx: number) => ({ status: { status_list: { idx: 0, uri: `${LIST}/${idx}` } } });
    for (let count = 0; count < 1_002; count++) await verifier.verify(await kit.token(status(count)), found);
    await verifier.verify(await kit.token(status(0)), found);
    expect(fetch.asked.filter((url) => url === `${LIST}/0`)).toHaveLength(2);
  });
});

describe('a trust list', () => {
  const trustWith = (change: object): TrustList => ({ issuers: [{ ...kit.trust.issuers[0]!, ...change }] });

  test.each([
    ['one key for tokens and lists', () => trustWith({ status_keys: [kit.tokenKey.jwk] })],
    [
      'a kid that is not the thumbprint',
      () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, kid: kit.statusKey.kid }] }),
    ],
    ['a key of another algorithm', () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, alg: 'ES384' }] })],
    ['a key on another curve', () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, crv: 'P-384' }] })],
    [
      'a point that is not on the curve',
      () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, x: 'A'.repeat(43) }] }),
    ],
    ['a key for encryption', () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, use: 'enc' }] })],
    [
      'a coordinate that is missing',
      () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, y: undefined }] }),
    ],
    [
      'a coordinate of 33 bytes',
      () => trustWith({ token_keys: [{ ...kit.tokenKey.jwk, x: 'A'.repeat(44) }] }),
    ],
    ['an origin that is none', () => trustWith({ status_origins: ['issuer.example'] })],
    ['an origin that is opaque', () => trustWith({ status_origins: ['data:x'] })],
  ])('with %s is refused', async (_name, trust) => {
    await expect(open({ trust: trust() }).verify(token, found)).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });

  test('of two issuers with one key accepts each name', async () => {
    const trust = { issuers: [...trustWith({ iss: 'https://other.example' }).issuers, ...kit.trust.issuers] };
    const verifier = open({ trust, fetch: network({ [LIST]: await kit.list() }) });
    expect((await verifier.verify(token, found)).valid).toBe(true);
  });
});

describe('an issuer known by name', () => {
  const WELL_KNOWN = `${ISS}/.well-known/human-author`;
  const document = (change: object = {}) => JSON.stringify({ ...kit.trust.issuers[0], ...change });

  test('is looked up once for ten minutes; a removed key is noticed then', async () => {
    const other = await makeKey();
    let page = document();
    const list = await kit.list();
    const fetch = network({ [WELL_KNOWN]: () => page, [LIST]: list });
    const verifier = open({ issuers: [ISS], fetch });
    expect((await verifier.verify(token, found)).valid).toBe(true);
    page = document({ token_keys: [other.jwk] });
    now += 9 * 60_000;
    expect((await verifier.verify(token, found)).errors).not.toContain('token.unknown_key');
    now += 61_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
  });

  test('is asked again early for a key not seen yet, but not for every token that names one', async () => {
    const next = await makeKey();
    let page = document();
    const fetch = network({ [WELL_KNOWN]: () => page, [LIST]: await kit.list() });
    const verifier = open({ issuers: [ISS], fetch });
    await verifier.verify(token, found);
    page = document({ token_keys: [kit.tokenKey.jwk, next.jwk] });
    const rotated = await kit.token({}, {}, next);
    for (let count = 0; count < 5; count++) {
      expect((await verifier.verify(rotated, found)).errors).toEqual(['token.unknown_key']);
    }
    now += 30_000;
    expect((await verifier.verify(rotated, found)).valid).toBe(true);
    expect(fetch.asked.filter((url) => url === WELL_KNOWN)).toHaveLength(2);
  });

  test('is asked again early for a platform not seen yet, but not for every token that names one', async () => {
    let page = document();
    const fetch = network({ [WELL_KNOWN]: () => page, [LIST]: await kit.list() });
    const verifier = open({ issuers: [ISS], fetch });
    const asked = () => fetch.asked.filter((url) => url === WELL_KNOWN).length;
    const onBlog = { ...found, platform: 'blog' };
    const blog = await kit.token({ aud: 'blog', acc: await accountBinding('blog', 'ann') });
    await verifier.verify(token, found);
    page = document({ audiences: ['forum', 'blog'] });
    for (let count = 0; count < 5; count++) {
      expect((await verifier.verify(blog, onBlog)).errors).toEqual(['token.audience']);
    }
    expect(asked()).toBe(1);
    now += 30_000;
    // Another platform than the token's, and a token nobody signed, are no reason to ask.
    expect((await verifier.verify(token, onBlog)).errors).toEqual(['token.audience']);
    const forged = await kit.token({ aud: 'blog' }, { kid: kit.tokenKey.kid }, await makeKey());
    expect((await verifier.verify(forged, onBlog)).errors).toEqual(['token.signature']);
    expect(asked()).toBe(1);
    expect((await verifier.verify(blog, onBlog)).errors).toEqual([]);
    expect(asked()).toBe(2);
  });

  test('that has given up the key of a token, when it is asked again for the platform, is believed', async () => {
    let page = document();
    const fetch = network({ [WELL_KNOWN]: () => page, [LIST]: await kit.list() });
    const verifier = open({ issuers: [ISS], fetch });
    await verifier.verify(token, found);
    page = document({ audiences: ['forum', 'blog'], token_keys: [(await makeKey()).jwk] });
    now += 30_000;
    const blog = await kit.token({ aud: 'blog', acc: await accountBinding('blog', 'ann') });
    expect((await verifier.verify(blog, { ...found, platform: 'blog' })).errors).toEqual([
      'token.unknown_key',
    ]);
  });

  test('that cannot be reached is remembered for a day, over a restart too', async () => {
    const cache = memory();
    const list = await kit.list({ claims: { exp: NOW_S + 200_000 } });
    const online = open({
      issuers: [ISS],
      cache,
      fetch: network({ [WELL_KNOWN]: document(), [LIST]: list }),
    });
    await online.verify(token, found);
    const offline = open({ issuers: [ISS], cache, policy: { onStale: 'open' } });
    now += 23 * 3_600_000;
    const later = await kit.token({ exp: NOW_S + 200_000 });
    expect((await offline.verify(later, found)).errors).toEqual([]);
    now += 2 * 3_600_000;
    expect((await offline.verify(later, found)).errors).toEqual(['token.unknown_key']);
  });

  test.each([
    ['speaks for another name', () => document({ iss: 'https://other.example' })],
    ['lets lists come over plain http', () => document({ status_origins: ['http://lists.example'] })],
    ['signs tokens and lists with one key', () => document({ status_keys: [kit.tokenKey.jwk] })],
    ['is not JSON', () => '<html>'],
    ['is larger than any such document', () => document({ padding: 'x'.repeat(300_000) })],
  ])('is not trusted when its document %s', async (_name, page) => {
    const verifier = open({ issuers: [ISS], fetch: network({ [WELL_KNOWN]: page() }) });
    expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
  });

  test('is not trusted from a broken cache or a failing network', async () => {
    const broken = () => Promise.reject(new Error('no route'));
    for (const cache of [memory({ [WELL_KNOWN]: 'x' }), memory({ [WELL_KNOWN]: '{"text":"x"}' }), memory()]) {
      const verifier = open({ issuers: [ISS], cache, fetch: broken });
      expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
    }
  });
});

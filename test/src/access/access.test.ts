/** Keys, one-time links, sessions, cookies and buckets, over the embedded store. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { prefixOf } from '../../../src/access/api-key.js';
import { authenticate } from '../../../src/access/authenticate.js';
import { sessionCookie } from '../../../src/access/cookie.js';
import { checkKey, createKey, listKeys, revokeKey } from '../../../src/access/keys.js';
import { sameSecret } from '../../../src/access/secret.js';
import {
  createLink,
  endSession,
  findSession,
  loginPath,
  redeemLink,
  sweepSessions,
} from '../../../src/access/sessions.js';
import { TokenBuckets } from '../../../src/access/token-buckets.js';
import { startService, type TestService } from '../api/service.js';

let service: TestService;
const mira = { tenant: 'acme', user: 'mira', scopes: ['read', 'moderate'] as const };

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('an API key', () => {
  const make = (more: object = {}) =>
    createKey(service.context, { tenant: 'acme', name: 'ci', scopes: ['read'], ...more });

  test('names itself by its prefix, and only its hash is stored', async () => {
    const { key, facts } = await make();
    expect(key).toMatch(/^ask_[a-z2-9]{10}_[A-Za-z0-9_-]{43}$/);
    expect(prefixOf(key)).toBe(facts._id);
    const stored = await service.context.collections.apiKeys.get(facts._id);
    const secret = key.slice(key.indexOf('_', 4) + 1);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(JSON.stringify(facts)).not.toContain(stored?.hash);
  });

  test('is refused when its secret differs, when it has expired, and once it is revoked', async () => {
    const { key, facts } = await make({ expiresMs: service.context.clock() + 1000 });
    expect((await checkKey(service.context, key)).tenant).toBe('acme');
    const forged = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    await expect(checkKey(service.context, forged)).rejects.toMatchObject({ code: 'auth.invalid' });
    service.advance(1001);
    await expect(checkKey(service.context, key)).rejects.toMatchObject({ code: 'auth.invalid' });
    const other = await make();
    expect(await revokeKey(service.context, 'umbrella', other.facts._id)).toBe(false);
    expect(await revokeKey(service.context, 'acme', other.facts._id)).toBe(true);
    expect(await revokeKey(service.context, 'acme', other.facts._id)).toBe(false);
    await expect(checkKey(service.context, other.key)).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(facts.revokedMs).toBeNull();
  });

  test('notes when it was used, at most once a minute', async () => {
    const { key, facts } = await make();
    const used = async () => (await service.context.collections.apiKeys.get(facts._id))?.lastUsedMs;
    await checkKey(service.context, key);
    const first = await used();
    service.advance(30_000);
    await checkKey(service.context, key);
    expect(await used()).toBe(first);
    service.advance(31_000);
    await checkKey(service.context, key);
    expect(await used()).toBeGreaterThan(first as number);
  });

  test('is listed with its tenant alone, newest first, without its hash', async () => {
    await createKey(service.context, { tenant: 'umbrella', name: 'old', scopes: ['read'] });
    service.advance(5);
    await createKey(service.context, { tenant: 'umbrella', name: 'new', scopes: ['ingest'] });
    const { docs } = await listKeys(service.context, 'umbrella');
    expect(docs.map(({ name }) => name)).toEqual(['new', 'old']);
    expect(docs.every((doc) => !('hash' in doc))).toBe(true);
  });

  test('of another form is no key', () => {
    for (const key of ['', 'ask_', `ask_ABCDEFGHIJ_${'x'.repeat(43)}`, `ask_abcdefghij_${'x'.repeat(42)}`]) {
      expect(prefixOf(key)).toBeNull();
    }
  });
});

describe('a one-time link', () => {
  test('becomes a session once, whoever comes at the same time', async () => {
    const link = await createLink(service.context, mira);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => redeemLink(service.context, link)));
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(won).toHaveLength(1);
    const { secret, doc } = won[0]!.value;
    expect(await findSession(service.context, secret)).toEqual(doc);
    expect(doc).toMatchObject({
      tenant: 'acme',
      user: 'mira',
      scopes: ['read', 'moderate'],
      kind: 'session',
    });
    await expect(redeemLink(service.context, link)).rejects.toMatchObject({ code: 'auth.invalid' });
  });

  test('is not itself a session, and a session is not a link', async () => {
    const link = await createLink(service.context, mira);
    expect(await findSession(service.context, link)).toBeNull();
    const { secret } = await redeemLink(service.context, link);
    await expect(redeemLink(service.context, secret)).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(loginPath('a b')).toBe('/console/login?link=a%20b');
  });

  test('expires; so does a session; what has expired is swept', async () => {
    const { secret, doc } = await redeemLink(service.context, await createLink(service.context, mira));
    const unused = await createLink(service.context, mira);
    service.advance(LIMITS.oneTimeLinkMs + 1);
    await expect(redeemLink(service.context, unused)).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(await findSession(service.context, secret)).not.toBeNull();
    service.advance(LIMITS.sessionMs);
    expect(await findSession(service.context, secret)).toBeNull();
    expect(await sweepSessions(service.context)).toBeGreaterThanOrEqual(2);
    expect(await service.context.collections.sessions.get(doc._id)).toBeNull();
  });

  test('ends its session by logout', async () => {
    const { secret, doc } = await redeemLink(service.context, await createLink(service.context, mira));
    await endSession(service.context, doc._id);
    expect(await findSession(service.context, secret)).toBeNull();
  });
});

describe('the session cookie', () => {
  test('is __Host- and Secure behind https, plain on http, HttpOnly and Strict in both', () => {
    const safe = sessionCookie('https://assay.example').set('s');
    expect(safe).toBe('__Host-assay=s; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200');
    const local = sessionCookie('http://127.0.0.1:8787').set('s');
    expect(local).toBe('assay-session=s; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200');
    expect(sessionCookie('https://assay.example').clear()).toContain('Max-Age=0');
  });

  test('is found among other cookies, by its exact name', () => {
    const { read } = sessionCookie('https://assay.example');
    expect(read('a=b; __Host-assay=one==; c')).toBe('one==');
    expect(read('x__Host-assay=one; assay-session=two; __Host-assay=')).toBeNull();
    expect(read(undefined)).toBeNull();
  });

  test('names a session whose principal has the scopes of the link', async () => {
    const cookie = sessionCookie('http://127.0.0.1');
    const { secret, doc } = await redeemLink(service.context, await createLink(service.context, mira));
    const caller = await authenticate(service.context, cookie, { cookie: `assay-session=${secret}` });
    expect(caller?.principal).toEqual({ tenant: 'acme', id: 'mira', via: 'session', scopes: mira.scopes });
    expect(caller?.session).toEqual({ id: doc._id, csrf: doc.csrf });
    expect(await authenticate(service.context, cookie, { cookie: 'assay-session=wrong' })).toBeNull();
    expect(await authenticate(service.context, cookie, {})).toBeNull();
  });
});

describe('a token bucket', () => {
  test('lets a burst through, then the rate, and says how long to wait', () => {
    let now = 0;
    const buckets = new TokenBuckets(() => now);
    const take = () => buckets.take('a', 60);
    expect(Array.from({ length: 60 }, take).every((wait) => wait === 0)).toBe(true);
    expect(take()).toBe(1);
    now = 1000;
    expect([take(), take()]).toEqual([0, 1]);
    now = 10_000_000;
    expect(Array.from({ length: 61 }, take).filter((wait) => wait === 0)).toHaveLength(60);
  });

  test('gives many at once, what is more than a bucket from a full one, and says what is left', () => {
    let now = 0;
    const buckets = new TokenBuckets(() => now);
    expect(buckets.left('a', 60)).toBe(60);
    expect(buckets.take('a', 60, 50)).toBe(0);
    expect(buckets.left('a', 60)).toBe(10);
    expect(buckets.take('a', 60, 20)).toBe(10);
    now = 60_000;
    expect(buckets.take('a', 60, 90)).toBe(0);
    expect(buckets.left('a', 60)).toBe(0);
    now += 29_000;
    expect(buckets.take('a', 60)).toBe(2);
    now += 2_000;
    expect(buckets.take('a', 60)).toBe(0);
  });

  test('does not give tokens when the clock jumps back', () => {
    let now = 1_000_000;
    const buckets = new TokenBuckets(() => now);
    expect(buckets.take('a', 1)).toBe(0);
    now = 0;
    expect(buckets.take('a', 1)).toBe(60);
  });

  test('forgets the one touched longest ago when there are too many', () => {
    const buckets = new TokenBuckets(() => 0, 2);
    for (const id of ['a', 'b', 'a', 'c']) buckets.take(id, 2);
    expect(buckets.size).toBe(2);
    expect(buckets.take('a', 2)).toBeGreaterThan(0);
    expect(buckets.take('b', 2)).toBe(0);
  });
});

test('secrets are compared whole, whatever their lengths', () => {
  expect(sameSecret('abc', 'abc')).toBe(true);
  expect(sameSecret('abc', 'abd')).toBe(false);
  expect(sameSecret('abc', 'abcd')).toBe(false);
});

/** How the name of a platform is taken, and that a claim alone gives no power. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../../schemas/errors.js';
import { LIMITS } from '../../../schemas/limits.js';
import { audiences } from '../../../src/attest/audiences.js';
import { beginEnrolment } from '../../../src/attest/enrol.js';
import { ownPlatform, platformId, platformsOf } from '../../../src/attest/platform.js';
import { challengeFor, provePlatform, registerPlatform } from '../../../src/attest/platform-claim.js';
import { pendingClaims } from '../../../src/attest/platform-limits.js';
import { changeStatus } from '../../../src/attest/status.js';
import { sweepAttestation } from '../../../src/attest/sweep.js';
import type { Fetch } from '../../../src/client/index.js';
import { enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { ISS, openRig, type Rig } from './rig.js';

const DOMAIN = 'forum.example.org';
const ADDRESS = `https://${DOMAIN}/.well-known/human-author-platform`;

let rig: Rig;
let published: Map<string, string | Response>;
let asked: string[];
const fetch: Fetch = async (url) => {
  asked.push(url);
  const found = published.get(url) ?? new Response('none', { status: 404 });
  return typeof found === 'string' ? new Response(found) : found;
};
beforeAll(async () => {
  rig = await openRig({ fetch });
});
afterAll(() => rig.close());
beforeEach(async () => {
  published = new Map();
  asked = [];
  rig.now = Date.UTC(2030, 0, 15);
  const { platforms, platformClaims } = rig.opened.collections;
  const all = { index: '_id', limit: 5_000, scanLimit: 5_000 } as const;
  const { docs } = await platforms.page({ ...all, residual: { aud: { ne: 'forum' } } });
  for (const { _id } of docs) await platforms.delete(_id);
  for (const { _id } of (await platformClaims.page(all)).docs) await platformClaims.delete(_id);
});

const key = createPlatformKey();
const code = async (act: Promise<unknown>): Promise<ErrorCode | null> => {
  try {
    await act;
    return null;
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
};
const register = (tenant: string, aud = DOMAIN, issuer = rig.issuer, keys = [key.publicJwk]) =>
  registerPlatform(issuer, tenant, { aud, name: `of ${tenant}`, keys });
/** Claims the domain, and publishes what its challenge asks for beside whatever stands there. */
async function claim(tenant: string, aud = DOMAIN): Promise<string> {
  const found = await register(tenant, aud);
  if (found.state !== 'pending') throw new Error('expected a claim');
  const { url, line } = challengeFor(rig.issuer, found.claim);
  published.set(url, `${published.get(url) ?? ''}${line}\n`);
  return line;
}
const prove = (tenant: string, aud = DOMAIN) => provePlatform(rig.issuer, tenant, aud);
const account = { platform: DOMAIN, accountId: 'ann', createdAt: '2020-01-01T00:00:00Z' };

describe('a name that is no domain', () => {
  test.each(['mail', 'elsewhere', 'localhost', 'x.internal', '127.0.0.1'])(
    '%s is the operator’s to give',
    async (aud) => {
      expect(await code(register('acme', aud))).toBe('attest.audience');
      const issuer = await rig.reopen({ grants: [{ tenant: 'acme', aud }] });
      expect(await code(register('rival', aud, issuer))).toBe('attest.not_authorised');
      expect(await register('acme', aud, issuer)).toMatchObject({
        state: 'registered',
        platform: { aud, provenBy: 'operator' },
      });
    },
  );
});

describe('a domain', () => {
  test('has no power while it is pending', async () => {
    await claim('acme');
    expect(asked).toEqual([]);
    expect(await code(ownPlatform(rig.issuer, 'acme', DOMAIN))).toBe('attest.platform_pending');
    expect(await code(enrolDemoAuthor(rig.issuer, 'acme', key, account))).toBe('attest.platform_pending');
    expect((await audiences(rig.issuer)).names).toEqual(['forum']);
    expect((await platformsOf(rig.issuer, 'acme', { limit: 10 })).docs.map(({ aud }) => aud)).toEqual([
      'forum',
    ]);
    expect((await pendingClaims(rig.issuer, 'acme')).map(({ aud }) => aud)).toEqual([DOMAIN]);
    expect(await pendingClaims(rig.issuer, 'rival')).toEqual([]);
  });

  test('is its tenant’s once the line was found, and then nobody else’s', async () => {
    const line = await claim('acme');
    expect(line).toMatch(new RegExp(`^${ISS} [\\w-]{43}$`));
    await claim('rival');
    expect(await prove('acme')).toMatchObject({ tenant: 'acme', provenBy: 'domain' });
    expect(asked).toEqual([ADDRESS]);
    // The rival's line stands there as well, and comes too late.
    expect(await code(prove('rival'))).toBe('attest.not_authorised');
    expect(await code(register('rival'))).toBe('attest.not_authorised');
    const author = await enrolDemoAuthor(rig.issuer, 'acme', key, account);
    const { jti } = await author.attest({ text: 'Mine.' });
    expect(await code(changeStatus(rig.issuer, 'stranger', jti, 'revoke'))).toBe('attest.not_authorised');
    // Who has only claimed the name is told that, and can do as little.
    expect(await code(changeStatus(rig.issuer, 'rival', jti, 'revoke'))).toBe('attest.platform_pending');
    expect((await rig.opened.collections.attestations.get(jti))!.status).toBe('valid');
    expect(await code(changeStatus(rig.issuer, 'acme', jti, 'revoke'))).toBeNull();
    expect((await audiences(rig.issuer)).names).toEqual(['forum', DOMAIN]);
    expect(await pendingClaims(rig.issuer, 'acme')).toEqual([]);
  });

  test('proven again is answered as it is, without a look', async () => {
    await claim('acme');
    await prove('acme');
    published.clear();
    asked = [];
    expect(await prove('acme')).toMatchObject({ provenBy: 'domain' });
    expect(asked).toEqual([]);
    expect(await code(prove('rival'))).toBe('request.not_found');
    expect(await code(prove('acme', 'other.example.org'))).toBe('request.not_found');
  });

  test('changes its keys at once when it was proven', async () => {
    await claim('acme');
    await prove('acme');
    const next = createPlatformKey();
    expect(await register('acme', DOMAIN, rig.issuer, [next.publicJwk])).toMatchObject({
      state: 'registered',
      platform: { keys: [{ x: next.publicJwk.x }], provenBy: 'domain' },
    });
  });

  test('proven by two at once is one’s', async () => {
    for (const tenant of ['a', 'b', 'c', 'd']) await claim(tenant);
    const codes = await Promise.all(['a', 'b', 'c', 'd'].map((tenant) => code(prove(tenant))));
    expect(codes.filter((each) => each === null)).toHaveLength(1);
    expect(codes.filter((each) => each === 'attest.not_authorised')).toHaveLength(3);
  });

  test.each<[string, (line: string) => string | Response]>([
    ['that is not there', () => new Response('', { status: 404 })],
    ['behind a status that is no 200', (line) => new Response(line, { status: 203 })],
    ['of another token', (line) => `${line.slice(0, -4)}AAAA`],
    ['of another issuer', (line) => line.replace(ISS, 'https://other.example')],
    ['with more on it', (line) => `${line} and more`],
    ['inside a sentence', (line) => `Please publish ${line}`],
    ['in too long an answer', (line) => `${'x'.repeat(20_000)}\n${line}`],
  ])('is not proven by a line %s', async (_name, answer) => {
    published.set(ADDRESS, answer(await claim('acme')));
    expect(await code(prove('acme'))).toBe('attest.domain_proof');
    expect(await code(ownPlatform(rig.issuer, 'acme', DOMAIN))).toBe('attest.platform_pending');
  });

  test('says nothing of what was found at the address', async () => {
    await claim('acme');
    published.set(ADDRESS, 'a secret of the network');
    const error = await prove('acme').catch((caught) => caught);
    expect(error.message).not.toContain('secret');
    published.delete(ADDRESS);
    expect((await prove('acme').catch((caught) => caught)).message).toContain('expected an answer 200');
  });

  test('is not proven where nothing can be reached', async () => {
    await claim('acme');
    const offline = await rig.reopen({ fetch: undefined });
    expect(await code(provePlatform(offline, 'acme', DOMAIN))).toBe('attest.domain_proof');
  });

  test('may stand there with Windows line ends and other lines', async () => {
    const line = await claim('acme');
    published.set(ADDRESS, `# ours\r\nhttps://other.example abc\r\n  ${line}  \r\n`);
    expect(await code(prove('acme'))).toBeNull();
  });
});

describe('a claim', () => {
  test('keeps its token when it is repeated, with the newer name and keys', async () => {
    const first = await claim('acme');
    const next = createPlatformKey();
    rig.now += 60_000;
    const again = await register('acme', DOMAIN, rig.issuer, [next.publicJwk]);
    expect(again.state === 'pending' && challengeFor(rig.issuer, again.claim).line).toBe(first);
    expect((await prove('acme')).keys).toMatchObject([{ x: next.publicJwk.x }]);
  });

  test('ends after seven days, and is swept', async () => {
    const first = await claim('acme');
    rig.now += LIMITS.platformClaimMs;
    expect(await code(prove('acme'))).toBe('request.not_found');
    expect(await code(ownPlatform(rig.issuer, 'acme', DOMAIN))).toBe('attest.not_authorised');
    expect(await claim('acme')).not.toBe(first);
    rig.now += LIMITS.platformClaimMs + 1;
    await sweepAttestation(rig.issuer);
    expect((await rig.opened.collections.platformClaims.page({ index: '_id', limit: 9 })).docs).toEqual([]);
  });

  test('is one of so many', async () => {
    for (let at = 0; at < LIMITS.platformClaims; at++) await claim('acme', `f${at}.example.org`);
    expect(await code(register('acme'))).toBe('attest.pending_limit');
    expect(await code(register('acme', 'f0.example.org'))).toBeNull();
    expect(await code(register('rival'))).toBeNull();
    await prove('acme', 'f0.example.org');
    expect(await code(register('acme'))).toBeNull();
  });

  test('is one of so many, however many are asked for at once', async () => {
    const names = Array.from({ length: LIMITS.platformClaims + 8 }, (_, at) => `f${at}.example.org`);
    const codes = await Promise.all(names.map((aud) => code(register('acme', aud))));
    const kept = (await rig.opened.collections.platformClaims.page({ index: '_id', limit: 99 })).docs;
    expect(kept.length).toBeLessThanOrEqual(LIMITS.platformClaims);
    expect(kept).toHaveLength(codes.filter((each) => each === null).length);
    expect(new Set(codes.filter((each) => each !== null))).toEqual(new Set(['attest.pending_limit']));
  });
});

describe('the domains of one tenant', () => {
  /** As if proven before. */
  const plant = async (count: number, tenant = 'acme', provenBy: 'domain' | 'operator' = 'domain') => {
    const bulk = Array.from({ length: count }, (_, at) => {
      const aud = `p${at}.${provenBy}.example.org`;
      const doc = { tenant, aud, name: aud, keys: [], provenBy, createdMs: 0 };
      return { insert: { _id: platformId(tenant, aud), ...doc } };
    });
    await rig.opened.collections.platforms.bulk(bulk);
  };

  test('are so many: a further one is neither claimed nor proven, and those that are there stay its own', async () => {
    await plant(LIMITS.platformsPerTenant - 1);
    await claim('acme');
    await claim('acme', 'late.example.org');
    expect(await code(prove('acme'))).toBeNull();
    expect(await code(prove('acme', 'late.example.org'))).toBe('attest.platform_limit');
    expect(await code(register('acme', 'more.example.org'))).toBe('attest.platform_limit');
    expect(await register('acme')).toMatchObject({ state: 'registered', platform: { name: 'of acme' } });
    await claim('rival', 'late.example.org');
    expect(await code(prove('rival', 'late.example.org'))).toBeNull();
  });

  test('are so many, also when they are proven at once', async () => {
    await plant(LIMITS.platformsPerTenant - 2);
    const names = Array.from({ length: 6 }, (_, at) => `f${at}.example.org`);
    for (const aud of names) await claim('acme', aud);
    const codes = await Promise.all(names.map((aud) => code(prove('acme', aud))));
    const { docs } = await platformsOf(rig.issuer, 'acme', { limit: 200 });
    const proven = docs.filter(({ provenBy }) => provenBy === 'domain');
    expect(proven.length).toBeLessThanOrEqual(LIMITS.platformsPerTenant);
    expect(proven).toHaveLength(LIMITS.platformsPerTenant - 2 + codes.filter((each) => each === null).length);
    expect(new Set(codes.filter((each) => each !== null))).toEqual(new Set(['attest.platform_limit']));
  });

  test('do not count while the operator gives them', async () => {
    await plant(LIMITS.platformsPerTenant);
    const grants = [{ tenant: 'acme', aud: 'given' }];
    const issuer = await rig.reopen({ grants });
    expect(await register('acme', 'given', issuer)).toMatchObject({ state: 'registered' });
    expect(await code(register('acme', 'more.example.org', issuer))).toBe('attest.platform_limit');
    const some = await rig.reopen({
      grants: [...grants, { tenant: 'acme', aud: 'p0.domain.example.org' }],
      fetch,
    });
    await claim('rival', 'more.example.org');
    expect(await register('acme', 'more.example.org', some)).toMatchObject({ state: 'pending' });
  });
});

describe('the operator’s list', () => {
  const named = (tenant: string) => rig.reopen({ grants: [{ tenant, aud: DOMAIN }], fetch });

  test('goes before a proven domain: the former tenant has no power, the named one takes it', async () => {
    await claim('acme');
    await prove('acme');
    const issuer = await named('rival');
    expect(await code(ownPlatform(issuer, 'acme', DOMAIN))).toBe('attest.not_authorised');
    expect(await code(register('acme', DOMAIN, issuer))).toBe('attest.not_authorised');
    expect((await audiences(issuer)).names).toEqual([]);
    expect(await register('rival', DOMAIN, issuer)).toMatchObject({ state: 'registered' });
    expect((await audiences(issuer)).names).toEqual([DOMAIN]);
  });

  test('moves the authority over tokens as well', async () => {
    await claim('acme');
    await prove('acme');
    const { jti } = await (await enrolDemoAuthor(rig.issuer, 'acme', key, account)).attest({ text: 'Mine.' });
    const issuer = await named('rival');
    expect(await code(changeStatus(issuer, 'rival', jti, 'suspend'))).toBe('attest.not_authorised');
    await register('rival', DOMAIN, issuer);
    expect(await code(changeStatus(issuer, 'acme', jti, 'suspend'))).toBe('attest.not_authorised');
    expect(await code(changeStatus(issuer, 'rival', jti, 'suspend'))).toBeNull();
  });

  test('answers a claim without a look, and refuses that of another tenant', async () => {
    await claim('acme');
    await claim('rival');
    const issuer = await named('rival');
    expect(await code(provePlatform(issuer, 'acme', DOMAIN))).toBe('attest.not_authorised');
    expect(await provePlatform(issuer, 'rival', DOMAIN)).toMatchObject({ provenBy: 'operator' });
    expect(asked).toEqual([]);
  });

  test('takes away what it gave when a name is struck off', async () => {
    const issuer = await rig.reopen({ grants: [] });
    expect(await code(ownPlatform(issuer, 'acme', 'forum'))).toBe('attest.not_authorised');
    expect((await audiences(issuer)).names).toEqual([]);
  });

  test('does not unmake the proof of a domain that it lists for a time', async () => {
    await claim('acme');
    await prove('acme');
    await register('acme', DOMAIN, await named('acme'));
    expect(await code(ownPlatform(rig.issuer, 'acme', DOMAIN))).toBeNull();
  });
});

test('a platform from before proofs were asked for has no power, and whoever proves the domain gets the name', async () => {
  const { platforms } = rig.opened.collections;
  const id = platformId('squatter', DOMAIN);
  const keys = [{ ...key.publicJwk, kid: 'k', sinceMs: 0 }] as never;
  await platforms.insert({ _id: id, tenant: 'squatter', aud: DOMAIN, name: 'Mine', keys, createdMs: 0 });
  expect(await code(ownPlatform(rig.issuer, 'squatter', DOMAIN))).toBe('attest.not_authorised');
  const proof = key.signAccountProof({ aud: DOMAIN, accountId: 'a', createdAt: '2020-01-01', now: rig.now });
  expect(await code(beginEnrolment(rig.issuer, 'squatter', DOMAIN, proof))).toBe('attest.not_authorised');
  await claim('acme');
  await prove('acme');
  expect(await platforms.get(id)).toBeNull();
});

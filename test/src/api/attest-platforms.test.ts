/** Platforms over HTTP: claimed, proven, listed; and what is refused on the way. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { startWhole, type WholeService } from './whole.js';

let service: WholeService;
let key: Record<string, string>;
const keys = [createPlatformKey().publicJwk];
beforeAll(async () => {
  service = await startWhole();
  key = await service.key(['admin'], 'acme', 60_000);
});
afterAll(() => service.close());

const register = (aud: string, who = key) =>
  service.post('/v1/platforms', { aud, name: `Name of ${aud}`, keys }, who);
const prove = (aud: string, who = key) => service.post(`/v1/platforms/${aud}/prove`, undefined, who);
const list = async (query = '', who = key) => (await service.get(`/v1/platforms${query}`, who)).body;

test('a domain is claimed, proven and then registered', async () => {
  const claimed = await register('news.example.org');
  expect(claimed.status).toBe(202);
  expect(claimed.body).toEqual({
    aud: 'news.example.org',
    name: 'Name of news.example.org',
    keys,
    state: 'pending',
    challenge: {
      url: 'https://news.example.org/.well-known/human-author-platform',
      line: expect.stringMatching(/^https:\/\/assay\.example [\w-]{43}$/),
      expiresAt: expect.stringMatching(/^\d{4}-/),
    },
  });
  expect(await list()).toMatchObject({ items: [], pending: [{ aud: 'news.example.org' }], next: null });
  const early = await prove('news.example.org');
  expect([early.status, early.body.code]).toEqual([422, 'attest.domain_proof']);
  expect(early.headers.get('content-type')).toContain('application/problem+json');
  // What is pending may not do anything.
  const attest = await service.key(['attest'], 'acme');
  const enrolment = { platform: 'news.example.org', proof: 'x' };
  const refused = await service.post('/v1/subjects/enrol/options', enrolment, attest);
  expect([refused.status, refused.body.code]).toEqual([403, 'attest.platform_pending']);
  const { body: before } = await service.get('/.well-known/human-author', {});
  expect(before.audiences).not.toContain('news.example.org');

  service.published.set(claimed.body.challenge.url, `${claimed.body.challenge.line}\n`);
  const proven = await prove('news.example.org');
  expect([proven.status, proven.body.state, proven.body.provenBy]).toEqual([200, 'registered', 'domain']);
  expect((await prove('news.example.org')).status).toBe(200);
  expect((await register('news.example.org')).status).toBe(200);
  expect(await list()).toMatchObject({ items: [{ aud: 'news.example.org' }], pending: [] });
  const { body: after } = await service.get('/.well-known/human-author', {});
  expect(after.audiences).toContain('news.example.org');
});

test('names that are no domain, and those of others, are refused with their codes', async () => {
  const rival = await service.key(['admin'], 'rival');
  const told = async (aud: string, who?: Record<string, string>) => {
    const { status, body } = await register(aud, who);
    return `${status} ${body.code}`;
  };
  expect(await told('mail')).toBe('403 attest.audience');
  expect(await told('mine')).toBe('403 attest.audience');
  expect(await told('forum', rival)).toBe('403 attest.not_authorised');
  expect(await told('news.example.org', rival)).toBe('403 attest.not_authorised');
  expect((await prove('news.example.org', rival)).status).toBe(404);
  expect((await prove('NEWS', rival)).status).toBe(400);
  const reader = await service.key(['read', 'attest', 'moderate', 'ingest'], 'acme');
  expect((await service.get('/v1/platforms', reader)).status).toBe(403);
  expect((await prove('news.example.org', reader)).status).toBe(403);
});

test('a list goes on page by page, each tenant’s own', async () => {
  const many = await service.key(['admin'], 'default', 60_000);
  await register('example-forum', many);
  for (const aud of ['a.example.org', 'b.example.org']) {
    const { body } = await register(aud, many);
    service.published.set(body.challenge.url, body.challenge.line);
    await prove(aud, many);
  }
  const first = await list('?limit=2', many);
  expect(first.items.map(({ aud }: { aud: string }) => aud)).toEqual(['a.example.org', 'b.example.org']);
  const rest = await list(`?limit=2&cursor=${first.next}`, many);
  expect(rest.items.map(({ aud }: { aud: string }) => aud)).toEqual(['example-forum']);
  expect((await service.get(`/v1/platforms?cursor=${first.next}`, key)).status).toBe(400);
});

describe('limits', () => {
  test('so many looks for proof in a minute, for each tenant by itself', async () => {
    const hasty = await service.key(['admin'], 'hasty');
    // Turns come back as time passes, so a slow machine gets a few more.
    let turns = 0;
    let told = await prove('x.example.org', hasty);
    for (; told.status === 404 && turns < 100; turns++) told = await prove('x.example.org', hasty);
    expect([told.status, turns >= LIMITS.domainProofsPerMinute]).toEqual([429, true]);
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await prove('x.example.org', await service.key(['admin'], 'patient'))).status).toBe(404);
  });

  test('so many that wait for proof', async () => {
    const greedy = await service.key(['admin'], 'greedy', 60_000);
    for (let at = 0; at < LIMITS.platformClaims; at++) await register(`c${at}.example.org`, greedy);
    const refused = await register('more.example.org', greedy);
    expect([refused.status, refused.body.code]).toEqual([429, 'attest.pending_limit']);
  });
});

/** Attestation over HTTP: enrol, sign, issue, verify, filter, revoke; and that every example in the documentation runs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DiscoveryDocument, VerifyResult } from '../../../schemas/attestation.js';
import { contentHash, itemId } from '../../../schemas/ids.js';
import type { ItemDoc } from '../../../schemas/store/documents.js';
import { ATTEST_ENDPOINTS } from '../../../src/api/attest.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { createVerifier, type Fetch } from '../../../src/client/index.js';
import { enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { softwareAuthenticator } from '../../../src/demo/software-authenticator.js';
import { startService, type TestService } from './service.js';

let service: TestService;
let key: Record<string, string>;
const platformKey = createPlatformKey();
const text = 'I stood there myself, all afternoon.';

beforeAll(async () => {
  const grants = ['forum', 'blog', 'example-forum'].map((aud) => ({ tenant: 'acme', aud }));
  service = await startService({}, undefined, grants);
  key = await service.key(['attest', 'read', 'moderate', 'admin'], 'acme', 6000);
  const platform = { aud: 'forum', name: 'Forum', keys: [platformKey.publicJwk] };
  await registerPlatform(service.context.issuer, 'acme', platform);
});
afterAll(() => service.close());

const post = async (path: string, body: unknown, headers: Record<string, string> = key) => {
  const response = await fetch(service.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
  return { status: response.status, body: (await response.json()) as any };
};

const proof = (accountId: string) =>
  platformKey.signAccountProof({
    aud: 'forum',
    accountId,
    createdAt: '2020-01-01T00:00:00Z',
    vouched: true,
    now: service.context.clock(),
  });

const author = (accountId: string, vouched = true) =>
  enrolDemoAuthor(service.context.issuer, 'acme', platformKey, {
    platform: 'forum',
    accountId,
    createdAt: '2020-01-01T00:00:00Z',
    vouched,
  });

test('an author enrols, signs a text and gets a token that verifies; revoked, it no longer does', async () => {
  const device = softwareAuthenticator('https://assay.example', 'assay.example');
  const options = await post('/v1/subjects/enrol/options', { platform: 'forum', proof: proof('ann') });
  expect(options.status).toBe(200);
  const enrolled = await post('/v1/subjects/enrol', {
    enrolment: options.body.enrolment,
    credential: device.register(options.body.publicKey),
  });
  expect(enrolled.status).toBe(201);
  const { subject } = enrolled.body;
  const challenge = await post('/v1/challenges', { subject, platform: 'forum', text });
  expect(challenge).toMatchObject({ status: 201, body: { canonical: text, con: { can: 'hpt-1' } } });
  const credential = device.assert(challenge.body.publicKey);
  const request = { nonce: challenge.body.nonce, subject, platform: 'forum', credential, text };
  const issued = await post('/v1/attestations', request);
  expect(issued).toMatchObject({ status: 201, body: { hal: 2 } });
  expect((await post('/v1/attestations', request)).body).toEqual(issued.body);

  const found = { token: issued.body.token, text, platform: 'forum', author: { id: 'ann' } };
  const verified = await post('/v1/verify', found, {});
  expect(VerifyResult.parse(verified.body)).toMatchObject({ valid: true, hal: 2, author: 'match' });

  const revoke = `/v1/attestations/${issued.body.jti}/revoke`;
  const rival = await service.key(['moderate'], 'rival');
  expect((await post(revoke, {}, rival)).status).toBe(403);
  expect((await post(revoke, { reason: 'asked by the author' })).body.status).toBe('revoked');
  expect((await post('/v1/verify', found, {})).body).toMatchObject({
    valid: false,
    errors: ['status.revoked'],
  });
  expect((await post(`/v1/attestations/${issued.body.jti}/reinstate`, {})).status).toBe(409);
});

test('a verifier elsewhere finds keys and lists by the issuer’s name alone', async () => {
  const ann = await author('outside');
  const { token, jti } = await ann.attest({ text });
  const reach: Fetch = (url, init) => fetch(url.replace('https://assay.example', service.url), init);
  const verifier = createVerifier({
    issuers: ['https://assay.example'],
    fetch: reach,
    clock: service.context.clock,
  });
  const found = { text, platform: 'forum', author: 'outside' };
  expect((await verifier.verify(token, found)).errors).toEqual([]);
  await post(`/v1/attestations/${jti}/suspend`, {});
  service.advance(61_000);
  expect((await verifier.verify(token, found)).errors).toEqual(['status.suspended']);
});

describe('discovery', () => {
  test('names two disjoint key sets, the platforms and where lists may come from', async () => {
    const response = await fetch(`${service.url}/.well-known/human-author`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const document = DiscoveryDocument.parse(await response.json());
    expect(document).toMatchObject({
      iss: 'https://assay.example',
      status_origins: ['https://assay.example'],
    });
    expect(document.audiences).toContain('forum');
    const kids = [...document.token_keys, ...document.status_keys].map(({ kid }) => kid);
    expect(new Set(kids).size).toBe(kids.length);
    const jwks = await (await fetch(`${service.url}/.well-known/jwks.json`)).json();
    expect(jwks).toEqual({ keys: document.token_keys });
  });

  test('a status list comes with an ETag, and not again while it has not changed', async () => {
    const { jti } = await (await author('lists')).attest({ text });
    const { list } = (await service.context.collections.attestations.get(jti))!;
    const first = await fetch(`${service.url}/status/${list}`);
    expect(first.headers.get('content-type')).toContain('application/statuslist+jwt');
    expect(first.headers.get('cache-control')).toBe('public, max-age=60');
    const etag = first.headers.get('etag')!;
    const again = await fetch(`${service.url}/status/${list}`, {
      headers: { 'if-none-match': `"x", ${etag}` },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
    for (const n of ['1', 'x', '00000000001']) {
      expect((await fetch(`${service.url}/status/${n}`)).status).toBeGreaterThanOrEqual(400);
    }
  });
});

test('a feed is filtered with one reason per item; the detector’s verdict stands beside it and decides nothing', async () => {
  const bea = await author('bea');
  const cy = await author('cy', false);
  const attestation = (await bea.attest({ text })).token;
  const mere = (await cy.attest({ text: 'By key only.' })).token;
  const item = { platform: 'forum', author: { id: 'bea' }, text, attestation };
  const doc = {
    _id: itemId('acme', 'post', 'forum', 'original'),
    tenant: 'acme',
    contentHash: contentHash('text', text),
    band: 'machine',
    probability: 0.97,
    deleted: false,
  };
  await service.context.collections.items.insert(doc as ItemDoc);
  const items = [
    { ...item, id: 'original' },
    { ...item, id: 'second post' },
    { ...item, id: 'copy', author: 'mallory' },
    { ...item, id: 'edited', text: `${text} Not.` },
    { ...item, id: 'bare', text: undefined },
    { ...item, id: 'plain', attestation: undefined },
    { ...item, id: 'forged', attestation: `${attestation.slice(0, -4)}AAAA` },
    { id: 'key', platform: 'forum', author: 'cy', html: '<p>By key only.</p>', attestation: mere },
  ];
  const filter = async (policy: unknown, detector?: unknown) =>
    (await post('/v1/feed/filter', { policy, detector, items })).body;
  const humans = await filter('humans');
  const reasons = humans.items.map(({ action, reason }: Record<string, string>) => `${action} ${reason}`);
  expect(reasons).toEqual([
    'keep meets_policy',
    'hide reused',
    'hide other_account',
    'hide edited',
    'hide unchecked',
    'hide no_token',
    'hide forged',
    'hide below_minimum',
  ]);
  expect(humans.counts).toEqual({ keep: 1, hide: 7, label: 0, unknown: 0 });
  expect(humans.items[0]).toMatchObject({
    label: 'account_vouched',
    detector: { band: 'machine', probability: 0.97 },
  });
  expect(humans.items[3].detector).toBeNull();
  const approved = await filter('approved');
  expect(approved.items[7]).toMatchObject({ action: 'keep', label: 'approved_by_account_key', hal: 1 });
  expect((await filter('all')).counts).toEqual({ keep: 2, hide: 0, label: 4, unknown: 2 });
  const acted = await filter('humans', { onMachine: 'hide', overAttested: true });
  expect(acted.items[0]).toMatchObject({
    action: 'hide',
    because: 'detector',
    reason: 'meets_policy',
    hal: 2,
  });
  const spared = await filter('humans', { onMachine: 'hide' });
  expect(spared.items[0]).toMatchObject({ action: 'keep', because: 'attestation' });
  expect((await filter('nobody')).status).toBe(400);
});

test('a batch is answered line by line, in order, bad lines among good ones', async () => {
  const dan = await author('dan');
  const { token } = await dan.attest({ text });
  const line = { token, text, platform: 'forum', author: 'dan' };
  const lines = [{ ...line, id: 'a' }, { ...line, id: 'b' }, { nonsense: true }, { ...line, text: 'Other.' }];
  const response = await fetch(`${service.url}/v1/verify/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...key },
    body: lines.map((each) => JSON.stringify(each)).join('\n'),
  });
  expect(response.headers.get('content-type')).toContain('application/x-ndjson');
  const answers = (await response.text())
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each));
  expect(answers).toMatchObject([
    { line: 1, id: 'a', valid: true, reused: false },
    { line: 2, id: 'b', valid: true, reused: true },
    { line: 3, error: { status: 400 } },
    { line: 4, valid: false, errors: ['content.different'], reused: false },
  ]);
});

test('a platform is registered once, by an administrator', async () => {
  const body = { aud: 'blog', name: 'Blog', keys: [platformKey.publicJwk] };
  expect((await post('/v1/platforms', body)).body).toEqual({
    ...body,
    state: 'registered',
    provenBy: 'operator',
  });
  expect((await post('/v1/platforms', body, await service.key(['admin'], 'rival'))).status).toBe(403);
});

describe('an example of the documentation', () => {
  const examples = ATTEST_ENDPOINTS.flatMap((endpoint) =>
    (endpoint.examples ?? []).map(
      (example) => [`${endpoint.method} ${endpoint.path}: ${example.summary}`, endpoint, example] as const,
    ),
  );
  test.each(examples)('%s', async (_name, endpoint, example) => {
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_match, name) => example.params?.[name] ?? '');
    const lines = 'lines' in example ? example.lines : undefined;
    const query = 'query' in example ? `?${new URLSearchParams(example.query)}` : '';
    const response = await fetch(service.url + path + query, {
      method: endpoint.method.toUpperCase(),
      headers: { ...key, 'content-type': lines ? 'application/x-ndjson' : 'application/json' },
      ...(endpoint.method === 'get'
        ? {}
        : {
            body: lines ? lines.map((line) => JSON.stringify(line)).join('\n') : JSON.stringify(example.body),
          }),
    });
    await response.body?.cancel();
    expect(response.status).toBe(example.status);
  });

  test('stands at every endpoint', () => {
    expect(ATTEST_ENDPOINTS.filter(({ examples: given }) => !given?.length)).toEqual([]);
  });
});

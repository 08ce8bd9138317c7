/**
 * Walks the table with another tenant's objects: a stranger with every scope gets none of them, changes none of them, and
 * the same call by their owner works. An endpoint that names objects and is not listed here fails the walk.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SCOPES } from '../../../schemas/store/documents.js';
import { ENDPOINTS } from '../../../src/api/table.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { softwareAuthenticator } from '../../../src/demo/software-authenticator.js';
import { presentation } from '../../evidence/credentials.js';
import { startWhole, type WholeService } from './whole.js';

/** Stands in every text, name and id of the owner, and so in no answer to the stranger. */
const MARK = 'zq7';
const PLATFORM = `${MARK}forum`;
const TEXT = `a machine wrote ${MARK}`;

let service: WholeService;
let owner: Record<string, string>;
let stranger: Record<string, string>;
/** The owner's objects. */
const own = { item: '', letter: '', jti: '', subject: '', webhook: '', delivery: '' };
/** A domain that the owner has claimed and not proven yet. */
const DOMAIN = `${MARK}.example.org`;
const platformKey = createPlatformKey();
const device = softwareAuthenticator('https://assay.example', 'assay.example');

const post = (id: string, text: string) => ({
  platform: PLATFORM,
  id: `${MARK}-${id}`,
  author: { id: MARK },
  conversationId: MARK,
  text,
  publishedAt: '2025-06-01T09:30:00Z',
});

beforeAll(async () => {
  service = await startWhole({}, {}, [{ tenant: 'default', aud: PLATFORM }]);
  owner = await service.key(SCOPES, 'default', 60_000);
  stranger = await service.key(SCOPES, 'rival', 60_000);
  const { issuer } = service.context;
  await registerPlatform(issuer, 'default', { aud: PLATFORM, name: MARK, keys: [platformKey.publicJwk] });
  const claim = { aud: DOMAIN, name: MARK, keys: [platformKey.publicJwk] };
  const { body: pending } = await service.post('/v1/platforms', claim, owner);
  service.published.set(pending.challenge.url, pending.challenge.line);
  const account = { platform: PLATFORM, accountId: MARK, createdAt: '2020-01-01T00:00:00Z' };
  const author = await enrolDemoAuthor(issuer, 'default', platformKey, account);
  const { token, jti } = await author.attest({ text: TEXT });
  Object.assign(own, { jti, subject: author.subject });
  const hook = { url: `https://${MARK}.example.com/`, name: MARK };
  own.webhook = (await service.post('/v1/webhooks', hook, owner)).body.id;
  own.item = (await service.post('/v1/posts', { ...post('1', TEXT), attestation: token }, owner)).body.itemId;
  await service.log.send('posts', [{ key: MARK, value: Buffer.from(MARK), headers: { ce_type: MARK } }]);
  await service.settle();
  own.delivery = await waiting();
  own.letter = (await service.get('/v1/dead-letters', owner)).body.items[0].id;
});
afterAll(() => service.close());

/** The owner's first delivery, which waits: nothing is sent here. */
async function waiting(): Promise<string> {
  const path = `/v1/webhooks/${own.webhook}/deliveries?state=pending`;
  return (await service.get(path, owner)).body.items.at(-1).id;
}

const byWebhook = (granted: number) => async () => ({ refused: 404, granted, params: { id: own.webhook } });

interface Attempt {
  /** What the stranger is told. */
  refused: number;
  /** What the owner is told for the same call. */
  granted: number;
  params?: Record<string, string>;
  body?: unknown;
  form?: Record<string, string>;
}

const proof = (accountId: string) =>
  platformKey.signAccountProof({
    aud: PLATFORM,
    accountId,
    createdAt: '2020-01-01T00:00:00Z',
    vouched: false,
    now: service.context.clock(),
  });

const byItem =
  (refused: number, granted: number, more: Partial<Attempt> = {}) =>
  async () => ({
    refused,
    granted,
    params: { id: own.item },
    ...more,
  });
const byToken = async () => ({ refused: 403, granted: 200, params: { jti: own.jti }, body: {} });

/** Endpoints that name an object, with a call that names the owner's. */
const NAMING: Record<string, () => Promise<Attempt>> = {
  'get /v1/items/{id}': byItem(404, 200),
  'get /v1/items/{id}/revisions': byItem(404, 200),
  'get /v1/items/{id}/review': byItem(404, 200),
  'post /v1/items/{id}/review': byItem(404, 201, { body: { act: 'claim' } }),
  'get /console/items/{id}': byItem(404, 200),
  'post /console/items/{id}/review': async () => {
    const { seq, version } = (await service.get(`/v1/items/${own.item}/review`, owner)).body;
    const form = { act: 'release', seq: String(seq), version: String(version) };
    return { refused: 404, granted: 303, params: { id: own.item }, form };
  },
  'get /v1/dead-letters/{id}': async () => ({ refused: 404, granted: 200, params: { id: own.letter } }),
  'post /v1/dead-letters/{id}/replay': async () => ({
    refused: 404,
    granted: 202,
    params: { id: own.letter },
  }),
  'get /v1/webhooks/{id}': byWebhook(200),
  'get /v1/webhooks/{id}/deliveries': byWebhook(200),
  'post /v1/webhooks/{id}/deliveries/{delivery}/replay': async () => {
    const change = { set: { state: 'failed', queue: null } };
    await service.context.collections.webhookDeliveries.update(own.delivery, change);
    return { refused: 404, granted: 202, params: { id: own.webhook, delivery: own.delivery } };
  },
  'post /v1/webhooks/{id}/replay': byWebhook(202),
  'post /v1/webhooks/{id}/pause': byWebhook(200),
  'post /v1/webhooks/{id}/resume': byWebhook(200),
  'post /v1/webhooks/{id}/rotate': byWebhook(200),
  'delete /v1/webhooks/{id}': async () => {
    const { body } = await service.post('/v1/webhooks', { url: `https://${MARK}.example.com/` }, owner);
    return { refused: 404, granted: 200, params: { id: body.id } };
  },
  'get /v1/attestations/{jti}': async () => ({ refused: 403, granted: 200, params: { jti: own.jti } }),
  'post /v1/attestations/{jti}/suspend': byToken,
  'post /v1/attestations/{jti}/reinstate': byToken,
  'post /v1/attestations/{jti}/revoke': byToken,
  'post /v1/challenges': async () => ({
    refused: 403,
    granted: 201,
    body: { subject: own.subject, platform: PLATFORM, text: 'x' },
  }),
  'post /v1/attestations': async () => {
    const enrolled = await enrol();
    const request = { subject: enrolled, platform: PLATFORM, text: 'y' };
    const { body } = await service.post('/v1/challenges', request, owner);
    const credential = device.assert(body.publicKey);
    return { refused: 403, granted: 201, body: { ...request, nonce: body.nonce, credential } };
  },
  'post /v1/subjects/enrol/options': async () => ({
    refused: 403,
    granted: 200,
    body: { platform: PLATFORM, proof: proof(`${MARK}-other`) },
  }),
  'post /v1/subjects/enrol': async () => {
    const begun = { platform: PLATFORM, proof: proof(`${MARK}-third`) };
    const { body } = await service.post('/v1/subjects/enrol/options', begun, owner);
    const other = softwareAuthenticator('https://assay.example', 'assay.example');
    const credential = other.register(body.publicKey);
    return { refused: 409, granted: 201, body: { enrolment: body.enrolment, credential } };
  },
  'post /v1/subjects/presentations/options': async () => ({
    refused: 403,
    granted: 201,
    body: { subject: own.subject, platform: PLATFORM },
  }),
  'post /v1/subjects/presentations': async () => {
    const whose = { subject: own.subject, platform: PLATFORM };
    const { body } = await service.post('/v1/subjects/presentations/options', whose, owner);
    const nowS = Math.floor(service.context.clock() / 1000);
    const shown = presentation({
      claims: { iat: nowS - 60, exp: nowS + 3_600 },
      binding: { nonce: body.nonce, aud: body.aud, iat: nowS },
    });
    return { refused: 403, granted: 200, body: { ...whose, nonce: body.nonce, presentation: shown } };
  },
  'delete /v1/subjects/me': async () => {
    const begun = { platform: PLATFORM, proof: proof(`${MARK}-leaving`) };
    const { body } = await service.post('/v1/subjects/enrol/options', begun, owner);
    const leaving = softwareAuthenticator('https://assay.example', 'assay.example');
    const answer = { enrolment: body.enrolment, credential: leaving.register(body.publicKey) };
    await service.post('/v1/subjects/enrol', answer, owner);
    return { refused: 403, granted: 200, body: { platform: PLATFORM, proof: proof(`${MARK}-leaving`) } };
  },
  'post /v1/platforms': async () => ({
    refused: 403,
    granted: 200,
    body: { aud: PLATFORM, name: 'taken over', keys: [platformKey.publicJwk] },
  }),
  'post /v1/platforms/{aud}/prove': async () => ({ refused: 404, granted: 200, params: { aud: DOMAIN } }),
};

/** Enrols the device for the owner. */
async function enrol(): Promise<string> {
  const begun = { platform: PLATFORM, proof: proof(`${MARK}-device`) };
  const { body } = await service.post('/v1/subjects/enrol/options', begun, owner);
  const answer = { enrolment: body.enrolment, credential: device.register(body.publicKey) };
  return (await service.post('/v1/subjects/enrol', answer, owner)).body.subject;
}

/** Endpoints that take a text and name no object of anybody. */
const NAMELESS = [
  'post /v1/posts',
  'post /v1/webhooks',
  'post /v1/emails',
  'post /v1/score',
  'post /v1/verify/batch',
  'post /console/logout',
];

const nameOf = ({ method, path }: (typeof ENDPOINTS)[number]): string => `${method} ${path}`;
const GUARDED = ENDPOINTS.filter(({ access }) => access !== 'public');
const isList = ({ method, path }: (typeof ENDPOINTS)[number]): boolean =>
  method === 'get' && !path.includes('{') && path !== '/v1/verdicts/stream';

async function call(name: string, { params = {}, body, form }: Attempt, who: Record<string, string>) {
  const [method = '', path = ''] = name.split(' ');
  const filled = path.replace(/\{(\w+)\}/g, (_match, part) => params[part] ?? '');
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const response = await fetch(service.url + filled, {
    method: method.toUpperCase(),
    headers: { ...who, ...((body ?? form) ? { 'content-type': type } : {}) },
    redirect: 'manual',
    ...(form ? { body: new URLSearchParams(form).toString() } : body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, text: await response.text() };
}

/** Everything the owner has that a stranger might change. */
async function holdings(): Promise<unknown> {
  const { items, deadLetters, attestations, reviewEvents, platforms, platformClaims, subjects, ...more } =
    service.context.collections;
  const all = { index: '_id', limit: 1_000 };
  return {
    item: await items.get(own.item),
    letter: await deadLetters.get(own.letter),
    token: await attestations.get(own.jti),
    review: (await reviewEvents.page(all)).docs,
    platforms: (await platforms.page(all)).docs,
    claims: (await platformClaims.page(all)).docs,
    subjects: (await subjects.page(all)).docs,
    posts: await service.log.bounds('posts'),
    webhooks: (await more.webhooks.page(all)).docs,
    deliveries: (await more.webhookDeliveries.page(all)).docs,
  };
}

test('every endpoint behind a scope is a list, or is listed here', () => {
  const unknown = GUARDED.filter((endpoint) => !isList(endpoint)).map(nameOf);
  const listed = [...Object.keys(NAMING), ...NAMELESS, 'post /v1/feed/filter', 'get /v1/verdicts/stream'];
  expect(unknown.sort()).toEqual(listed.sort());
});

describe('an object of somebody else', () => {
  test.each(Object.keys(NAMING))('%s', async (name) => {
    const attempt = await NAMING[name]!();
    const before = await holdings();
    const refused = await call(name, attempt, stranger);
    expect(refused.status).toBe(attempt.refused);
    expect(refused.text.toLowerCase()).not.toContain(MARK);
    expect(await holdings()).toEqual(before);
    expect((await call(name, attempt, owner)).status).toBe(attempt.granted);
    await service.settle();
  });
});

describe('a list shows nothing of somebody else', () => {
  test.each(GUARDED.filter(isList).map((endpoint) => [nameOf(endpoint), endpoint] as const))(
    '%s',
    async (_name, { path, examples = [] }) => {
      for (const query of [{}, ...examples.map((example) => example.query ?? {})]) {
        const { body } = await service.get(`${path}?${new URLSearchParams(query)}`, stranger);
        expect(JSON.stringify(body).toLowerCase()).not.toContain(MARK);
      }
    },
  );

  test('while their owner sees them', async () => {
    for (const path of [
      '/v1/items',
      '/v1/counters',
      '/v1/webhooks',
      '/v1/platforms',
      '/console/queue',
      '/console/feed?filter=all',
    ])
      expect(JSON.stringify((await service.get(path, owner)).body)).toContain(MARK);
  });

  test('filters that name the owner’s ids find nothing', async () => {
    const query = new URLSearchParams({ platform: PLATFORM, conversation: MARK, author: MARK, words: MARK });
    expect((await service.get(`/v1/items?${query}`, stranger)).body.items).toEqual([]);
    expect((await service.get(`/v1/items?${query}`, owner)).body.items).toHaveLength(1);
  });
});

test('a feed says nothing of another tenant’s verdicts', async () => {
  const item = { id: `${MARK}-1`, platform: PLATFORM, author: MARK, text: TEXT };
  const body = { policy: 'all', items: [item] };
  expect((await service.post('/v1/feed/filter', body, owner)).body.items[0].detector).not.toBeNull();
  expect((await service.post('/v1/feed/filter', body, stranger)).body.items[0].detector).toBeNull();
});

test('a stream begins with the stranger’s own verdict, however much came before', async () => {
  await service.post('/v1/posts', { ...post('own', 'mine'), platform: 'elsewhere', id: 'mine' }, stranger);
  const response = await fetch(`${service.url}/v1/verdicts/stream?after=earliest`, { headers: stranger });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('data: ')) text += (await reader.read()).value ?? '';
  expect(text).toContain('"externalId":"mine"');
  expect(text).not.toContain(PLATFORM);
  await reader.cancel();
});

test('a text under another tenant’s ids becomes an item of one’s own', async () => {
  const taken = await service.post('/v1/posts', post('1', 'a person wrote over it'), stranger);
  await service.settle();
  expect(taken.body.itemId).not.toBe(own.item);
  expect((await service.get(`/v1/items/${own.item}`, owner)).body.text.content).toBe(TEXT);
});

test('a delivery of one webhook is not reached through another one', async () => {
  const { id } = (await service.post('/v1/webhooks', { url: 'https://rival.example.com/' }, stranger)).body;
  const path = `/v1/webhooks/${id}/deliveries/${own.delivery}/replay`;
  expect((await service.post(path, {}, stranger)).status).toBe(404);
});

/** Texts in over HTTP: 202 means on the log, every line of a batch has its own answer, and the same request is taken once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import { itemId } from '../../../schemas/ids.js';
import { EXAMPLE_EMAIL, EXAMPLE_POST } from '../../../src/api/intake-examples.js';
import { startWhole, type WholeService } from './whole.js';

let service: WholeService;
let key: Record<string, string>;

beforeAll(async () => {
  service = await startWhole();
  key = await service.key(['ingest', 'read'], 'default', 60_000);
});
afterAll(() => service.close());

const appended = async () => (await service.log.bounds('posts')).reduce((sum, { next }) => sum + next, 0);

test('a post is taken with the id its verdict will be found under', async () => {
  const taken = await service.post('/v1/posts', EXAMPLE_POST, key);
  const id = itemId('default', 'post', 'forum', '42');
  expect(taken).toMatchObject({ status: 202, body: { itemId: id } });
  await service.settle();
  expect(await service.get(`/v1/items/${id}`, key)).toMatchObject({
    status: 200,
    body: { externalId: '42', text: { content: EXAMPLE_POST.text } },
  });
});

test('a letter is taken, the same one twice is one item', async () => {
  const { id: _, ...nameless } = EXAMPLE_EMAIL;
  const first = await service.post('/v1/emails', nameless, key);
  const again = await service.post('/v1/emails', nameless, key);
  expect(first.status).toBe(202);
  expect(again.body).toEqual(first.body);
  await service.settle();
  const item = (await service.get(`/v1/items/${first.body.itemId}`, key)).body;
  expect(item).toMatchObject({
    kind: 'email',
    platform: 'mail',
    text: { subject: 'Saturday', format: 'raw' },
  });
  expect(item.revisions.items).toHaveLength(1);
});

test('a batch is answered line by line, in order, bad lines beside good ones', async () => {
  const lines = [
    { ...EXAMPLE_POST, id: 'b1' },
    '',
    '{"platform":',
    { ...EXAMPLE_POST, id: 'b2', publishedAt: 'yesterday' },
    { platform: 'forum', id: 'b1', deletedAt: '2025-07-01T00:00:00Z' },
  ];
  const { status, body } = await service.post('/v1/posts', lines, key);
  expect(status).toBe(202);
  expect(body).toMatchObject({
    accepted: 2,
    refused: 2,
    items: [
      { line: 1, itemId: itemId('default', 'post', 'forum', 'b1') },
      { line: 3, error: { code: 'request.malformed_json', status: 400 } },
      { line: 4, error: { code: 'item.invalid', errors: [{ pointer: '/publishedAt' }] } },
      { line: 5, itemId: itemId('default', 'post', 'forum', 'b1') },
    ],
  });
});

test('a batch without one good line appends nothing and says why', async () => {
  const before = await appended();
  const { status, body } = await service.post('/v1/emails', ['{}', 'no'], key);
  expect(status).toBe(202);
  expect(body).toMatchObject({ accepted: 0, refused: 2 });
  expect(await appended()).toBe(before);
});

test('a thousand lines are taken, one more is refused as a whole', async () => {
  const lines = Array.from({ length: 1_000 }, (_none, at) => ({ ...EXAMPLE_POST, id: `k${at}` }));
  const taken = await service.post('/v1/posts', lines, key);
  expect(taken.body).toMatchObject({ accepted: 1_000, refused: 0 });
  const before = await appended();
  const refused = await service.post('/v1/posts', [...lines, lines[0]], key);
  expect(refused).toMatchObject({ status: 413, body: { code: 'request.too_large' } });
  expect(await appended()).toBe(before);
});

test('an Idempotency-Key: the same request is appended once and answered twice alike', async () => {
  const headers = { ...key, 'idempotency-key': 'batch-7' };
  const lines = [
    { ...EXAMPLE_POST, id: 'i1' },
    { ...EXAMPLE_POST, id: 'i2' },
  ];
  const first = await service.post('/v1/posts', lines, headers);
  const before = await appended();
  const second = await service.post('/v1/posts', lines, headers);
  expect([second.status, second.body]).toEqual([first.status, first.body]);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(await appended()).toBe(before);
  const other = await service.post('/v1/posts', [...lines].reverse(), headers);
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency.mismatch' } });
});

test('an invalid item: 422 with a pointer to each place', async () => {
  const { status, body, headers } = await service.post(
    '/v1/posts',
    { ...EXAMPLE_POST, platform: 'No!', author: { id: '' } },
    key,
  );
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'item.invalid',
    errors: [{ pointer: '/platform' }, { pointer: '/author/id' }],
  });
});

test('links longer than a record of the log: that item is refused, its neighbours are taken', async () => {
  const facets = Array.from({ length: 300 }, () => ({
    start: 0,
    end: 1,
    type: 'link',
    uri: 'x'.repeat(4_000),
  }));
  const { status, body } = await service.post(
    '/v1/posts',
    [
      { ...EXAMPLE_POST, id: 'heavy', facets },
      { ...EXAMPLE_POST, id: 'light' },
    ],
    key,
  );
  expect(status).toBe(202);
  expect(body.items).toMatchObject([{ error: { code: 'item.invalid' } }, { line: 2 }]);
});

test('a full queue: 503 with Retry-After, for one item and for a batch', async () => {
  const full = async () => {
    throw new AssayError('overload.queue_full', undefined, { retryAfterS: 3 });
  };
  const { intake } = service.context;
  service.context.intake = { post: full, posts: full, email: full, emails: full };
  for (const body of [EXAMPLE_POST, [EXAMPLE_POST]]) {
    const refused = await service.post('/v1/posts', body, key);
    expect(refused).toMatchObject({ status: 503, body: { code: 'overload.queue_full' } });
    expect(refused.headers.get('retry-after')).toBe('3');
  }
  service.context.intake = intake;
});

test('what is neither JSON nor NDJSON: 415', async () => {
  const headers = { ...key, 'content-type': 'text/csv' };
  expect((await service.post('/v1/posts', EXAMPLE_POST, headers)).status).toBe(415);
});

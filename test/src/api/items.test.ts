/** Items read back: two facts side by side, reasons in words, the history of verdicts, and nothing of another tenant. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { startWhole, type WholeService } from './whole.js';

let service: WholeService;
let key: Record<string, string>;
let rival: Record<string, string>;

const PUBLISHED = '2025-06-01T09:30:00Z';
const post = (id: string, text: string, more: object = {}) => ({
  platform: 'forum',
  id,
  author: { id: 'ann', handle: 'Ann' },
  text,
  publishedAt: PUBLISHED,
  ...more,
});

async function take(value: object, who = key): Promise<string> {
  const { body } = await service.post('/v1/posts', value, who);
  await service.settle();
  return body.itemId;
}

const read = async (id: string, who = key) => service.get(`/v1/items/${id}`, who);

beforeAll(async () => {
  const sentenceOf = (name: string, values: Readonly<Record<string, string | number>> = {}) =>
    `In words: ${name}${values['words'] ? ` of ${values['words']}` : ''}.`;
  service = await startWhole({ sentenceOf }, {}, [{ tenant: 'default', aud: 'forum' }]);
  key = await service.key(['ingest', 'read', 'admin'], 'default', 60_000);
  rival = await service.key(['ingest', 'read', 'admin'], 'rival', 60_000);
});
afterAll(() => service.close());

test('an item shows its text, its verdict with reasons in words and spans, and who judged', async () => {
  const id = await take(post('1', 'a machine wrote this', { conversationId: 'c', inReplyTo: '0' }));
  const { status, body } = await read(id);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    itemId: id,
    kind: 'post',
    platform: 'forum',
    externalId: '1',
    author: { id: 'ann', handle: 'Ann' },
    conversationId: 'c',
    inReplyTo: '0',
    publishedAt: '2025-06-01T09:30:00.000Z',
    deleted: false,
    review: 'open',
    text: { format: 'text', content: 'a machine wrote this', subject: null, facets: [] },
    verdict: {
      band: 'machine',
      because: 'word',
      plain: 'In words: word of 4.',
      reasons: [
        { name: 'text.word', contribution: 4, plain: 'In words: word.', spans: [{ start: 0, end: 4 }] },
      ],
      cause: { kind: 'ingest', id: '' },
    },
    provenance: { detectors: [{ id: 'word', version: '1', engine: 'js', device: 'cpu' }], raw: null },
  });
  expect(body.provenance.evidenceId).toHaveLength(24);
  expect(JSON.stringify(body.verdict)).not.toContain('"tenant"');
});

test('attestation and score stand beside each other, and neither changes the other', async () => {
  const platformKey = createPlatformKey();
  await registerPlatform(service.context.issuer, 'default', {
    aud: 'forum',
    name: 'Forum',
    keys: [platformKey.publicJwk],
  });
  const author = await enrolDemoAuthor(service.context.issuer, 'default', platformKey, {
    platform: 'forum',
    accountId: 'ann',
    createdAt: '2020-01-01T00:00:00Z',
    vouched: true,
  });
  const text = 'a machine helped me, and I stand by it';
  const { token } = await author.attest({ text });
  const own = await take(post('2', text, { attestation: token }));
  expect((await read(own)).body).toMatchObject({
    attestation: { presented: true, hal: 2 },
    token,
    verdict: { band: 'machine' },
  });
  const copied = await take(post('3', text, { attestation: token, author: { id: 'mallory' } }));
  expect((await read(copied)).body).toMatchObject({ attestation: { presented: true, hal: null } });
  const listed = await service.get('/v1/items?attested=yes', key);
  expect(listed.body.items.map((one: { itemId: string }) => one.itemId)).toEqual([own]);
});

test('the same id with another text is another revision; the history keeps both', async () => {
  const id = await take(post('4', 'written by a person'));
  await take(post('4', 'written by a machine', { editedAt: '2025-06-01T10:00:00Z' }));
  const { body } = await read(id);
  expect(body.text.content).toBe('written by a machine');
  expect(body.revisions.items).toMatchObject([
    { revision: 2, band: 'machine', version: Date.parse('2025-06-01T10:00:00Z') },
    { revision: 1, band: 'no_machine_signs', version: Date.parse(PUBLISHED) },
  ]);
  expect(body.revisions.items[0].contentHash).toBe(body.verdict.contentHash);
});

test('a late older version stands in the history and is not what the item shows', async () => {
  const id = await take(post('5', 'the newer text of a machine', { version: 2 }));
  await take(post('5', 'the older text of a person', { version: 1 }));
  const { body } = await read(id);
  expect(body).toMatchObject({
    version: 2,
    text: { content: 'the newer text of a machine' },
    verdict: { revision: 1 },
  });
  expect(body.revisions.items.map((one: { version: number }) => one.version)).toEqual([1, 2]);
});

test('a long history comes in pages', async () => {
  const versions = Array.from({ length: 23 }, (_none, version) => post('6', `text ${version}`, { version }));
  const id = (await service.post('/v1/posts', versions, key)).body.items[0].itemId;
  await service.settle();
  const { body } = await read(id);
  expect(body.revisions.items).toHaveLength(20);
  const path = `/v1/items/${id}/revisions`;
  const rest = await service.get(`${path}?cursor=${body.revisions.next}`, key);
  expect(rest.body.items.map((one: { revision: number }) => one.revision)).toEqual([3, 2, 1]);
  expect(rest.body.items[0].reasons[0].plain).toBe('In words: word.');
  expect(rest.body.next).toBeNull();
  const two = await service.get(`${path}?limit=2`, key);
  expect(two.body.items).toHaveLength(2);
});

test('the current verdict is shown also when many late older versions came after it', async () => {
  const late = Array.from({ length: 21 }, (_none, version) =>
    post('late', `older text ${version}`, { version }),
  );
  const id = await take(post('late', 'the newest text of a machine', { version: 100 }));
  await service.post('/v1/posts', late, key);
  await service.settle();
  const { body } = await read(id);
  expect(body.revisions.items.map((one: { revision: number }) => one.revision)).not.toContain(1);
  expect(body).toMatchObject({ version: 100, verdict: { version: 100, revision: 1, band: 'machine' } });
});

test('a deletion takes text, token and spans, and leaves a tombstone', async () => {
  const id = await take(post('7', 'a machine, for a short while'));
  await take({ platform: 'forum', id: '7', deletedAt: '2025-06-02T00:00:00Z' });
  const { body } = await read(id);
  expect(body).toMatchObject({
    deleted: true,
    text: null,
    token: null,
    verdict: { kind: 'tombstone', reasons: [] },
  });
  const history = (await service.get(`/v1/items/${id}/revisions`, key)).body;
  expect(JSON.stringify(history)).not.toContain('"spans"');
  const listed = await service.get('/v1/items?deleted=yes', key);
  expect(listed.body.items).toMatchObject([{ itemId: id, excerpt: null }]);
});

test('a list shows the beginning of each text, tags left out, never half a character', async () => {
  await take(post('8', `${'x '.repeat(139)}a😀 and more of it`));
  const { text: _, ...html } = post('9', '');
  await take({ ...html, html: '<style>p{color:red}</style><p>One <b>bold</b> word</p><script>f()</script>' });
  const { body } = await service.get('/v1/items?limit=2', key);
  expect(body.items[0].excerpt).toBe('One bold word');
  expect(body.items[1].excerpt).toBe(`${'x '.repeat(139)}a`);
  expect(body.items[0]).not.toHaveProperty('text');
});

test('more than two words are all looked for, and a page that ends early says where to go on', async () => {
  const words = ['amber', 'birch', 'cedar', 'elm'];
  const texts = Array.from({ length: 60 }, (_none, n) =>
    post(`w${n}`, n % 20 === 0 ? words.join(' ') : words.slice(0, 3).join(' ')),
  );
  await service.post('/v1/posts', texts, key);
  await service.settle();
  const found: string[] = [];
  let pages = 0;
  for (let next: string | null = ''; next !== null; pages += 1) {
    const { body } = await service.get(
      `/v1/items?limit=1&words=${words.join('+')}${next && `&cursor=${next}`}`,
      key,
    );
    found.push(...body.items.map((one: { externalId: string }) => one.externalId));
    next = body.next;
  }
  expect(found.sort()).toEqual(['w0', 'w20', 'w40']);
  expect(pages).toBeGreaterThan(3);
});

describe('cursors', () => {
  test('belong to their tenant, endpoint and filters', async () => {
    const { body } = await service.get('/v1/items?limit=1&band=uncertain', key);
    const use = async (path: string, who = key) =>
      (await service.get(`${path}cursor=${encodeURIComponent(body.next)}`, who)).body.code;
    expect(await use('/v1/items?limit=2&band=uncertain&')).toBeUndefined();
    expect(await use('/v1/items?band=machine&')).toBe('request.cursor');
    expect(await use('/v1/items?')).toBe('request.cursor');
    expect(await use('/v1/items?limit=1&band=uncertain&', rival)).toBe('request.cursor');
  });

  test.each(['x', '%00', 'A'.repeat(40), `${'A'.repeat(4_096)}`])(
    'that nobody gave out: 400 (case %#)',
    async (cursor) => {
      const { status, body } = await service.get(`/v1/items?cursor=${cursor}`, key);
      expect([status, body.code]).toEqual([400, 'request.cursor']);
    },
  );

  test('with a position that was tampered with are refused', async () => {
    const { body } = await service.get('/v1/items?limit=1', key);
    const binding = body.next.slice(0, 12);
    const forged = Buffer.from(JSON.stringify(['items', 'by_received', 'rival', 1, 'x'])).toString(
      'base64url',
    );
    const refused = await service.get(`/v1/items?limit=1&cursor=${binding}${forged}`, key);
    expect([refused.status, refused.body.code]).toEqual([400, 'request.cursor']);
  });
});

test('another tenant’s items do not exist: not by id, not in its history, not in lists or counts', async () => {
  const id = await take(post('secret', 'a machine wrote a secret'));
  for (const path of [`/v1/items/${id}`, `/v1/items/${id}/revisions`]) {
    expect(await service.get(path, rival)).toMatchObject({
      status: 404,
      body: { code: 'request.not_found' },
    });
  }
  expect((await service.get('/v1/items', rival)).body).toEqual({ items: [], next: null });
  expect((await service.get('/v1/counters', rival)).body.total).toBe(0);
});

test('counters say how many current items stand in each band', async () => {
  const before = (await service.get('/v1/counters?platform=blog', key)).body;
  expect(before).toMatchObject({ total: 0, counts: [], complete: true });
  await take(post('n1', 'a machine', { platform: 'blog' }));
  await take(post('n2', 'a person', { platform: 'blog' }));
  await take(post('n2', 'a machine', { platform: 'blog', editedAt: '2025-06-01T10:00:00Z' }));
  const { body } = await service.get('/v1/counters?platform=blog&kind=post', key);
  expect(body.counts).toEqual([{ kind: 'post', platform: 'blog', band: 'machine', n: 2 }]);
  expect(body).toMatchObject({ total: 2, bands: { machine: 2, no_machine_signs: 0 } });
  const all = (await service.get('/v1/counters', key)).body;
  expect(all.total).toBeGreaterThan(2);
  expect(all.counts.length).toBeGreaterThan(2);
});

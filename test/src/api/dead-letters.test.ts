/** Dead letters over HTTP: the administrator sees what failed and why, byte for byte, and sends it again. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EXAMPLE_POST } from '../../../src/api/intake-examples.js';
import { startWhole, type WholeService } from './whole.js';

let service: WholeService;
let key: Record<string, string>;
let rival: Record<string, string>;
const broken = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
const headers = { ce_type: 'post.created', ce_id: 'x', 'x-trace': 'né' };

async function append(value: Buffer, topic = 'posts'): Promise<void> {
  await service.log.send(topic, [{ key: 'k', value, headers }]);
  await service.settle();
}

beforeAll(async () => {
  service = await startWhole();
  key = await service.key(['admin', 'read'], 'default', 6_000);
  rival = await service.key(['admin'], 'rival', 6_000);
});
afterAll(() => service.close());

test('what cannot be read is listed with its reason, and shown with its bytes and headers', async () => {
  await append(broken);
  const { status, body } = await service.get('/v1/dead-letters', key);
  expect(status).toBe(200);
  expect(body.items).toMatchObject([
    {
      state: 'open',
      code: 'request.invalid_utf8',
      topic: 'posts',
      offset: 0,
      tries: 1,
      size: 4,
      replayedAt: null,
    },
  ]);
  expect(body.items[0]).not.toHaveProperty('value');
  const shown = (await service.get(`/v1/dead-letters/${body.items[0].id}`, key)).body;
  expect(shown).toMatchObject({ key: 'k', headers, value: broken.toString('base64') });
});

test('a letter sent again goes its whole way; one that fails again becomes another letter', async () => {
  const [first] = (await service.get('/v1/dead-letters', key)).body.items;
  const replayed = await service.post(`/v1/dead-letters/${first.id}/replay`, {}, key);
  expect(replayed).toMatchObject({ status: 202, body: { id: first.id, state: 'replayed' } });
  expect(Date.parse(replayed.body.replayedAt)).toBeGreaterThan(0);
  await service.settle();
  const open = (await service.get('/v1/dead-letters', key)).body.items;
  expect(open).toMatchObject([{ code: 'request.invalid_utf8', offset: 1 }]);
  expect(open[0].id).not.toBe(first.id);
  expect((await service.get('/v1/dead-letters?state=replayed', key)).body.items).toMatchObject([
    { id: first.id },
  ]);
});

test('a letter whose cause is gone becomes the item it was meant to be', async () => {
  const clock = service.context.clock;
  const tomorrow = new Date(clock() + 30 * 3_600_000).toISOString();
  await append(Buffer.from(JSON.stringify({ ...EXAMPLE_POST, publishedAt: tomorrow })));
  const [early] = (await service.get('/v1/dead-letters', key)).body.items;
  expect(early).toMatchObject({ code: 'item.clock', detail: expect.stringContaining('/publishedAt') });
  service.advance(12 * 3_600_000);
  await service.post(`/v1/dead-letters/${early.id}/replay`, {}, key);
  await service.settle();
  expect((await service.get('/v1/items', key)).body.items).toMatchObject([{ externalId: EXAMPLE_POST.id }]);
});

test('lists come in pages, bound to their state', async () => {
  await append(Buffer.from('no'));
  await append(Buffer.from('neither'));
  const ids: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const { body }: { body: { items: { id: string }[]; next: string | null } } = await service.get(
      `/v1/dead-letters?limit=1${next && `&cursor=${next}`}`,
      key,
    );
    ids.push(...body.items.map(({ id }) => id));
    next = body.next;
    if (next !== null) {
      const other = await service.get(`/v1/dead-letters?state=replayed&cursor=${next}`, key);
      expect(other.body.code).toBe('request.cursor');
    }
  }
  expect(new Set(ids).size).toBe(3);
});

test('another tenant’s letters do not exist', async () => {
  const [letter] = (await service.get('/v1/dead-letters', key)).body.items;
  expect((await service.get('/v1/dead-letters', rival)).body.items).toEqual([]);
  expect((await service.get(`/v1/dead-letters/${letter.id}`, rival)).status).toBe(404);
  const before = await service.log.bounds('posts');
  expect((await service.post(`/v1/dead-letters/${letter.id}/replay`, {}, rival)).status).toBe(404);
  expect(await service.log.bounds('posts')).toEqual(before);
});

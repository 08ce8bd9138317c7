/** Webhooks over HTTP: what is taken, what is refused and why, and a secret that is shown once. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { type Answer, startWhole, type WholeService } from './whole.js';

let service: WholeService;
let admin: Record<string, string>;

beforeAll(async () => {
  service = await startWhole();
  admin = await service.key(['admin'], 'default', 60_000);
});
afterAll(() => service.close());

const create = (body: unknown): Promise<Answer> => service.post('/v1/webhooks', body, admin);
const at = (length: number): string => 'https://hooks.example.com/'.padEnd(length, 'x');
const remove = (id: string) =>
  fetch(`${service.url}/v1/webhooks/${id}`, { method: 'DELETE', headers: admin });

describe('a secret', () => {
  test('is shown when it is made, and never again', async () => {
    const { status, body } = await create({ url: at(40), name: 'queue' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'queue', state: 'active', secrets: 1 });
    expect(body.secret).toMatch(/^whsec_/);
    const rotated = (await service.post(`/v1/webhooks/${body.id}/rotate`, {}, admin)).body;
    expect(rotated).toMatchObject({ id: body.id, secrets: 2 });
    expect(rotated.secret).not.toBe(body.secret);
    for (const path of ['/v1/webhooks', `/v1/webhooks/${body.id}`]) {
      const shown = JSON.stringify((await service.get(path, admin)).body);
      expect(shown).not.toContain('whsec_');
      expect(shown).not.toContain('sealed');
    }
    service.advance(LIMITS.webhookOldSecretMs);
    expect((await service.get(`/v1/webhooks/${body.id}`, admin)).body.secrets).toBe(1);
    await remove(body.id);
  });

  test('is never remembered for a repeated request', async () => {
    const again = { ...admin, 'idempotency-key': 'one' };
    const first = (await service.post('/v1/webhooks', { url: at(40) }, again)).body;
    const second = (await service.post('/v1/webhooks', { url: at(40) }, again)).body;
    expect(first.id).not.toBe(second.id);
    const kept = await service.context.collections.idempotency.page({ index: '_id', limit: 10 });
    expect(JSON.stringify(kept.docs)).not.toContain('whsec_');
    await remove(first.id);
    await remove(second.id);
  });
});

describe('a webhook is refused', () => {
  test.each([
    ['an address that is not public', { url: 'https://[::ffff:10.0.0.1]/' }, 422, 'egress.refused'],
    ['http', { url: 'http://hooks.example.com/' }, 422, 'egress.refused'],
    ['no address', {}, 400, 'request.invalid'],
    ['an address that is too long', { url: at(LIMITS.egressUrlLength + 1) }, 400, 'request.invalid'],
    [
      'a name that is too long',
      { url: at(40), name: 'x'.repeat(LIMITS.webhookName + 1) },
      400,
      'request.invalid',
    ],
    ['a field it does not have', { url: at(40), secret: 'whsec_mine' }, 400, 'request.invalid'],
  ])('for %s', async (_why, body, status, code) => {
    expect(await create(body)).toMatchObject({ status, body: { code } });
  });

  test('when the tenant has as many as it may, and taken up to there', async () => {
    const made: string[] = [];
    for (let count = 0; count < LIMITS.webhooks; count += 1) {
      const { status, body } = await create({
        url: at(LIMITS.egressUrlLength),
        name: 'x'.repeat(LIMITS.webhookName),
      });
      expect(status).toBe(201);
      made.push(body.id);
    }
    expect(await create({ url: at(40) })).toMatchObject({ status: 409, body: { code: 'webhook.limit' } });
    expect((await service.get('/v1/webhooks', admin)).body.items).toHaveLength(LIMITS.webhooks);
    for (const id of made) expect((await remove(id)).status).toBe(200);
    expect((await service.get('/v1/webhooks', admin)).body.items).toEqual([]);
  });
});

test('a cursor of one webhook’s deliveries is none of another’s', async () => {
  const ids = [(await create({ url: at(40) })).body.id, (await create({ url: at(41) })).body.id];
  const posts = ['1', '2'].map((id) => ({
    platform: 'forum',
    id,
    author: { id: 'a' },
    text: `a machine wrote ${id}`,
    publishedAt: '2025-06-01T09:30:00Z',
  }));
  await service.post('/v1/posts', posts, await service.key(['ingest'], 'default'));
  await service.settle();
  const page = (id: string, more = '') =>
    service.get(`/v1/webhooks/${id}/deliveries?state=pending&limit=1${more}`, admin);
  const first = await page(ids[0]);
  expect(first.body.items).toHaveLength(1);
  const cursor = `&cursor=${encodeURIComponent(first.body.next)}`;
  const second = await page(ids[0], cursor);
  expect(second.body.items).toHaveLength(1);
  expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
  expect(await page(ids[1], cursor)).toMatchObject({ status: 400, body: { code: 'request.cursor' } });
});

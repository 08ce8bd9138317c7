/** Review over the API. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ConsoleRig, openConsole } from '../console/rig.js';

let rig: ConsoleRig;
let moderator: Record<string, string>;
let reader: Record<string, string>;

beforeAll(async () => {
  rig = await openConsole();
  moderator = { ...(await rig.service.key(['moderate'])), 'content-type': 'application/json' };
  reader = await rig.service.key(['read']);
});
afterAll(() => rig.close());

const url = (external: string) => `${rig.service.url}/v1/items/${rig.id(external)}/review`;
const post = async (external: string, body: unknown, headers = moderator) => {
  const response = await fetch(url(external), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the review of an item', () => {
  test('is read with its state and events', async () => {
    const response = await fetch(url('plain'), { headers: reader });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      itemId: rig.id('plain'),
      state: 'open',
      seq: 0,
      version: 1,
      claim: null,
      decision: null,
      events: [],
    });
  });

  test('goes on by one act, and says what it came to', async () => {
    const claimed = await post('plain', { act: 'claim', seen: { seq: 0, version: 1 } });
    expect(claimed).toMatchObject({
      status: 201,
      body: { state: 'claimed', seq: 2, claim: { until: expect.any(String) } },
    });
    const decided = await post('plain', { act: 'dismiss', note: 'A quotation.' });
    expect(decided).toMatchObject({
      status: 201,
      body: { state: 'decided', decision: 'dismiss', claim: null },
    });
    expect((decided.body['events'] as { note: string | null }[]).at(-1)).toMatchObject({
      event: 'decided',
      decision: 'dismiss',
      note: 'A quotation.',
      version: 1,
    });
  });

  test('refuses what its state forbids, an unknown act, and an item of another tenant', async () => {
    expect(await post('plain', { act: 'claim' })).toMatchObject({
      status: 409,
      body: { code: 'review.transition' },
    });
    expect(await post('bob', { act: 'delete' })).toMatchObject({ status: 400 });
    const stranger = {
      ...(await rig.service.key(['moderate'], 'umbrella')),
      'content-type': 'application/json',
    };
    expect(await post('bob', { act: 'claim' }, stranger)).toMatchObject({ status: 404 });
  });

  test('answers the same request with the same key once', async () => {
    const headers = { ...moderator, 'idempotency-key': 'once' };
    const body = { act: 'comment', note: 'seen' };
    const [first, again] = [await post('bob', body, headers), await post('bob', body, headers)];
    expect(again).toEqual(first);
    expect(first.body['seq']).toBe(2);
  });
});

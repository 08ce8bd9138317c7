/** Acting on items over the real store: who is first, what is refused, and what the item shows afterwards. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import type { ReviewEventDoc } from '../../../schemas/store/documents.js';
import { actOn, type NewAct } from '../../../src/review/act.js';
import { copyState, settleClaims } from '../../../src/review/copy-state.js';
import { readReview } from '../../../src/review/read.js';
import { type ConsoleRig, openConsole } from '../console/rig.js';
import { MACHINE_REPLY, OTHER_MACHINE_REPLY, PERSON_REPLY } from '../console/texts.js';

let rig: ConsoleRig;
const act = (external: string, next: Partial<NewAct> & Pick<NewAct, 'act'>, tenant = 'acme') =>
  actOn(rig.service.context, tenant, rig.id(external), { actor: 'mara', ...next });
const item = (external: string) => rig.service.context.collections.items.get(rig.id(external));
const NOTE = 'The same turns as in the other thread.';

beforeAll(async () => {
  rig = await openConsole();
});
afterAll(() => rig.close());

describe('a flagged item', () => {
  test('is open without an event, and the flag is written down with the first act', async () => {
    const before = await readReview(rig.service.context, 'acme', rig.id('plain'));
    expect([before.review.state, before.events.length]).toEqual(['open', 0]);
    const { review, events } = await act('plain', { act: 'claim' });
    expect(review).toMatchObject({ state: 'claimed', claim: { by: 'mara' } });
    expect(events.map(({ event, actor, seq }) => [seq, event, actor])).toEqual([
      [1, 'opened', 'assay'],
      [2, 'claimed', 'mara'],
    ]);
    expect(await item('plain')).toMatchObject({ reviewState: 'claimed' });
  });

  test('keeps its text whatever is decided', async () => {
    await act('plain', { act: 'uphold', note: NOTE });
    expect(await item('plain')).toMatchObject({
      reviewState: 'decided',
      reviewedVersion: 1,
      text: OTHER_MACHINE_REPLY,
      deleted: false,
    });
  });

  test('is claimed by exactly one of many who try at once', async () => {
    const tries = Array.from({ length: 8 }, (_, n) => act('bob', { act: 'claim', actor: `moderator-${n}` }));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason.code).toMatch(/^review\.(claimed|transition)$/);
    }
    const { events } = await readReview(rig.service.context, 'acme', rig.id('bob'));
    expect(events.map(({ event }) => event)).toEqual(['opened', 'claimed']);
  });

  test('shows as open again in lists when a claim has lapsed', async () => {
    await act('markup', { act: 'claim' });
    rig.service.advance(LIMITS.reviewLeaseMs + 1);
    expect(await item('markup')).toMatchObject({ reviewState: 'claimed' });
    expect(await settleClaims(rig.service.context, 'acme')).toBeGreaterThan(0);
    expect(await item('markup')).toMatchObject({ reviewState: 'open' });
  });
});

describe('an act is refused', () => {
  test('without a note where one is needed', async () => {
    for (const name of ['uphold', 'dismiss', 'comment'] as const) {
      await expect(act('awkward', { act: name, note: '  \r\n ' })).rejects.toMatchObject({
        code: 'request.invalid',
        violations: [{ pointer: '/note' }],
      });
    }
  });

  test('on another tenant’s item, as if it were not there', async () => {
    await expect(act('awkward', { act: 'claim' }, 'umbrella')).rejects.toMatchObject({
      code: 'request.not_found',
    });
  });

  test('while somebody else holds the item', async () => {
    await act('awkward', { act: 'claim', actor: 'noor' });
    await expect(act('awkward', { act: 'dismiss', note: NOTE })).rejects.toMatchObject({
      code: 'review.claimed',
    });
    await act('awkward', { act: 'release', actor: 'noor' });
  });

  test('when something happened after it was looked at', async () => {
    const { events } = await readReview(rig.service.context, 'acme', rig.id('awkward'));
    const seen = { seq: events.length, version: 1 };
    await act('awkward', { act: 'comment', note: 'first', seen });
    await expect(act('awkward', { act: 'comment', note: 'second', seen })).rejects.toMatchObject({
      code: 'review.transition',
    });
    await expect(
      act('awkward', { act: 'comment', note: 'third', seen: { seq: events.length + 1, version: 0 } }),
    ).rejects.toThrow('edited after you opened it');
  });

  test('when another writer takes the next place at the same moment', async () => {
    const { reviewEvents } = rig.service.context.collections;
    const taken = new Proxy(reviewEvents, {
      get: (target, name) =>
        name === 'insert'
          ? async () => ({ did: 'duplicate', index: '_id' })
          : Reflect.get(target, name).bind(target),
    });
    const context = {
      ...rig.service.context,
      collections: { ...rig.service.context.collections, reviewEvents: taken },
    };
    const next = { actor: 'mara', note: NOTE };
    await expect(
      actOn(context, 'acme', rig.id('awkward'), { act: 'comment', ...next }),
    ).rejects.toMatchObject({
      code: 'review.transition',
    });
    await expect(actOn(context, 'acme', rig.id('awkward'), { act: 'claim', ...next })).rejects.toMatchObject({
      code: 'review.claimed',
    });
  });

  test('on an item with as many events as there may be', async () => {
    const { reviewEvents } = rig.service.context.collections;
    const itemId = rig.id('letter-1');
    const doc = (seq: number): ReviewEventDoc => ({
      _id: `${itemId}:${seq}`,
      tenant: 'acme',
      itemId,
      seq,
      event: 'commented',
      actor: 'mara',
      atMs: 0,
      version: 0,
      verdictId: '',
      decision: null,
      note: 'again',
    });
    await reviewEvents.bulk(
      Array.from({ length: LIMITS.reviewEvents - 1 }, (_, n) => ({ insert: doc(n + 1) })),
    );
    await expect(act('letter-1', { act: 'comment', note: NOTE })).rejects.toMatchObject({
      code: 'review.transition',
    });
  });
});

describe('an edited text', () => {
  test('that is flagged is open again after a decision on the older one, and the history stays', async () => {
    await rig.post('comeback', { text: MACHINE_REPLY });
    await act('comeback', { act: 'dismiss', note: 'A quotation.' });
    await rig.post('comeback', { version: 2, text: PERSON_REPLY });
    expect(await item('comeback')).toMatchObject({ reviewState: 'decided', version: 2 });
    await rig.post('comeback', { version: 3, text: OTHER_MACHINE_REPLY });
    expect(await item('comeback')).toMatchObject({ reviewState: 'open', version: 3 });
    const { review, events } = await act('comeback', { act: 'claim' });
    expect(review).toMatchObject({ state: 'claimed', decided: null });
    expect(events.map(({ event, version }) => `${event}@${version}`)).toEqual([
      'opened@1',
      'decided@1',
      'opened@3',
      'claimed@3',
    ]);
  });
});

describe('an item nobody flagged', () => {
  test('can be opened by hand, escalated, decided and closed', async () => {
    const steps = ['open', 'escalate', 'dismiss', 'close', 'open'] as const;
    const states: string[] = [];
    for (const name of steps) states.push((await act('uncertain', { act: name, note: NOTE })).review.state);
    expect(states).toEqual(['open', 'escalated', 'decided', 'closed', 'open']);
    expect(await item('uncertain')).toMatchObject({ reviewState: 'open' });
  });
});

describe('the copy of the state', () => {
  test('is nobody’s business when the item is gone', async () => {
    await expect(copyState(rig.service.context, 'unknown')).resolves.toBeUndefined();
  });

  test('gives up when other writers never let it through', async () => {
    const { items } = rig.service.context.collections;
    const stale = new Proxy(items, {
      get: (target, name) =>
        name === 'update'
          ? async () => ({ did: 'unmatched' })
          : name === 'get'
            ? async (id: string) => ({ ...(await items.get(id)), reviewState: 'none' })
            : Reflect.get(target, name).bind(target),
    });
    const context = {
      ...rig.service.context,
      collections: { ...rig.service.context.collections, items: stale },
    };
    await expect(copyState(context as never, rig.id('bob'))).rejects.toMatchObject({
      code: 'store.conflict',
    });
  });
});

/** Stored items judged again: what is reported, what is recorded, and that a replay which dies goes on where it was. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import { itemId } from '../../../schemas/ids.js';
import { LIMITS } from '../../../schemas/limits.js';
import type { Store } from '../../../schemas/store/port.js';
import type { Verdict } from '../../../schemas/verdict.js';
import { Announcer } from '../../../streams/5-announce.js';
import { compareCounters } from '../../../streams/counters.js';
import type { Judge } from '../../../streams/judge.js';
import { processRecords } from '../../../streams/pipeline.js';
import type { PipelineParts, RecordCollections } from '../../../streams/records.js';
import { beginReplay, type ReplayState, replay } from '../../../streams/replay/replay.js';
import { Crash, Fuse, type Moment, mortalParts } from '../harness/crash.js';
import {
  deletion,
  judge,
  NOW,
  openMemoryStore,
  post,
  recordMaker,
  replacing,
  SentLog,
  silent,
  testParts,
} from '../harness/parts.js';

let store: Store;
let collections: RecordCollections;
let log: SentLog;
let parts: PipelineParts;
let make: ReturnType<typeof recordMaker>;

/** Says the opposite of the first judge, and knows itself by another name. */
const contrary: Judge = {
  detectorSet: 'contrary@1',
  judge: async (inputs) =>
    (await judge.judge(inputs)).map((one) => ({ ...one, llr: -one.llr, language: inputs[0]?.lang ?? 'en' })),
};

beforeEach(() => {
  ({ store, collections } = openMemoryStore());
  log = new SentLog();
  parts = testParts(collections, log);
  make = recordMaker();
});
afterEach(() => store.close());

const ingest = (values: readonly unknown[], type = 'post.created') =>
  processRecords(
    values.map((value) => make(value, type)),
    parts,
    { wake: () => undefined },
  );
const announce = (): Promise<void> => new Announcer({ log: parts.log, collections, logger: silent }).drain();

const question = { fromMs: NOW - 1_000, toMs: NOW + 1_000, tenants: ['acme'], detectorSet: 'contrary@1' };
const begin = (promote: boolean, more: Partial<ReplayState> = {}): ReplayState => ({
  ...beginReplay({ ...question, promote }, 'run-1'),
  ...more,
});

/** Runs a replay and keeps its state as a file would: as JSON. */
async function run(state: ReplayState, more: Partial<PipelineParts> = {}, rate: number | null = null) {
  const saved: string[] = [JSON.stringify(state)];
  const finished = await replay(
    state,
    { ...parts, judge: contrary, ...more },
    { rate, save: async (kept) => void saved.push(JSON.stringify(kept)) },
  );
  return { finished, saved, state };
}

const verdictsOf = async (external: string) =>
  (
    await collections.verdicts.page({
      index: 'by_item_revision',
      where: { itemId: itemId('acme', 'post', 'forum', external) },
      limit: 10,
    })
  ).docs;

const someItems = async () => {
  await ingest([
    post('a', 1, 'a machine wrote this'),
    post('b', 1, 'a person wrote this', { lang: 'de' }),
    post('c', 1, 'nobody knows'),
    post('d', 1, `machine ${'word '.repeat(70)}`),
  ]);
  await announce();
};

describe('a replay that compares', () => {
  it('says which bands change and where, and touches nothing', async () => {
    await someItems();
    const before = (await collections.items.page({ index: '_id', limit: 10 })).docs;
    const sent = log.sent.length;
    const { state } = await run(begin(false));
    const { comparison } = state;
    expect(state).toMatchObject({ done: true, items: 4 });
    expect(comparison).toMatchObject({ compared: 4, changed: 3, promoted: 0, withoutText: 0, failed: 0 });
    expect(comparison.moves).toEqual({
      machine: { no_machine_signs: 2 },
      no_machine_signs: { machine: 1 },
    });
    expect(comparison.llrDifference).toEqual({ sum: 24, largest: 8 });
    expect(comparison.slices.length).toMatchObject({
      '0–49 words': { compared: 3, changed: 2 },
      '50–99 words': { compared: 1, changed: 1 },
    });
    expect(comparison.slices.tenant).toMatchObject({ acme: { compared: 4 } });
    expect(comparison.slices.platform).toMatchObject({ forum: { compared: 4 } });
    expect(comparison.slices.kind).toMatchObject({ post: { compared: 4 } });
    expect(comparison.examples.map(({ from, to }) => [from, to])).toContainEqual([
      'machine',
      'no_machine_signs',
    ]);
    expect((await collections.items.page({ index: '_id', limit: 10 })).docs).toEqual(before);
    expect(log.sent).toHaveLength(sent);
    expect(await verdictsOf('a')).toHaveLength(1);
  });

  it('judges a text with the language its platform gave', async () => {
    await ingest([post('b', 1, 'a person wrote this', { lang: 'de' })]);
    const { state } = await run(begin(false));
    expect(Object.keys(state.comparison.slices.language)).toEqual(['de']);
  });

  it('passes over deleted texts, other tenants and other times', async () => {
    await someItems();
    await ingest([deletion('a', 2)], 'post.deleted');
    expect((await run(begin(false))).state).toMatchObject({
      items: 4,
      comparison: { compared: 3, withoutText: 1 },
    });
    expect((await run(begin(false, { toMs: NOW }))).state.items).toBe(0);
    expect((await run(begin(false, { fromMs: NOW }))).state.items).toBe(4);
    expect((await run(begin(false, { tenants: ['other', 'acme'] }))).state.items).toBe(4);
  });

  it('counts an item that cannot be judged, by name, and its neighbours as ever', async () => {
    await someItems();
    const failing: Judge = {
      detectorSet: 'failing@1',
      async judge(inputs) {
        if (inputs.some(({ content }) => content.includes('nobody'))) throw new TypeError('no');
        return contrary.judge(inputs);
      },
    };
    const { state } = await run(begin(false), { judge: failing });
    expect(state.comparison).toMatchObject({
      compared: 3,
      failed: 1,
      failedIds: [itemId('acme', 'post', 'forum', 'c')],
    });
  });

  it('blames no item for a store that is away', async () => {
    await someItems();
    const away = new AssayError('store.unavailable');
    const failing = { ...contrary, judge: async () => Promise.reject(away) };
    const state = begin(false);
    await expect(run(state, { judge: failing })).rejects.toBe(away);
    expect(state).toMatchObject({ items: 0, done: false, comparison: { failed: 0 } });
  });

  it(`names ${LIMITS.replayExamples} items that changed, and tells ${LIMITS.replaySliceValues} platforms apart`, async () => {
    const count = LIMITS.replaySliceValues + 20;
    await ingest(
      Array.from({ length: count }, (_, n) => ({ ...post(`p${n}`, 1, 'machine'), platform: `forum${n}` })),
    );
    const { comparison } = (await run(begin(false))).state;
    expect(comparison.examples).toHaveLength(LIMITS.replayExamples);
    expect(Object.keys(comparison.slices.platform)).toHaveLength(LIMITS.replaySliceValues + 1);
    expect(comparison.slices.platform['(other)']).toMatchObject({ compared: 20, changed: 20 });
  });
});

describe('a replay that promotes', () => {
  it('records one more verdict of each item, announces it once and moves the counters', async () => {
    await someItems();
    const announcedBefore = log.of<Verdict>('verdicts').length;
    const { state } = await run(begin(true));
    await announce();
    expect(state.comparison).toMatchObject({ compared: 4, changed: 3, promoted: 4, overtaken: 0 });
    const [first, second, ...more] = await verdictsOf('a');
    expect(more).toEqual([]);
    expect(first?.verdict.cause).toEqual({ kind: 'ingest', id: '' });
    expect(second).toMatchObject({
      revision: 2,
      verdict: { cause: { kind: 'promote', id: 'run-1' }, band: 'no_machine_signs', revision: 2 },
      head: { verdictId: second?._id, band: 'no_machine_signs' },
    });
    const item = await collections.items.get(itemId('acme', 'post', 'forum', 'a'));
    expect(item).toMatchObject({ band: 'no_machine_signs', revision: 2, text: 'a machine wrote this' });
    const announced = log.of<Verdict>('verdicts').slice(announcedBefore);
    expect(new Set(announced.map(({ verdictId }) => verdictId)).size).toBe(4);
    expect(announced).toHaveLength(4);
    expect(await compareCounters(collections)).toEqual([]);
  });

  it('keeps no second copy of a text whose verdict alone has changed', async () => {
    await someItems();
    await run(begin(true));
    await ingest([post('a', 1, 'a machine wrote this')]);
    expect((await collections.itemVersions.page({ index: '_id', limit: 10 })).docs).toEqual([]);
  });

  it('records nothing where the evidence is the same as before', async () => {
    await someItems();
    await run(begin(true));
    const again = await run(begin(true, { runId: 'run-2' }));
    expect(again.state.comparison).toMatchObject({
      compared: 4,
      promoted: 0,
      unchangedEvidence: 4,
      changed: 0,
    });
    expect(await verdictsOf('a')).toHaveLength(2);
  });

  it('records nothing of a text that was deleted meanwhile', async () => {
    await someItems();
    const slow: Judge = {
      detectorSet: 'contrary@1',
      async judge(inputs) {
        await ingest([deletion('a', 2)], 'post.deleted');
        return contrary.judge(inputs);
      },
    };
    const { state } = await run(begin(true), { judge: slow });
    expect(state.comparison).toMatchObject({ promoted: 3, overtaken: 1 });
    const item = await collections.items.get(itemId('acme', 'post', 'forum', 'a'));
    expect(item).toMatchObject({ deleted: true, text: null });
    await announce();
    expect(await compareCounters(collections)).toEqual([]);
  });

  it('opens a review where it finds a machine first', async () => {
    await someItems();
    await run(begin(true));
    const states = await collections.items.getMany(
      ['a', 'b', 'c'].map((name) => itemId('acme', 'post', 'forum', name)),
    );
    expect(states.map((doc) => doc?.reviewState)).toEqual(['open', 'open', 'none']);
  });
});

describe('a replay that dies', () => {
  it.each<Moment>(['before', 'after', 'middle'])(
    'goes on %s any write, with the same report and one verdict an item',
    async (moment) => {
      for (let at = 1, died = true; died; at += 1) {
        await store.close();
        ({ store, collections } = openMemoryStore());
        log = new SentLog();
        parts = testParts(collections, log);
        await someItems();
        const fuse = new Fuse(at, moment);
        let kept = JSON.stringify(begin(true));
        const options = {
          rate: null,
          save: async (state: ReplayState) => {
            kept = JSON.stringify(state);
          },
        };
        const mortal = { ...parts, judge: contrary, ...mortalParts(collections, log, fuse) };
        died = await replay(JSON.parse(kept), mortal, options).then(
          () => false,
          (error) => {
            if (!(error instanceof Crash)) throw error;
            return true;
          },
        );
        await replay(JSON.parse(kept), { ...parts, judge: contrary }, options);
        await announce();
        const { comparison } = JSON.parse(kept) as ReplayState;
        expect(comparison.moves).toEqual({
          machine: { no_machine_signs: 2 },
          no_machine_signs: { machine: 1 },
        });
        for (const name of ['a', 'b', 'c', 'd'])
          expect((await verdictsOf(name)).map(({ revision }) => revision)).toEqual([1, 2]);
        expect(await compareCounters(collections)).toEqual([]);
        expect(at).toBeLessThan(100);
      }
    },
  );

  it('stops when told to, and goes on behind what is done', async () => {
    await someItems();
    const stop = new AbortController();
    const state = begin(true);
    const options = { rate: 4, signal: stop.signal, save: async () => stop.abort() };
    const [tenant] = state.tenants;
    const items = replacing(collections.items, {
      page: (query) => collections.items.page({ ...query, limit: 1 }),
    });
    const paged = { ...parts, judge: contrary, collections: { ...collections, items } };
    expect(await replay(state, paged, options)).toBe(false);
    expect(state).toMatchObject({ items: 1, done: false, at: { tenant: 0, cursor: expect.any(String) } });
    expect(tenant).toBe('acme');
    expect(await replay(state, paged, { rate: null, save: async () => undefined })).toBe(true);
    expect(state).toMatchObject({ items: 4, done: true, comparison: { compared: 4, promoted: 4 } });
  });
});

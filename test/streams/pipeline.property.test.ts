/** Whatever the order of arrival, however often a record comes, wherever the process dies: the same items, the same counts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AssayError } from '../../schemas/errors.js';
import { itemId } from '../../schemas/ids.js';
import type { Store } from '../../schemas/store/port.js';
import type { Verdict } from '../../schemas/verdict.js';
import { Announcer } from '../../streams/5-announce.js';
import { compareCounters } from '../../streams/counters.js';
import type { LogRecord } from '../../streams/log/port.js';
import { stages } from '../../streams/pipeline.js';
import type { RecordCollections } from '../../streams/records.js';
import { Crash, Fuse, type Moment, mortalParts } from './harness/crash.js';
import { deletion, openMemoryStore, post, recordMaker, SentLog, silent, testParts } from './harness/parts.js';

/** What arrives: a version of an item, or the deletion of everything up to a version. */
interface Arrival {
  id: string;
  version: number;
  deleted: boolean;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  version: fc.integer({ min: 1, max: 5 }),
  deleted: fc.boolean().map((yes) => yes),
});

const arrivals = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: arrival.map((one) => ({ ...one, deleted: false })) },
    { weight: 1, arbitrary: arrival },
  ),
  { minLength: 1, maxLength: 14 },
);

/** The text of a version is the same whenever it comes; versions differ in band. */
const textOf = ({ id, version }: Arrival): string =>
  `${['machine', 'person', 'somebody'][version % 3]} wrote ${id} in version ${version}`;

const toRecords = (list: readonly Arrival[]): LogRecord[] => {
  const make = recordMaker();
  return list.map((one) =>
    one.deleted
      ? make(deletion(one.id, one.version), 'post.deleted')
      : make(post(one.id, one.version, textOf(one)), 'post.edited'),
  );
};

/** What has to be true in the end, from the set of arrivals alone. */
function expected(list: readonly Arrival[]) {
  return new Map(
    [...new Set(list.map(({ id }) => id))].map((id) => {
      const mine = list.filter((one) => one.id === id);
      const deletedVersion = Math.max(-1, ...mine.filter((one) => one.deleted).map(({ version }) => version));
      const versions = [...new Set(mine.filter((one) => !one.deleted).map(({ version }) => version))];
      const kept = versions.filter((version) => version > deletedVersion).sort((a, b) => b - a);
      const [current, ...history] = kept;
      return [
        id,
        {
          version: current ?? deletedVersion,
          text: current === undefined ? null : textOf({ id, version: current, deleted: false }),
          history: history.sort((a, b) => a - b),
          deletedVersion,
        },
      ];
    }),
  );
}

let store: Store;
let collections: RecordCollections;

beforeAll(() => {
  ({ store, collections } = openMemoryStore());
});
afterAll(() => store.close());

async function empty(): Promise<void> {
  for (const collection of Object.values(collections)) {
    const { docs } = await collection.page({ index: '_id', limit: 10_000 });
    await collection.bulk(docs.map(({ _id }: { _id: string }) => ({ delete: { id: _id } })));
  }
}
/** A webhook of the tenant, so that every verdict owes it a delivery. */
async function begin(): Promise<void> {
  await empty();
  const secrets = { secrets: [], rotation: 0, createdMs: 1 };
  const place = { tenant: 'acme', url: 'https://hooks.example.com/', name: 'hook', state: 'active' } as const;
  await collections.webhooks.insert({ _id: 'hook', ...place, ...secrets });
}
beforeEach(begin);

async function announceAll(log: SentLog): Promise<void> {
  const announcer = new Announcer({ log: testParts(collections, log).log, collections, logger: silent });
  await delivered(() => announcer.drain());
}

async function check(list: readonly Arrival[], log: SentLog): Promise<void> {
  const verdicts = (await collections.verdicts.page({ index: '_id', limit: 10_000 })).docs;
  const announced = new Set(log.of<Verdict>('verdicts').map(({ verdictId }) => verdictId));
  expect(verdicts.every(({ pending, shard }) => pending.length === 0 && shard === null)).toBe(true);
  expect(new Set(verdicts.map(({ _id }) => _id))).toEqual(announced);
  const queued = (await collections.webhookDeliveries.page({ index: '_id', limit: 10_000 })).docs;
  expect(queued.map(({ verdictId }) => verdictId).sort()).toEqual([...announced].sort());
  for (const [id, want] of expected(list)) {
    const key = itemId('acme', 'post', 'forum', id);
    const item = await collections.items.get(key);
    expect(item).toMatchObject({
      version: want.version,
      text: want.text,
      deleted: want.text === null,
      deletedVersion: want.deletedVersion,
    });
    const revisions = verdicts.filter(({ itemId: of }) => of === key).sort((a, b) => a.revision - b.revision);
    expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, at) => at + 1));
    const highest = [...revisions].sort((a, b) => b.version - a.version || b.revision - a.revision)[0];
    expect(item?.verdictId).toBe(highest?._id);
    const history = await collections.itemVersions.page({
      index: 'by_item',
      where: { itemId: key },
      limit: 100,
    });
    const texts = history.docs.filter(({ text }) => text !== null);
    expect(texts.map(({ version }) => version)).toEqual(want.history);
    const spans = revisions
      .filter(({ version }) => version <= want.deletedVersion)
      .flatMap(({ verdict, evidence }) => [...verdict.reasons, ...(evidence?.symbols ?? [])])
      .filter((symbol) => symbol.spans !== undefined);
    expect(spans).toEqual([]);
  }
  expect(await compareCounters(collections)).toEqual([]);
}

/** Cuts a list at the given places. */
const cut = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

/** Delivers again what failed for want of a turn, as the log does (a killed process may have had a call under way). */
async function delivered(run: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'store.conflict') throw error;
    }
  }
}

describe('the way of a text', () => {
  it('leads to the same items and counts in any order, any batches, and with any record twice', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          arrivals.chain((list) => fc.shuffledSubarray([...list, ...list], { minLength: list.length })),
          fc.integer({ min: 1, max: 6 }),
          async (list, size) => {
            const log = new SentLog();
            const run = stages(testParts(collections, log), { wake: () => undefined });
            for (const batch of cut(toRecords(list), size)) await run(batch);
            await announceAll(log);
            await check(list, log);
          },
        )
        .beforeEach(begin),
      { numRuns: 50 },
    );
  });

  it('leads to the same items and counts when workers write side by side', async () => {
    await fc.assert(
      fc
        .asyncProperty(arrivals, fc.integer({ min: 1, max: 3 }), async (list, size) => {
          const log = new SentLog();
          const run = stages(testParts(collections, log), { wake: () => undefined });
          await Promise.all(cut(toRecords(list), size).map((batch) => delivered(() => run(batch))));
          await announceAll(log);
          await check(list, log);
        })
        .beforeEach(begin),
      { numRuns: 50 },
    );
  });

  it('loses nothing and counts nothing twice wherever it is killed', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          arrivals,
          fc.integer({ min: 1, max: 6 }),
          fc.array(
            fc.tuple(fc.integer({ min: 1, max: 25 }), fc.constantFrom<Moment>('before', 'after', 'middle')),
            {
              minLength: 1,
              maxLength: 4,
            },
          ),
          async (list, size, deaths) => {
            const log = new SentLog();
            const batches = cut(toRecords(list), size);
            let next = 0;
            for (const [at, moment] of deaths) {
              const mortal = mortalParts(collections, log, new Fuse(at, moment));
              const parts = testParts(mortal.collections, mortal.log);
              const announcer = new Announcer({
                log: parts.log,
                collections: parts.collections,
                logger: silent,
              });
              const run = stages(parts, { wake: () => undefined });
              try {
                // The offset moves on only when a batch has resolved, as the log does it.
                for (; next < batches.length; next += 1) {
                  await run(batches[next] as LogRecord[]);
                  await announcer.round();
                }
                await announcer.drain();
              } catch (error) {
                if (!(error instanceof Crash)) throw error;
              }
            }
            const run = stages(testParts(collections, log), { wake: () => undefined });
            for (; next < batches.length; next += 1) await delivered(() => run(batches[next] as LogRecord[]));
            await announceAll(log);
            await check(list, log);
          },
        )
        .beforeEach(begin),
      { numRuns: 120 },
    );
  });
});

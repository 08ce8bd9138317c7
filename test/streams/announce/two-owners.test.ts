/** Two processes that both believe a shard is theirs: everything is announced, everything is counted once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AssayError } from '../../../schemas/errors.js';
import type { Collection, Doc, Store } from '../../../schemas/store/port.js';
import type { Verdict } from '../../../schemas/verdict.js';
import { Announcer } from '../../../streams/5-announce.js';
import { compareCounters } from '../../../streams/counters.js';
import type { Log } from '../../../streams/log/port.js';
import { stages } from '../../../streams/pipeline.js';
import type { RecordCollections } from '../../../streams/records.js';
import { openMemoryStore, post, recordMaker, SentLog, silent, testParts } from '../harness/parts.js';

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
beforeEach(empty);

/** The same collections, every call of which is held up for some turns before and after, as drawn. */
function delayed(turns: () => number): RecordCollections {
  const wait = async (): Promise<void> => {
    for (let left = turns(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  };
  const slow = <T extends Doc>(collection: Collection<T>): Collection<T> =>
    new Proxy(collection, {
      get(target, name) {
        const method = Reflect.get(target, name, target) as unknown;
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          await wait();
          const result = (await method.apply(target, args)) as unknown;
          await wait();
          return result;
        };
      },
    });
  return Object.fromEntries(
    Object.entries(collections).map(([name, collection]) => [name, slow(collection as Collection<Doc>)]),
  ) as unknown as RecordCollections;
}

/** Drains as the loop does: a lost race is tried again. */
async function drain(announcer: Announcer): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await announcer.drain();
      return;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'store.conflict') throw error;
    }
  }
  throw new Error('the owners never came to an end');
}

describe('two owners of one shard at once', () => {
  it('announce every verdict, and count each once, however their steps fall between one another', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 40, maxLength: 80 }),
          fc.integer({ min: 1, max: 12 }),
          async (delays, count) => {
            const log = new SentLog();
            const make = recordMaker();
            let drawn = 0;
            const turns = () => delays[drawn++ % delays.length]!;
            const run = stages(testParts(collections, log), { wake: () => undefined });
            const versions = (from: number, to: number) =>
              Array.from({ length: to - from }, (_, at) =>
                make(post(`${at % 5}`, from + at, ['a machine', 'a person'][at % 2]!), 'post.edited'),
              );
            await run(versions(1, 1 + count));
            const owners = [0, 1].map(
              () =>
                new Announcer({
                  log: log as unknown as Log,
                  collections: delayed(turns),
                  logger: silent,
                }),
            );
            await Promise.all([...owners.map(drain), run(versions(20, 20 + count))]);
            await drain(owners[0]!);
            const verdicts = (await collections.verdicts.page({ index: '_id', limit: 1_000 })).docs;
            const announced = new Set(log.of<Verdict>('verdicts').map(({ verdictId }) => verdictId));
            expect(announced).toEqual(new Set(verdicts.map(({ _id }) => _id)));
            expect(verdicts.every(({ pending }) => pending.length === 0)).toBe(true);
            expect(await compareCounters(collections)).toEqual([]);
          },
        )
        .beforeEach(empty),
      { numRuns: 40 },
    );
  });
});

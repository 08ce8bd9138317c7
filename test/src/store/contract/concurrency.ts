/** Many callers at once: changes of one document are atomic, and a claim has one winner. */
import { describe, expect, it } from '@jest/globals';
import type { CollectionSpec } from '../../../../schemas/store/port.js';
import { type Engine, openFor } from './suite.js';

const SPEC: CollectionSpec = {
  name: 'crowd',
  indexes: [{ name: 'by_name', keys: ['group', 'name'], unique: true }],
};

const times = <T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)));

const tally = (outcomes: readonly { did: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { did } of outcomes) counts[did] = (counts[did] ?? 0) + 1;
  return counts;
};

export function concurrencyContract(engine: Engine): void {
  describe('many at once', () => {
    const open = openFor(engine, [SPEC]);

    it('200 parallel increments give 200, also when the first of them creates the document', async () => {
      const things = open(SPEC);
      const outcomes = await times(200, () => things.update('counter', { inc: { n: 1 } }, { upsert: true }));
      expect(tally(outcomes)).toEqual({ inserted: 1, updated: 199 });
      expect((await things.get('counter'))?.['n']).toBe(200);
    });

    it('50 parallel inserts of the same id have one winner', async () => {
      const outcomes = await times(50, (i) => open(SPEC).insert({ _id: 'claim', name: 'claim', by: i }));
      expect(tally(outcomes)).toEqual({ inserted: 1, duplicate: 49 });
      const winner = outcomes.findIndex(({ did }) => did === 'inserted');
      expect((await open(SPEC).get('claim'))?.['by']).toBe(winner);
    });

    it('50 parallel inserts of the same unique key have one winner', async () => {
      const outcomes = await times(50, (i) => open(SPEC).insert({ _id: `k${i}`, group: 'g', name: 'same' }));
      expect(tally(outcomes)).toEqual({ inserted: 1, duplicate: 49 });
      expect(outcomes.filter(({ did }) => did === 'duplicate')[0]).toEqual({
        did: 'duplicate',
        index: 'by_name',
      });
    });

    it('of parallel guarded changes each state has one successor', async () => {
      const things = open(SPEC);
      await things.insert({ _id: 'state', name: 'state', step: 0 });
      const won = await times(40, (i) =>
        things.findAndUpdate('state', { inc: { step: 1 }, push: { by: i } }, { step: 0 }),
      );
      expect(won.filter((doc) => doc !== null)).toHaveLength(1);
      expect((await things.get('state'))?.['by']).toHaveLength(1);
    });

    it('a document is deleted by exactly one of many', async () => {
      const things = open(SPEC);
      await things.insert({ _id: 'nonce', name: 'nonce' });
      expect(tally(await times(30, () => things.delete('nonce')))).toEqual({ deleted: 1, unmatched: 29 });
    });

    it('parallel guarded upserts of rising batches lose none that came in order', async () => {
      const things = open(SPEC);
      const outcomes = await times(60, (i) =>
        things.update(
          'batches',
          { inc: { n: 1 }, set: { name: 'batches', last: i } },
          { guard: { last: { not: { gte: i } } }, upsert: true },
        ),
      );
      const applied = outcomes.filter(({ did }) => did !== 'unmatched').length;
      expect((await things.get('batches'))?.['n']).toBe(applied);
      expect(tally(outcomes)['inserted']).toBe(1);
    });

    it('parallel bulks that overlap leave every document written once', async () => {
      const things = open(SPEC);
      const results = await times(8, (caller) =>
        things.bulk(
          Array.from({ length: 50 }, (_, i) => ({
            insert: { _id: `o${(caller * 7 + i) % 60}`, group: 'o', name: `o${(caller * 7 + i) % 60}` },
          })),
        ),
      );
      expect(tally(results.flat())).toEqual({ inserted: 60, duplicate: 340 });
    });
  });
}

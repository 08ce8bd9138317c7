/** Unique, sparse and multikey indexes, and what a query may ask of an index. */
import { describe, expect, it } from '@jest/globals';
import { COLLECTIONS } from '../../../../schemas/store/collections.js';
import type { CollectionSpec, IndexSpec, Query, Scalar } from '../../../../schemas/store/port.js';
import { type Engine, openFor } from './suite.js';

const UNIQUE: CollectionSpec = {
  name: 'unique',
  indexes: [{ name: 'by_pair', keys: ['a', 'b'], unique: true }],
};
const SPARSE: CollectionSpec = {
  name: 'sparse',
  indexes: [{ name: 'by_shard', keys: ['shard', 'at'], sparse: true }],
};
const TAGGED: CollectionSpec = {
  name: 'tagged',
  indexes: [{ name: 'by_tag', keys: ['tenant', 'tags', 'at'], multikey: 'tags' }],
};

const value = (key: string): Scalar => (key.endsWith('Ms') || key === 'version' ? 1 : 'x');

/** Every kind of query an index serves: each prefix by equality, and a range, an `in` and a cursor on the key after it. */
function queriesOf(index: IndexSpec): Query[] {
  const queries: Query[] = [];
  const least = index.multikey === undefined ? 0 : index.keys.indexOf(index.multikey) + 1;
  for (let fixed = least; fixed <= index.keys.length; fixed++) {
    const where = Object.fromEntries(index.keys.slice(0, fixed).map((key) => [key, value(key)]));
    const next = index.keys[fixed] ?? '_id';
    for (const order of ['asc', 'desc'] as const) {
      queries.push({ index: index.name, where, order, limit: 10 });
      queries.push({ index: index.name, where: { ...where, [next]: { gt: value(next) } }, order, limit: 10 });
      queries.push({
        index: index.name,
        where: { ...where, [next]: { in: ['x', 'y', 2] } },
        order,
        limit: 10,
      });
    }
  }
  return queries;
}

const cursorFor = (spec: CollectionSpec, { name, keys }: IndexSpec): string =>
  Buffer.from(JSON.stringify([spec.name, name, ...keys.map(value), 'x'])).toString('base64url');

export function indexContract(engine: Engine): void {
  describe('indexes', () => {
    const all = Object.values<CollectionSpec>(COLLECTIONS);
    const open = openFor(engine, [UNIQUE, SPARSE, TAGGED, ...all]);

    it('a unique index refuses a second document with the same keys and names itself', async () => {
      const things = open(UNIQUE);
      expect(await things.insert({ _id: 'u1', a: 1, b: 'x' })).toEqual({ did: 'inserted' });
      expect(await things.insert({ _id: 'u2', a: 1, b: 'x' })).toEqual({
        did: 'duplicate',
        index: 'by_pair',
      });
      expect(await things.insert({ _id: 'u2', a: '1', b: 'x' })).toEqual({ did: 'inserted' });
      const change = { set: { a: 1 } };
      expect(await things.update('u2', change)).toEqual({ did: 'duplicate', index: 'by_pair' });
      const upsert = { set: { a: 1, b: 'x' } };
      expect(await things.update('u3', upsert, { upsert: true })).toEqual({
        did: 'duplicate',
        index: 'by_pair',
      });
      expect(await things.bulk([{ update: { id: 'u3', change: upsert, upsert: true } }])).toEqual([
        { did: 'duplicate', index: 'by_pair' },
      ]);
      await expect(things.findAndUpdate('u2', change)).rejects.toMatchObject({ code: 'store.conflict' });
      expect(await things.get('u2')).toEqual({ _id: 'u2', a: '1', b: 'x' });
      expect(await things.update('u1', { set: { a: 1, more: true } })).toEqual({ did: 'updated' });
    });

    it('in a unique index missing equals null and collides', async () => {
      const things = open(UNIQUE);
      expect(await things.insert({ _id: 'n1', a: 'n', b: null })).toEqual({ did: 'inserted' });
      expect(await things.insert({ _id: 'n2', a: 'n' })).toEqual({ did: 'duplicate', index: 'by_pair' });
    });

    it('a unique key is free again when its document was changed or deleted', async () => {
      const things = open(UNIQUE);
      await things.insert({ _id: 'f1', a: 'f', b: 1 });
      await things.update('f1', { set: { b: 2 } });
      expect(await things.insert({ _id: 'f2', a: 'f', b: 1 })).toEqual({ did: 'inserted' });
      await things.delete('f2');
      expect(await things.insert({ _id: 'f3', a: 'f', b: 1 })).toEqual({ did: 'inserted' });
    });

    it('a sparse index shows the documents that have its first key, and loses them when it becomes null', async () => {
      const things = open(SPARSE);
      await things.bulk([
        { insert: { _id: 'a', shard: 1, at: 5 } },
        { insert: { _id: 'b', shard: 0, at: 9 } },
        { insert: { _id: 'c', shard: null, at: 1 } },
        { insert: { _id: 'd', at: 1 } },
      ]);
      const ids = async (query: Partial<Query>) =>
        (await things.page({ index: 'by_shard', limit: 10, ...query })).docs.map(({ _id }) => _id);
      expect(await ids({})).toEqual(['b', 'a']);
      expect(await ids({ order: 'desc' })).toEqual(['a', 'b']);
      expect(await ids({ where: { shard: { in: [null, 1] } } })).toEqual(['a']);
      const first = await things.page({ index: 'by_shard', order: 'desc', limit: 1 });
      expect(await ids({ order: 'desc', after: first.next! })).toEqual(['b']);
      expect((await things.get('c'))?.['shard']).toBeNull();
      await things.update('a', { set: { shard: null } });
      expect(await ids({ where: { shard: 1 } })).toEqual([]);
      await expect(ids({ where: { shard: null } })).rejects.toMatchObject({ code: 'store.no_index' });
    });

    it('a multikey index finds a document under each of its elements, once', async () => {
      const things = open(TAGGED);
      await things.bulk([
        { insert: { _id: '1', tenant: 't', tags: ['a', 'b', 'a'], at: 1 } },
        { insert: { _id: '2', tenant: 't', tags: ['b'], at: 2 } },
        { insert: { _id: '3', tenant: 't', tags: [], at: 3 } },
        { insert: { _id: '4', tenant: 'o', tags: ['a', 'b'], at: 4 } },
      ]);
      const ids = async (tag: Scalar, query: Partial<Query> = {}) =>
        (
          await things.page({ index: 'by_tag', where: { tenant: 't', tags: tag }, limit: 10, ...query })
        ).docs.map(({ _id }) => _id);
      expect(await ids('a')).toEqual(['1']);
      expect(await ids('b', { order: 'desc' })).toEqual(['2', '1']);
      expect(await ids('b', { residual: { tags: 'a' } })).toEqual(['1']);
      await things.update('1', { set: { tags: ['c'], at: 7 } });
      await things.update('2', { push: { tags: 'd' } });
      await things.delete('4');
      expect([await ids('a'), await ids('b'), await ids('c'), await ids('d')]).toEqual([
        [],
        ['2'],
        ['1'],
        ['2'],
      ]);
    });

    it.each<[string, Query]>([
      ['an index nobody declared', { index: 'by_colour', limit: 1 }],
      [
        'a condition on no key',
        { index: 'by_tag', where: { tenant: 't', tags: 'a', colour: 'red' }, limit: 1 },
      ],
      ['a gap in the keys', { index: 'by_tag', where: { tags: 'a', at: 1 }, limit: 1 }],
      [
        'two ranges',
        { index: 'by_tag', where: { tenant: 't', tags: 'a', at: { gt: 1 }, _id: { gt: '' } }, limit: 1 },
      ],
      ['a multikey that is not fixed', { index: 'by_tag', where: { tenant: 't' }, limit: 1 }],
      [
        'several values of a multikey',
        { index: 'by_tag', where: { tenant: 't', tags: { in: ['a', 'b'] } }, limit: 1 },
      ],
      ['ne', { index: 'by_tag', where: { tenant: 't', tags: 'a', at: { ne: 1 } }, limit: 1 }],
      ['not', { index: 'by_tag', where: { tenant: 't', tags: 'a', at: { not: { gt: 1 } } }, limit: 1 }],
      ['an empty condition', { index: 'by_tag', where: { tenant: 't', tags: 'a', at: {} }, limit: 1 }],
    ])('refuses a query with %s', async (_, query) => {
      const things = open(TAGGED);
      await expect(things.page(query)).rejects.toMatchObject({ code: 'store.no_index' });
      await expect(things.count(query)).rejects.toMatchObject({ code: 'store.no_index' });
      await expect(things.explain(query)).rejects.toMatchObject({ code: 'store.no_index' });
    });

    it('refuses cursors that are damaged, of another index or collection, or of another prefix', async () => {
      const things = open(TAGGED);
      const where = { tenant: 't', tags: 'x' };
      const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
      const good = cursor('tagged', 'by_tag', 't', 'x', 3, 'id');
      await expect(things.page({ index: 'by_tag', where, after: good, limit: 1 })).resolves.toMatchObject({
        docs: [],
      });
      for (const after of [
        '',
        '####',
        good.slice(0, -5),
        cursor('tagged', '_id', 't', 'x', 3, 'id'),
        cursor('sparse', 'by_tag', 't', 'x', 3, 'id'),
        cursor('tagged', 'by_tag', 't', 'x', 'id'),
        cursor('tagged', 'by_tag', 't', 'x', { $gt: '' }, 'id'),
        cursor('tagged', 'by_tag', 't', 'x', 3, 4),
        cursor('tagged', 'by_tag', 'other', 'x', 3, 'id'),
        cursor({ tagged: 1 }),
      ]) {
        const page = things.page({ index: 'by_tag', where, after, limit: 1 });
        await expect(page).rejects.toMatchObject({ code: 'request.cursor' });
      }
    });

    describe.each(all.map((spec) => [spec.name, spec] as const))('of %s', (_, spec) => {
      const primary: IndexSpec = { name: '_id', keys: [] };
      it.each([...spec.indexes, primary].map((index) => [index.name, index] as const))(
        'serve every query along %s',
        async (_name, index) => {
          for (const query of queriesOf(index)) {
            const { usesIndex, plan } = await open(spec).explain(query);
            expect({ query, usesIndex, plan }).toMatchObject({ usesIndex: true });
            const where = Object.fromEntries(
              Object.entries(query.where ?? {}).filter(([, c]) => typeof c !== 'object'),
            );
            const after = cursorFor(spec, index);
            expect(await open(spec).explain({ ...query, where, after })).toMatchObject({ usesIndex: true });
          }
        },
      );
    });
  });
}

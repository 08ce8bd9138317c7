/** Single documents: what insert, update, findAndUpdate, delete and bulk do, and what each of them reports. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BulkOp, Collection, CollectionSpec } from '../../../../schemas/store/port.js';
import { type Engine, openFor, type Thing } from './suite.js';

const SPEC: CollectionSpec = { name: 'writes', indexes: [{ name: 'by_kind', keys: ['kind'] }] };

export function writeContract(engine: Engine): void {
  describe('writing', () => {
    const open = openFor(engine, [SPEC]);
    let things: Collection<Thing>;
    let round = 0;
    let id: string;
    beforeEach(() => {
      things = open(SPEC);
      id = `w${++round}`;
    });

    it('gives back what was inserted, field for field', async () => {
      const doc: Thing = {
        _id: id,
        text: 'Grüße 😀 \u0000 "quoted" \u2028',
        n: -1.5e-7,
        big: 2 ** 53 - 1,
        small: -(2 ** 31) - 1,
        yes: true,
        none: null,
        list: [1, 'a', null, { deep: [[]] }],
        empty: {},
        nested: { a: { b: { c: 0 } } },
      };
      expect(await things.insert(doc)).toEqual({ did: 'inserted' });
      expect(await things.get(id)).toEqual(doc);
    });

    it('keeps field names that a query language would read as its own', async () => {
      const doc: Thing = { _id: id, headers: { 'x.y': 'a', $set: 'b', 'p%2e': 'c', '': 'd', 'nul\0': 'e' } };
      await things.insert(doc);
      expect(await things.get(id)).toEqual(doc);
      await things.update(
        `${id}b`,
        { set: { headers: doc['headers'] }, push: { list: { $each: [1] } } },
        { upsert: true },
      );
      expect(await things.get(`${id}b`)).toEqual({
        _id: `${id}b`,
        headers: doc['headers'],
        list: [{ $each: [1] }],
      });
    });

    it('leaves out fields that are undefined', async () => {
      await things.insert({ _id: id, a: undefined, b: { c: undefined, d: 1 } });
      expect(await things.get(id)).toStrictEqual({ _id: id, b: { d: 1 } });
      await things.update(id, { set: { a: undefined, e: 2 } });
      expect(await things.get(id)).toStrictEqual({ _id: id, b: { d: 1 }, e: 2 });
    });

    it('keeps documents apart whose ids differ in a NUL, a case or an accent only', async () => {
      const ids = [
        `${id}\0a`,
        `${id}\0b`,
        `${id}\u0001`,
        `${id}A`,
        `${id}a`,
        `${id}é`,
        `${id}e\u0301`,
        `${id} `,
      ];
      for (const each of ids)
        expect(await things.insert({ _id: each, is: each })).toEqual({ did: 'inserted' });
      expect((await things.getMany(ids)).map((doc) => doc?.['is'])).toEqual(ids);
    });

    it('answers a second insert of an id with duplicate, and keeps the first', async () => {
      await things.insert({ _id: id, n: 1 });
      expect(await things.insert({ _id: id, n: 2 })).toEqual({ did: 'duplicate', index: '_id' });
      expect(await things.get(id)).toEqual({ _id: id, n: 1 });
    });

    it('gets many in the order asked for, with null where there is none', async () => {
      await things.bulk([{ insert: { _id: `${id}a` } }, { insert: { _id: `${id}b` } }]);
      const found = await things.getMany([`${id}b`, `${id}x`, `${id}a`, `${id}b`]);
      expect(found.map((doc) => doc?._id ?? null)).toEqual([`${id}b`, null, `${id}a`, `${id}b`]);
      expect(await things.getMany([])).toEqual([]);
      expect(await things.get(`${id}x`)).toBeNull();
    });

    it('changes fields, nested fields and counters together', async () => {
      await things.insert({ _id: id, a: 1, b: { c: 1, d: 2 }, n: 5, gone: true });
      const change = {
        set: { a: 'x', 'b.c': [1], 'new.deep': null },
        unset: ['gone', 'b.none'],
        inc: { n: -2, m: 1.5 },
      };
      expect(await things.update(id, change)).toEqual({ did: 'updated' });
      expect(await things.get(id)).toEqual({
        _id: id,
        a: 'x',
        b: { c: [1], d: 2 },
        n: 3,
        m: 1.5,
        new: { deep: null },
      });
    });

    it('replaces objects and arrays as a whole, and elements by their number', async () => {
      await things.insert({ _id: id, o: { a: 1, b: 2 }, list: [{ v: 1 }, { v: 2 }] });
      await things.update(id, { set: { o: { c: 3 }, 'list.1.v': 9 } });
      expect(await things.get(id)).toEqual({ _id: id, o: { c: 3 }, list: [{ v: 1 }, { v: 9 }] });
    });

    it('an empty change matches and changes nothing', async () => {
      await things.insert({ _id: id, a: 1 });
      expect(await things.update(id, {})).toEqual({ did: 'updated' });
      expect(await things.update(id, { set: { a: 1 } })).toEqual({ did: 'updated' });
      expect(await things.get(id)).toEqual({ _id: id, a: 1 });
    });

    it('pushes one element, also an array, and pulls those whose fields equal', async () => {
      await things.insert({ _id: id, list: [{ k: 'a', n: 1 }] });
      await things.update(id, { push: { list: { k: 'b', n: 1 }, fresh: [1, 2] } });
      expect(await things.get(id)).toEqual({
        _id: id,
        list: [
          { k: 'a', n: 1 },
          { k: 'b', n: 1 },
        ],
        fresh: [[1, 2]],
      });
      await things.update(id, { pull: { list: { k: 'a', n: 1 }, nothing: { k: 'a' } } });
      expect((await things.get(id))?.['list']).toEqual([{ k: 'b', n: 1 }]);
      await things.update(id, { pull: { list: { k: 'b', n: 2 } } });
      expect((await things.get(id))?.['list']).toHaveLength(1);
    });

    it('an update without the document is unmatched, and with upsert creates it', async () => {
      const change = { set: { a: 1 }, inc: { n: 1 }, push: { list: 'x' }, setOnInsert: { born: true } };
      expect(await things.update(id, change)).toEqual({ did: 'unmatched' });
      expect(await things.get(id)).toBeNull();
      expect(await things.update(id, change, { upsert: true })).toEqual({ did: 'inserted' });
      expect(await things.get(id)).toEqual({ _id: id, a: 1, n: 1, list: ['x'], born: true });
      expect(await things.update(id, { ...change, setOnInsert: { born: false } }, { upsert: true })).toEqual({
        did: 'updated',
      });
      expect(await things.get(id)).toEqual({ _id: id, a: 1, n: 2, list: ['x', 'x'], born: true });
    });

    it.each([
      ['equal', { v: 7 }],
      ['one of', { v: { in: [1, 7] } }],
      ['greater', { v: { gt: 6, lt: 8 } }],
      ['not equal', { v: { ne: 6 } }],
      ['not reached', { v: { not: { gte: 8 } } }],
      ['missing equals null', { other: null }],
      ['missing is not reached', { 'other.deep': { not: { gte: 8 } } }],
      ['some element', { list: 'b' }],
      ['field of some element', { 'rows.k': 'y' }],
      ['both at once', { v: 7, list: { ne: 'c' } }],
    ] as const)('carries out an update whose guard holds: %s', async (_, guard) => {
      await things.insert({ _id: id, v: 7, list: ['a', 'b'], rows: [{ k: 'x' }, { k: 'y' }] });
      expect(await things.update(id, { set: { done: 1 } }, { guard })).toEqual({ did: 'updated' });
      expect((await things.get(id))?.['done']).toBe(1);
    });

    it.each([
      ['another value', { v: 8 }],
      ['another type', { v: '7' }],
      ['none of', { v: { in: ['7', true] } }],
      ['a bound of another type', { v: { gt: '' } }],
      ['outside', { v: { gte: 8 } }],
      ['equal after all', { v: { ne: 7 } }],
      ['reached', { v: { not: { gte: 7 } } }],
      ['missing is below nothing', { other: { lt: 8 } }],
      ['null is not missing a value', { v: null }],
      ['an element is equal', { list: { ne: 'b' } }],
      ['one of two fails', { v: 7, list: 'c' }],
    ] as const)('refuses an update whose guard fails, also with upsert: %s', async (_, guard) => {
      const doc = { _id: id, v: 7, list: ['a', 'b'] };
      await things.insert(doc);
      expect(await things.update(id, { set: { done: 1 } }, { guard })).toEqual({ did: 'unmatched' });
      expect(await things.update(id, { set: { done: 1 } }, { guard, upsert: true })).toEqual({
        did: 'unmatched',
      });
      expect(await things.findAndUpdate(id, { set: { done: 1 } }, guard)).toBeNull();
      expect(await things.delete(id, guard)).toEqual({ did: 'unmatched' });
      expect(await things.get(id)).toEqual(doc);
    });

    it('an upsert creates the document whatever its guard, and takes no field from the guard', async () => {
      const guard = { state: 'open', kind: { in: ['a'] }, n: { not: { gte: 3 } }, gone: null } as const;
      expect(await things.update(id, { set: { a: 1 } }, { guard, upsert: true })).toEqual({
        did: 'inserted',
      });
      expect(await things.get(id)).toStrictEqual({ _id: id, a: 1 });
    });

    it('a batch number guards against a second application', async () => {
      const apply = (batch: number) =>
        things.update(
          id,
          { inc: { n: 10 }, set: { 'last.3': batch } },
          { guard: { 'last.3': { not: { gte: batch } } }, upsert: true },
        );
      expect([await apply(1), await apply(1), await apply(3), await apply(2)].map(({ did }) => did)).toEqual([
        'inserted',
        'unmatched',
        'updated',
        'unmatched',
      ]);
      expect(await things.get(id)).toEqual({ _id: id, n: 20, last: { 3: 3 } });
    });

    it('findAndUpdate gives the document after the change', async () => {
      await things.insert({ _id: id, n: 1 });
      expect(await things.findAndUpdate(id, { inc: { n: 1 } }, { n: 1 })).toEqual({ _id: id, n: 2 });
      expect(await things.findAndUpdate(`${id}x`, { inc: { n: 1 } })).toBeNull();
    });

    it('deletes exactly once', async () => {
      await things.insert({ _id: id, n: 1 });
      expect(await things.delete(id, { n: 1 })).toEqual({ did: 'deleted' });
      expect(await things.delete(id)).toEqual({ did: 'unmatched' });
      expect(await things.get(id)).toBeNull();
      expect(await things.insert({ _id: id })).toEqual({ did: 'inserted' });
    });

    it.each([
      ['inc of a text', { inc: { text: 1 } }],
      ['push onto a number', { push: { n: 1 } }],
      ['pull from a text', { pull: { text: { a: 1 } } }],
      ['a path through a number', { set: { 'n.a': 1 } }],
      ['one path twice', { set: { n: 1 }, inc: { n: 1 } }],
      ['a path inside another', { set: { o: {} }, unset: ['o.a'] }],
      ['the id', { set: { _id: 'other' } }],
    ])('refuses a change that does not fit: %s', async (_, change) => {
      const doc = { _id: id, text: 'a', n: 1, o: { a: 1 } };
      await things.insert(doc);
      await expect(things.update(id, change)).rejects.toMatchObject({ code: 'store.change' });
      await expect(things.findAndUpdate(id, change)).rejects.toMatchObject({ code: 'store.change' });
      const bulk = things.bulk([{ update: { id, change } }, { insert: { _id: `${id}b` } }]);
      await expect(bulk).rejects.toMatchObject({ code: 'store.change' });
      expect(await things.getMany([id, `${id}b`])).toEqual([doc, { _id: `${id}b` }]);
    });

    it('reports what became of every operation of a bulk, in the order given', async () => {
      await things.bulk(['a', 'b', 'c', 'd', 'e'].map((name) => ({ insert: { _id: id + name, n: 1 } })));
      const set = { set: { n: 2 } };
      const ops: BulkOp<Thing>[] = [
        { insert: { _id: `${id}new` } },
        { insert: { _id: `${id}a` } },
        { update: { id: `${id}a`, change: set } },
        { update: { id: `${id}none`, change: set } },
        { update: { id: `${id}b`, change: set, guard: { n: 1 } } },
        { update: { id: `${id}c`, change: set, guard: { n: 9 } } },
        { update: { id: `${id}up`, change: set, upsert: true } },
        { update: { id: `${id}d`, change: set, upsert: true } },
        { update: { id: `${id}e`, change: set, guard: { n: 9 }, upsert: true } },
        { update: { id: `${id}up2`, change: set, guard: { n: 9 }, upsert: true } },
        { delete: { id: `${id}c` } },
        { delete: { id: `${id}none` } },
        { delete: { id: `${id}d`, guard: { n: 77 } } },
      ];
      expect((await things.bulk(ops)).map((outcome) => Object.values(outcome).join(' '))).toEqual([
        'inserted',
        'duplicate _id',
        'updated',
        'unmatched',
        'updated',
        'unmatched',
        'inserted',
        'updated',
        'unmatched',
        'inserted',
        'deleted',
        'unmatched',
        'unmatched',
      ]);
      const after = await things.getMany(['a', 'b', 'c', 'd', 'e', 'up', 'up2'].map((name) => id + name));
      expect(after.map((doc) => doc?.['n'] ?? null)).toEqual([2, 2, null, 2, 1, 2, 2]);
      expect(await things.bulk([])).toEqual([]);
    });

    it('a bulk of updates to missing documents tells them from the others', async () => {
      await things.bulk([{ insert: { _id: `${id}a` } }, { insert: { _id: `${id}c` } }]);
      const bulk = ['a', 'b', 'c', 'd'].map((name) => ({
        update: { id: id + name, change: { set: { x: 1 } } },
      }));
      expect((await things.bulk(bulk)).map(({ did }) => did)).toEqual([
        'updated',
        'unmatched',
        'updated',
        'unmatched',
      ]);
    });

    it('takes a thousand upserts at once, twice, with the same end', async () => {
      const ops = Array.from({ length: 1000 }, (_, i) => ({
        update: { id: `${id}-${i}`, change: { set: { i, text: 'x'.repeat(200) } }, upsert: true },
      }));
      expect(new Set((await things.bulk(ops)).map(({ did }) => did))).toEqual(new Set(['inserted']));
      expect(new Set((await things.bulk(ops)).map(({ did }) => did))).toEqual(new Set(['updated']));
      expect((await things.get(`${id}-999`))?.['i']).toBe(999);
    });
  });
}

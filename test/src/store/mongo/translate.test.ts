/** The port's language in MongoDB's, without a server: every compared value stands behind an operator, no name is read as one. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CollectionSpec } from '../../../../schemas/store/port.js';
import { fromStored, toStored, toStoredPath } from '../../../../src/store/mongo/fields.js';
import { toFilter, toFind, toUpdate } from '../../../../src/store/mongo/translate.js';
import { planQuery } from '../../../../src/store/plan.js';

describe('a guard', () => {
  it('without conditions is the id alone', () => {
    expect(toFilter('a')).toEqual({ _id: 'a' });
    expect(toFilter('a', {})).toEqual({ _id: 'a' });
  });

  it('compares by operators, within one type', () => {
    expect(toFilter('a', { state: 'open', n: { gte: 2, lt: 5 } })).toEqual({
      _id: 'a',
      $and: [{ state: { $in: ['open'] } }, { n: { $gte: 2 } }, { n: { $lt: 5 } }],
    });
    expect(toFilter('a', { state: { in: ['x', null] }, b: { ne: false } })).toEqual({
      _id: 'a',
      $and: [{ state: { $in: ['x', null] } }, { b: { $ne: false } }],
    });
  });

  it('knows that nothing is less or greater than null, and that null alone is at least null', () => {
    expect(toFilter('a', { n: { gt: null } })).toEqual({ _id: 'a', $and: [{ n: { $in: [] } }] });
    expect(toFilter('a', { n: { lte: null } })).toEqual({ _id: 'a', $and: [{ n: { $eq: null } }] });
  });

  it('turns "not in this range" around, also the range without bounds', () => {
    expect(toFilter('a', { n: { not: { gte: 7 } } })).toEqual({
      _id: 'a',
      $and: [{ $nor: [{ $and: [{ n: { $gte: 7 } }] }] }],
    });
    expect(toFilter('a', { n: { not: {} } })).toEqual({ _id: 'a', $and: [{ $nor: [{}] }] });
  });

  it('of an upsert states no equality that would be copied into the new document', () => {
    expect(toFilter('a', { state: 'open', n: { gt: 1 } }, true)).toEqual({
      _id: 'a',
      $and: [{ $nor: [{ state: { $nin: ['open'] } }] }, { n: { $gt: 1 } }],
    });
  });
});

describe('a change', () => {
  it('becomes update operators', () => {
    const change = {
      set: { 'a.b': 1 },
      setOnInsert: { c: 2 },
      unset: ['d'],
      inc: { n: -1 },
      push: { list: { $each: 'an element with such a field' } },
      pull: { pending: { key: 'verdict' } },
    };
    expect(toUpdate(change)).toEqual({
      $set: { 'a.b': 1 },
      $setOnInsert: { c: 2 },
      $unset: { d: '' },
      $inc: { n: -1 },
      $push: { list: { $each: [{ '%24each': 'an element with such a field' }] } },
      $pull: { pending: { key: { $eq: 'verdict' } } },
    });
  });

  it('that changes nothing is still an update', () => {
    expect(toUpdate({})).toEqual({ $set: {} });
  });
});

describe('a query', () => {
  const spec: CollectionSpec = {
    name: 'things',
    indexes: [
      { name: 'by_band', keys: ['tenant', 'band', 'at'] },
      { name: 'by_slot', keys: ['slot'], unique: true },
    ],
  };

  it('fixes the prefix, bounds the next key and sorts by the rest', () => {
    const find = toFind(
      planQuery(spec, {
        index: 'by_band',
        where: { tenant: 'acme', band: 'machine', at: { gte: 5 } },
        order: 'desc',
        limit: 10,
      }),
    );
    expect(find).toEqual({
      filter: { tenant: { $eq: 'acme' }, band: { $eq: 'machine' }, at: { $gte: 5 } },
      sort: { at: -1, _id: -1 },
      hint: 'by_band',
    });
  });

  it('of several pieces is one $or with exact bounds in each branch', () => {
    const where = { tenant: 'acme', band: { in: ['machine', 'assisted'] } };
    const find = toFind(planQuery(spec, { index: 'by_band', where, limit: 10 }));
    expect(find?.filter).toEqual({
      $or: [
        { tenant: { $eq: 'acme' }, band: { $eq: 'assisted' } },
        { tenant: { $eq: 'acme' }, band: { $eq: 'machine' } },
      ],
    });
  });

  it('along a unique index needs no _id to be in order, and the primary key has a name of its own', () => {
    expect(toFind(planQuery(spec, { index: 'by_slot', limit: 1 }))).toMatchObject({
      sort: { slot: 1 },
      hint: 'by_slot',
    });
    expect(toFind(planQuery(spec, { index: '_id', limit: 1 }))).toMatchObject({
      sort: { _id: 1 },
      hint: '_id_',
    });
  });

  it('walks all keys of a type by the least value there is of it', () => {
    const first = planQuery(spec, { index: 'by_slot', limit: 1 });
    const typed = { ...first, segments: [{ equal: [], range: { type: 'string' as const } }] };
    expect(toFind(typed)?.filter).toEqual({ slot: { $gte: '' } });
  });

  it('that nothing can satisfy asks no server', () => {
    const where = { tenant: 'acme', band: 'machine', at: { gt: 1, lt: 'b' } };
    expect(toFind(planQuery(spec, { index: 'by_band', where, limit: 1 }))).toBeNull();
  });
});

describe('field names that strangers chose', () => {
  it('are escaped where MongoDB would read them, and come back as they were', () => {
    const doc = { headers: { $where: 1, 'a.b': 2, 'nul\0': 3, '100%': 4, plain: [{ 'x.y': null }] } };
    const stored = toStored(doc);
    expect(Object.keys(stored.headers)).toEqual(['%24where', 'a%2Eb', 'nul%00', '100%25', 'plain']);
    expect(fromStored(stored)).toEqual(doc);
    expect(toStoredPath('headers.$where')).toBe('headers.%24where');
  });

  it('leave a document that has none of them the very same object', () => {
    const doc = { a: { b: [1, { c: 2 }] } };
    expect(toStored(doc)).toBe(doc);
  });

  it('survive the way in and out, whatever they are', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.string({ unit: 'binary' }), withNullPrototype: false }), (doc) => {
        const stored = toStored(doc);
        const names = (value: unknown): string[] =>
          typeof value !== 'object' || value === null
            ? []
            : Object.entries(value).flatMap(([name, below]) => [
                ...(Array.isArray(value) ? [] : [name]),
                ...names(below),
              ]);
        expect(names(stored).filter((name) => /^\$|[.\0]/.test(name))).toEqual([]);
        expect(fromStored(stored)).toEqual(doc);
      }),
    );
  });
});

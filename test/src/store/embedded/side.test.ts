/** The side table of a multikey index holds exactly one row for each element of each document, whatever the elements are. */
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CollectionSpec, IndexSpec, Scalar } from '../../../../schemas/store/port.js';
import { toKey } from '../../../../src/store/embedded/keys.js';
import { SideTable } from '../../../../src/store/embedded/side.js';
import { openTable } from '../../../../src/store/embedded/table.js';
import { openDb, type SqlValue } from '../../../../streams/log/sqlite.js';
import type { Thing } from '../contract/suite.js';

const index: IndexSpec = { name: 'by_tag', keys: ['tenant', 'tags', 'at'], multikey: 'tags' };
const spec: CollectionSpec = { name: 'things', indexes: [index] };
const db = openDb(':memory:');
openTable(db, spec);
const side = new SideTable(db, spec, index);
afterAll(() => db.close());

const rows = () =>
  db
    .prepare<Record<string, SqlValue>>('SELECT * FROM "things/by_tag"')
    .all()
    .map((row) => JSON.stringify(Object.values(row)));

/** The same row out of SQLite by binding each value of its own. */
const bound = (id: string, doc: Thing, element: Scalar) =>
  JSON.stringify(
    Object.values(
      db
        .prepare<Record<string, SqlValue>>('SELECT ? AS a, ? AS b, ? AS c, ? AS d')
        .get(toKey(String(doc['tenant'])), toKey(element), toKey(Number(doc['at'])), toKey(id))!,
    ),
  );

const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'A',
    '1',
    'null',
    '"',
    '\\',
    '\\ud800',
    '\0',
    '\x01',
    '\x01\x01',
    'é',
    '😀',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const tags = fc.oneof(
  { weight: 3, arbitrary: fc.array(text, { maxLength: 6 }) },
  fc.array(fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)), { maxLength: 6 }),
);
const doc = fc.record({
  _id: fc.constantFrom('x', 'y'),
  tenant: fc.constantFrom('t', 'u'),
  at: fc.nat(1),
  tags,
});

test('inserted, exchanged and removed, documents leave their own rows and no others', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), doc), { maxLength: 8 }), (steps) => {
      const held = new Map<string, Thing & { tags: Scalar[] }>();
      for (const [remove, next] of steps) {
        const old = held.get(next._id);
        if (old === undefined) side.insert(next._id, side.entryOf(next));
        else if (remove) side.remove(next._id, side.entryOf(old));
        else side.replace(next._id, side.entryOf(old), side.entryOf(next));
        if (old !== undefined && remove) held.delete(next._id);
        else held.set(next._id, next);
        const expected = [...held].flatMap(([id, one]) => one.tags.map((tag) => bound(id, one, tag)));
        expect(rows().sort()).toEqual([...new Set(expected)].sort());
      }
      for (const [id, one] of held) side.remove(id, side.entryOf(one));
      expect(rows()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('several rows are removed along the primary key', () => {
  const plan = db
    .prepare<{ detail: string }>(
      'EXPLAIN QUERY PLAN DELETE FROM "things/by_tag" WHERE "k.tenant" = ?1 AND "k.tags" IN (SELECT value FROM json_each(?2)) AND "k.at" = ?3 AND "_id" = ?4',
    )
    .all('t', '["a","b"]', 1, 'x');
  expect(plan[0]!.detail).toBe(
    'SEARCH things/by_tag USING PRIMARY KEY (k.tenant=? AND k.tags=? AND k.at=? AND _id=?)',
  );
});

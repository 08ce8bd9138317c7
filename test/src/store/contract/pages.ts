/** Pages along an index equal a sorted full scan, for random documents and queries: the model is an array. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  Collection,
  CollectionSpec,
  Condition,
  Filter,
  IndexSpec,
  Query,
  Scalar,
} from '../../../../schemas/store/port.js';
import { type Engine, openFor, type Thing } from './suite.js';

const SPEC: CollectionSpec = {
  name: 'pages',
  indexes: [
    { name: 'by_abn', keys: ['run', 'a', 'b', 'deep.n'] },
    { name: 'by_n', keys: ['run', 'deep.n'] },
    { name: 'by_tag', keys: ['run', 'tags', 'a'], multikey: 'tags' },
    { name: 'by_sparse', keys: ['a', 'run'], sparse: true },
  ],
};

const RANK = ['null', 'number', 'string', 'boolean'];
const rank = (value: Scalar): number => RANK.indexOf(value === null ? 'null' : typeof value);

/** The model's order: an own formulation, by bytes. */
function order(a: Scalar, b: Scalar): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return Number(a) - Number(b);
}

function values(doc: Thing, path: string): Scalar[] {
  const found = path
    .split('.')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], doc);
  return Array.isArray(found) ? found : [(found ?? null) as Scalar];
}

function holds(doc: Thing, path: string, condition: Condition): boolean {
  const found = values(doc, path);
  if (condition === null || typeof condition !== 'object') return found.includes(condition);
  if ('in' in condition) return found.some((value) => condition.in.includes(value));
  if ('ne' in condition) return !found.includes(condition.ne);
  if ('not' in condition) return !holds(doc, path, condition.not);
  return Object.entries(condition).every(([operator, bound]) =>
    found.some((value) => {
      if (rank(value) !== rank(bound)) return false;
      const o = order(value, bound);
      return { gt: o > 0, gte: o >= 0, lt: o < 0, lte: o <= 0 }[operator];
    }),
  );
}

const satisfies = (doc: Thing, filter: Filter = {}): boolean =>
  Object.entries(filter).every(([path, condition]) => holds(doc, path, condition));

/** What the query has to give, all of it. */
function scan(docs: readonly Thing[], index: IndexSpec, query: Query): string[] {
  const keys = [...index.keys, '_id'].filter((key) => key !== index.multikey);
  const sorted = docs
    .filter((doc) => !index.sparse || values(doc, index.keys[0]!)[0] !== null)
    .filter((doc) => satisfies(doc, query.where) && satisfies(doc, query.residual))
    .sort((x, y) => {
      for (const key of keys) {
        const o = order(values(x, key)[0]!, values(y, key)[0]!);
        if (o !== 0) return o;
      }
      return 0;
    });
  return (query.order === 'desc' ? sorted.reverse() : sorted).map(({ _id }) => _id);
}

/** Follows the cursors to the end and checks every page's size on the way. */
async function walk(things: Collection<Thing>, query: Query): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 500; pages++) {
    const { docs, next } = await things.page({ ...query, after });
    expect(docs.length).toBeLessThanOrEqual(query.limit);
    ids.push(...docs.map(({ _id }) => _id));
    if (next === null) return ids;
    after = next;
  }
  throw new Error('the cursors go round in circles');
}

export function pageContract(engine: Engine): void {
  const texts = [
    '',
    'a',
    'aa',
    'b',
    'B',
    'é',
    '\u0000',
    '\u0001',
    'z\u0000',
    ...(engine.sortsByCodePoint ? ['\ufffd', '😀'] : []),
  ];
  const text = fc.constantFrom(...texts);
  const number = fc.constantFrom(-1.5, 0, 1, 2, 10, 2 ** 40);
  const scalar: fc.Arbitrary<Scalar> = fc.oneof(number, text, fc.boolean(), fc.constant(null));
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 5 });
  const thing = fc.record({
    a: maybe(scalar),
    b: maybe(text),
    deep: maybe(
      fc.record({ n: maybe(fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: scalar })) }),
    ),
    tags: fc.array(fc.oneof(text, number), { maxLength: 3 }),
  });
  const range: fc.Arbitrary<Condition> = fc
    .record({
      low: fc.constantFrom('gt', 'gte', ''),
      high: fc.constantFrom('lt', 'lte', ''),
      x: scalar,
      y: scalar,
    })
    .filter(({ low, high }) => low !== '' || high !== '')
    .map(({ low, high, x, y }) => ({ ...(low && { [low]: x }), ...(high && { [high]: y }) }));
  const among: fc.Arbitrary<Condition> = fc.record({ in: fc.array(scalar, { maxLength: 4 }) });
  const last: fc.Arbitrary<Condition | undefined> = fc.oneof(range, among, scalar, fc.constant(undefined));
  const residual: fc.Arbitrary<Filter> = fc.dictionary(
    fc.constantFrom('a', 'b', 'deep.n', 'tags'),
    fc.oneof(
      range,
      among,
      scalar,
      scalar.map((ne) => ({ ne })),
      range.map((not) => ({ not: not as object })),
    ),
    { maxKeys: 2 },
  );

  describe('pages', () => {
    const open = openFor(engine, [SPEC]);
    let runs = 0;

    const compare = (name: string, whereOf: (run: number, a: Scalar, condition?: Condition) => Filter) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(thing, { maxLength: 40 }),
          fc.array(
            fc.record({
              a: scalar,
              condition: last,
              residual: maybe(residual),
              order: fc.constantFrom('asc', 'desc', undefined),
              limit: fc.integer({ min: 1, max: 12 }),
              scanLimit: maybe(fc.integer({ min: 1, max: 60 })),
            }),
            { minLength: 8, maxLength: 8 },
          ),
          async (fields, queries) => {
            const things = open(SPEC);
            const index = SPEC.indexes.find((each) => each.name === name) ?? { name, keys: [] };
            const run = ++runs;
            const docs: Thing[] = fields.map((each, i) => ({
              _id: `${run}/${(i * 7) % 41}/${i}`,
              run,
              ...each,
            }));
            await things.bulk(docs.map((doc) => ({ insert: doc })));
            try {
              for (const { a, condition, ...rest } of queries) {
                const query: Query = { index: name, where: whereOf(run, a, condition), ...rest };
                const wanted = scan(docs, index, query);
                expect({ query, ids: await walk(things, query) }).toEqual({ query, ids: wanted });
                if (query.residual === undefined) {
                  const { limit, where } = query;
                  expect(await things.count({ index: name, where, limit })).toBe(
                    Math.min(limit, wanted.length),
                  );
                }
              }
            } finally {
              await things.bulk(docs.map(({ _id }) => ({ delete: { id: _id } })));
            }
          },
        ),
        { numRuns: engine.rounds },
      );

    const onlyNull = (condition: Condition | undefined): boolean =>
      condition === null || JSON.stringify(condition) === '{"in":[null]}';

    const filter = (fields: Record<string, Condition | undefined>): Filter =>
      Object.fromEntries(
        Object.entries(fields).filter((entry): entry is [string, Condition] => entry[1] !== undefined),
      );

    it('equal a sorted scan: one fixed key, a condition on the next', () =>
      compare('by_abn', (run, _, a) => filter({ run, a })));
    it('equal a sorted scan: two fixed keys, a condition on the next', () =>
      compare('by_abn', (run, a, b) => filter({ run, a, b })));
    it('equal a sorted scan: along a nested key', () =>
      compare('by_n', (run, _, n) => filter({ run, 'deep.n': n })));
    it('equal a sorted scan: all keys open', () => compare('by_n', () => ({})));
    it('equal a sorted scan: under one element of an array', () =>
      compare('by_tag', (run, tags, a) =>
        filter({ run, tags: typeof tags === 'boolean' ? 'a' : (tags ?? 2), a }),
      ));
    it('equal a sorted scan: a sparse index', () =>
      compare('by_sparse', (_run, _a, a) => filter({ a: onlyNull(a) ? undefined : a })));
    it('equal a sorted scan: along the id', () =>
      compare('_id', (run) => ({ _id: { gte: `${run}/`, lt: `${run}0` } })));

    it('end early at the scan limit and go on from there', async () => {
      const things = open(SPEC);
      await things.bulk(
        Array.from({ length: 30 }, (_, i) => ({
          insert: { _id: `s${i}`, run: 'scan', a: i, b: i === 25 ? 'hit' : 'no' },
        })),
      );
      const query: Query = {
        index: 'by_abn',
        where: { run: 'scan' },
        residual: { b: 'hit' },
        limit: 5,
        scanLimit: 10,
      };
      const first = await things.page(query);
      expect(first).toMatchObject({ docs: [], next: expect.any(String) });
      const second = await things.page({ ...query, after: first.next! });
      expect(second.docs).toEqual([]);
      const third = await things.page({ ...query, after: second.next! });
      expect(third).toMatchObject({ docs: [{ _id: 's25' }], next: null });
      expect(await things.count({ ...query, scanLimit: 100 })).toBe(1);
      expect(await things.count(query)).toBe(0);
    });

    it('do not repeat or skip what stays, when documents come and go between them', async () => {
      const things = open(SPEC);
      const insert = (i: number) => things.insert({ _id: `c${i}`, run: 'churn', deep: { n: i } });
      for (let i = 0; i < 40; i += 2) await insert(i);
      const seen: number[] = [];
      let after: string | undefined;
      for (let page = 0; ; page++) {
        const { docs, next } = await things.page({ index: 'by_n', where: { run: 'churn' }, limit: 4, after });
        seen.push(...docs.map((doc) => (doc['deep'] as { n: number }).n));
        if (next === null) break;
        after = next;
        await insert(page * 2 + 1);
        await things.delete(`c${seen.at(-1)}`);
      }
      expect(seen.filter((n) => n % 2 === 0)).toEqual(Array.from({ length: 20 }, (_, i) => i * 2));
      expect(new Set(seen).size).toBe(seen.length);
    });
  });
}

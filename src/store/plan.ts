/**
 * From a query to the exact pieces of its index that answer it, in the order they are to be walked. Each piece
 * (`Segment`) fixes the first keys by equality and bounds the next key within one type, so every engine can seek to
 * its beginning and read on: SQLite walks the pieces one after the other, MongoDB gets them as one `$or` whose
 * branches are merged in order. Nulls, mixed types, `in`, descending order and cursors are all dealt with here.
 */
import { AssayError } from '../../schemas/errors.js';
import type {
  CollectionSpec,
  Condition,
  Doc,
  IndexSpec,
  Query,
  Range,
  Scalar,
} from '../../schemas/store/port.js';
import { decodeCursor, type Position } from './cursor.js';
import { boundsOf, readCondition } from './filter.js';
import { compareKeys, type ScalarType, TYPES, typeOf } from './order.js';
import { keyAt } from './path.js';

/** Keys of one type within bounds; without bounds, all keys of that type. Never of type null: that is an equality. */
export interface TypedRange extends Range {
  readonly type: Exclude<ScalarType, 'null'>;
}

/** One piece of an index: equality on the first keys, then perhaps a range on the next. */
export interface Segment {
  readonly equal: readonly Scalar[];
  readonly range?: TypedRange;
}

export interface Plan {
  readonly index: IndexSpec;
  /** The index's keys and `_id`. */
  readonly keys: readonly string[];
  /** Values of the first keys that every segment shares: the order starts after them. */
  readonly prefix: readonly Scalar[];
  /** In walking order. Empty when nothing can satisfy the query. */
  readonly segments: readonly Segment[];
  readonly descending: boolean;
}

/** The primary key, which every collection has. */
const PRIMARY: IndexSpec = { name: '_id', keys: [], unique: true };

function refuse(spec: CollectionSpec, query: Pick<Query, 'index'>, why: string): never {
  throw new AssayError(
    'store.no_index',
    `Index ${query.index} of ${spec.name} cannot serve this query: ${why}.`,
  );
}

/** The only value a condition allows, when it allows exactly one. */
function single(condition: Condition | undefined): { value: Scalar } | undefined {
  if (condition === undefined) return undefined;
  const read = readCondition(condition);
  return 'in' in read && read.in.length === 1 ? { value: read.in[0]! } : undefined;
}

/** Ascending segments of a range condition on the key after `prefix`. */
function rangeSegments(prefix: readonly Scalar[], range: Range): Segment[] {
  const bounds = boundsOf(range);
  const type = typeOf(bounds[0]![1]);
  if (bounds.some(([, value]) => typeOf(value) !== type)) return [];
  if (type !== 'null') return [{ equal: prefix, range: { type, ...Object.fromEntries(bounds) } }];
  const strict = bounds.some(([operator]) => operator === 'gt' || operator === 'lt');
  return strict ? [] : [{ equal: [...prefix, null] }];
}

/** All keys of the given types after `prefix`, ascending. */
function typeSegments(prefix: readonly Scalar[], types: readonly ScalarType[]): Segment[] {
  return types.map((type) =>
    type === 'null' ? { equal: [...prefix, null] } : { equal: prefix, range: { type } },
  );
}

/** Ascending segments before any cursor is looked at. */
function baseSegments(
  prefix: readonly Scalar[],
  condition: Condition | undefined,
  withoutNull: boolean,
): Segment[] | null {
  if (condition === undefined) {
    return withoutNull ? typeSegments(prefix, TYPES.slice(1)) : [{ equal: prefix }];
  }
  const read = readCondition(condition);
  if ('in' in read) {
    const values = [...new Set(read.in)].sort(compareKeys);
    return values.map((value) => ({ equal: [...prefix, value] }));
  }
  if (!('range' in read) || boundsOf(read.range).length === 0) return null;
  return rangeSegments(prefix, read.range);
}

/** −1 when `value` lies before the range in ascending order, 0 inside, 1 after it. */
function placeIn(range: TypedRange, value: Scalar): number {
  const byType = TYPES.indexOf(typeOf(value)) - TYPES.indexOf(range.type);
  if (byType !== 0) return byType;
  for (const [operator, bound] of boundsOf({ gt: range.gt, gte: range.gte, lt: range.lt, lte: range.lte })) {
    const order = compareKeys(value, bound);
    if (operator === 'gt' ? order <= 0 : operator === 'gte' && order < 0) return -1;
    if (operator === 'lt' ? order >= 0 : operator === 'lte' && order > 0) return 1;
  }
  return 0;
}

interface Walk {
  readonly position: Position;
  readonly descending: boolean;
  /** Index of the key that a sparse index leaves out when null, else −1. */
  readonly sparseAt: number;
}

/** What of one segment lies after the cursor, in walking order. */
function afterCursor(segment: Segment, { position, descending, sparseAt }: Walk): Segment[] {
  const { equal, range } = segment;
  const direction = descending ? -1 : 1;
  for (let i = 0; i < equal.length; i++) {
    const order = compareKeys(equal[i]!, position[i]!) * direction;
    if (order !== 0) return order > 0 ? [segment] : [];
  }
  const depth = equal.length;
  if (range !== undefined) {
    const place = placeIn(range, position[depth]!) * direction;
    if (place !== 0) return place < 0 ? [segment] : [];
  }
  const rest: Segment[] = [];
  for (let i = position.length - 1; i >= depth; i--) {
    const prefix = position.slice(0, i);
    const value = position[i]!;
    const type = typeOf(value);
    const bound = descending ? { lt: value } : { gt: value };
    if (type !== 'null') {
      const kept = i === depth && range !== undefined ? (descending ? lower(range) : upper(range)) : {};
      rest.push({ equal: prefix, range: { type, ...kept, ...bound } });
    }
    if (i === position.length - 1 || (i === depth && range !== undefined)) continue;
    const at = TYPES.indexOf(type);
    const others = descending ? TYPES.slice(0, at).reverse() : TYPES.slice(at + 1);
    rest.push(...typeSegments(prefix, i === sparseAt ? others.filter((other) => other !== 'null') : others));
  }
  return rest;
}

const lower = ({ gt, gte }: TypedRange): Range => ({
  ...(gt !== undefined && { gt }),
  ...(gte !== undefined && { gte }),
});
const upper = ({ lt, lte }: TypedRange): Range => ({
  ...(lt !== undefined && { lt }),
  ...(lte !== undefined && { lte }),
});

/**
 * Plans a query along the index it names.
 * @throws {AssayError} `store.no_index` when the index is not declared or cannot serve `where`;
 *   `request.cursor` when the cursor belongs to another index or lies outside the fixed keys
 */
export function planQuery(spec: CollectionSpec, query: Query): Plan {
  const index = query.index === '_id' ? PRIMARY : spec.indexes.find(({ name }) => name === query.index);
  if (index === undefined) refuse(spec, query, 'it is not declared');
  const keys = [...index.keys, '_id'];
  const where = query.where ?? {};
  const prefix: Scalar[] = [];
  let value = single(where[keys[0]!]);
  while (value !== undefined) {
    prefix.push(value.value);
    value = prefix.length < keys.length ? single(where[keys[prefix.length]!]) : undefined;
  }
  const next = keys[prefix.length];
  const condition = next === undefined ? undefined : where[next];
  const used = prefix.length + (condition === undefined ? 0 : 1);
  if (Object.keys(where).length !== used) refuse(spec, query, 'a condition is not on the keys in order');
  if (index.multikey !== undefined && !keys.slice(0, prefix.length).includes(index.multikey)) {
    refuse(spec, query, `${index.multikey} has to be given`);
  }
  if (index.sparse && prefix[0] === null) refuse(spec, query, 'it leaves out null');
  const ascending = baseSegments(prefix, condition, index.sparse === true && prefix.length === 0);
  if (ascending === null) refuse(spec, query, `the condition on ${next} is not a range`);
  const descending = query.order === 'desc';
  const walk = (segments: Segment[]): Segment[] => (descending ? segments.reverse() : segments);
  const segments = walk(
    index.sparse ? ascending.filter(({ equal }) => equal.length === 0 || equal[0] !== null) : ascending,
  );
  const plan = { index, keys, prefix, descending };
  if (query.after === undefined) return { ...plan, segments };
  const position = decodeCursor(spec, query.index, keys.length, query.after);
  if (prefix.some((fixed, i) => fixed !== position[i])) throw new AssayError('request.cursor');
  return resume({ ...plan, segments }, position);
}

/** The same plan, continued after a position. */
export function resume(plan: Plan, position: Position): Plan {
  const walk = { position, descending: plan.descending, sparseAt: plan.index.sparse ? 0 : -1 };
  return { ...plan, segments: plan.segments.flatMap((segment) => afterCursor(segment, walk)) };
}

/** Where a document stands along the plan's index. */
export function positionOf(plan: Plan, doc: Doc): Position {
  return plan.keys.map((key, i) => (i < plan.prefix.length ? plan.prefix[i]! : keyAt(doc, key)));
}

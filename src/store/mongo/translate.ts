/**
 * The port's conditions, changes and plans in MongoDB's language, within the subset that every MongoDB-wire server we
 * test on understands. Every compared value stands behind an operator, so that none is ever read as one.
 */
import type { Change, Condition, Filter, Range, Scalar } from '../../../schemas/store/port.js';
import { boundsOf, readCondition } from '../filter.js';
import type { Json } from '../path.js';
import type { Plan, Segment, TypedRange } from '../plan.js';
import { toStored, toStoredPath, toStoredPaths } from './fields.js';

/** Satisfied by nothing. */
const NOTHING = { $in: [] };

function bound(operator: keyof Range, value: Scalar): Json {
  if (value !== null) return { [`$${operator}`]: value };
  return operator === 'gte' || operator === 'lte' ? { $eq: null } : NOTHING;
}

const rangeClauses = (path: string, range: Range): Json[] =>
  boundsOf(range).map(([operator, value]) => ({ [path]: bound(operator, value) }));

function clauses(path: string, condition: Condition): Json[] {
  const read = readCondition(condition);
  if ('in' in read) return [{ [path]: { $in: [...read.in] } }];
  if ('ne' in read) return [{ [path]: { $ne: read.ne } }];
  if ('not' in read) {
    const range = rangeClauses(path, read.not);
    return [{ $nor: [range.length === 0 ? {} : { $and: range }] }];
  }
  return rangeClauses(path, read.range);
}

/** An upsert copies equalities of its filter into the new document; negated twice they are only compared. */
function clausesWithoutEquality(path: string, condition: Condition): Json[] {
  const read = readCondition(condition);
  return 'in' in read ? [{ $nor: [{ [path]: { $nin: [...read.in] } }] }] : clauses(path, condition);
}

/** One document by id, if it satisfies the guard. */
export function toFilter(id: string, guard: Filter = {}, upsert = false): { _id: string; $and?: Json[] } {
  const translate = upsert ? clausesWithoutEquality : clauses;
  const all = Object.entries(guard).flatMap(([path, condition]) => translate(toStoredPath(path), condition));
  return all.length === 0 ? { _id: id } : { _id: id, $and: all };
}

/** The change as update operators; never empty, because a driver takes an empty update for a mistake. */
export function toUpdate({ set, unset, inc, push, pull, setOnInsert }: Change): Json {
  const update: Json = {};
  if (set) update['$set'] = toStoredPaths(set);
  if (setOnInsert) update['$setOnInsert'] = toStoredPaths(setOnInsert);
  if (unset) update['$unset'] = toStoredPaths(Object.fromEntries(unset.map((path) => [path, ''])));
  if (inc) update['$inc'] = toStoredPaths(inc);
  // $each, so that an element with a field named $each is an element.
  if (push) update['$push'] = toStoredPaths(push, (element) => ({ $each: [toStored(element)] }));
  if (pull) {
    const equal = (fields: unknown) => toStoredPaths(fields as Json, (value) => ({ $eq: value }));
    update['$pull'] = toStoredPaths(pull, equal);
  }
  return Object.keys(update).length === 0 ? { $set: {} } : update;
}

/** The least value of a type: `$gte` of it is all of the type. */
const LEAST = { number: Number.NEGATIVE_INFINITY, string: '', boolean: false } as const;

function typedRange({ type, ...range }: TypedRange): Json {
  const bounds = boundsOf(range);
  if (bounds.length === 0) return { $gte: LEAST[type] };
  return Object.fromEntries(bounds.map(([operator, value]) => [`$${operator}`, value]));
}

function segmentFilter(keys: readonly string[], { equal, range }: Segment): Json {
  const filter: Json = {};
  equal.forEach((value, i) => {
    filter[keys[i]!] = { $eq: value };
  });
  if (range) filter[keys[equal.length]!] = typedRange(range);
  return filter;
}

export interface Find {
  readonly filter: Json;
  readonly sort: Record<string, 1 | -1>;
  readonly hint: string;
}

/**
 * The plan as one query: each segment is a branch of an `$or` with exact bounds on the index, so that the server can
 * merge the branches in order. Null when nothing can satisfy it.
 */
export function toFind({ index, keys, prefix, segments, descending }: Plan): Find | null {
  const paths = keys.map(toStoredPath);
  const branches = segments.map((segment) => segmentFilter(paths, segment));
  if (branches.length === 0) return null;
  // The keys of a unique index are a total order; its entries have no _id to sort by.
  const ordered = paths.slice(prefix.length, index.unique && index.keys.length > 0 ? -1 : undefined);
  return {
    filter: branches.length === 1 ? branches[0]! : { $or: branches },
    sort: Object.fromEntries(ordered.map((path) => [path, descending ? -1 : 1])),
    hint: index.name === '_id' ? '_id_' : index.name,
  };
}

/** Whether a document satisfies a filter: guards and residual conditions of the embedded engine, same answers as MongoDB's. */
import type { Condition, Doc, Filter, Range, Scalar } from '../../schemas/store/port.js';
import { compareKeys, typeOf } from './order.js';
import { valuesAt } from './path.js';

const BOUNDS = {
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
} as const;

/** What a condition is, told apart by its fields; a bare scalar is an `in` of one. */
export function readCondition(
  condition: Condition,
): { in: readonly Scalar[] } | { ne: Scalar } | { not: Range } | { range: Range } {
  if (typeof condition !== 'object' || condition === null) return { in: [condition] };
  if ('in' in condition || 'ne' in condition || 'not' in condition) return condition;
  return { range: condition };
}

/** The bounds that are given, as pairs of operator and value. */
export function boundsOf(range: Range): [keyof Range, Scalar][] {
  return (Object.entries(range) as [keyof Range, Scalar | undefined][]).filter(
    (bound): bound is [keyof Range, Scalar] => bound[1] !== undefined,
  );
}

const equals = (value: unknown, wanted: Scalar): boolean =>
  wanted === null ? value === null || value === undefined : value === wanted;

function within(value: unknown, operator: keyof Range, bound: Scalar): boolean {
  const key = (value ?? null) as Scalar;
  if (typeof key === 'object' && key !== null) return false;
  return typeOf(key) === typeOf(bound) && BOUNDS[operator](compareKeys(key, bound));
}

const inRange = (values: readonly unknown[], range: Range): boolean =>
  boundsOf(range).every(([operator, bound]) => values.some((value) => within(value, operator, bound)));

function satisfies(doc: Doc, path: string, condition: Condition): boolean {
  const values = valuesAt(doc, path);
  const read = readCondition(condition);
  if ('in' in read) return values.some((value) => read.in.some((wanted) => equals(value, wanted)));
  if ('ne' in read) return !values.some((value) => equals(value, read.ne));
  if ('not' in read) return !inRange(values, read.not);
  return inRange(values, read.range);
}

/** True when every condition of the filter is satisfied; true without a filter. */
export function matches(doc: Doc, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  return Object.entries(filter).every(([path, condition]) => satisfies(doc, path, condition));
}

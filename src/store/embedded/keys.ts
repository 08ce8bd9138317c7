/**
 * Index keys as SQLite sees them, so that its order is the store's: null as −∞ (a value like any other, so that unique
 * indexes and comparisons treat it as equal to itself), numbers, texts, then booleans as one-byte blobs.
 */
import type { Scalar } from '../../../schemas/store/port.js';
import type { SqlValue } from '../../../streams/log/sqlite.js';
import type { TypedRange } from '../plan.js';

/** Null in SQL: smaller than every number a document can hold. */
export const SQL_NULL = '-9e999';

const FALSE = Buffer.from([0]);
const TRUE = Buffer.from([1]);

/** U+0000 would end the text in the binding: 0 → 1 1 and 1 → 1 2 keeps the order and stays unambiguous. */
function toText(value: string): string {
  return /[\0\x01]/.test(value)
    ? value.replace(/[\0\x01]/g, (c) => (c === '\0' ? '\x01\x01' : '\x01\x02'))
    : value;
}

/** A key as a bound parameter. */
export function toKey(value: Scalar): SqlValue {
  if (typeof value === 'string') return toText(value);
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  return value === null || !Number.isFinite(value) ? Number.NEGATIVE_INFINITY : value;
}

/** Where a type begins and ends in SQLite's order, as literals. */
const BRACKET = {
  number: { from: `> ${SQL_NULL}`, to: "< ''" },
  string: { from: ">= ''", to: "< x''" },
  boolean: { from: ">= x''", to: undefined },
} as const;

const SIGN = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** SQL comparisons of one column with a range, and their parameters. */
export function rangeSql(column: string, range: TypedRange): { sql: string[]; values: SqlValue[] } {
  const sql: string[] = [];
  const values: SqlValue[] = [];
  for (const operator of ['gt', 'gte', 'lt', 'lte'] as const) {
    const bound = range[operator];
    if (bound === undefined) continue;
    sql.push(`${column} ${SIGN[operator]} ?`);
    values.push(toKey(bound));
  }
  const { from, to } = BRACKET[range.type];
  if (range.gt === undefined && range.gte === undefined) sql.push(`${column} ${from}`);
  if (to !== undefined && range.lt === undefined && range.lte === undefined) sql.push(`${column} ${to}`);
  return { sql, values };
}

/** Walks the segments of a plan in SQLite. Every statement names its index (INDEXED BY), so SQLite serves it along that index or refuses it. */
import type { Doc } from '../../../schemas/store/port.js';
import type { Db, SqlValue, Statement } from '../../../streams/log/sqlite.js';
import type { Plan, Segment } from '../plan.js';
import { rangeSql, SQL_NULL, toKey } from './keys.js';
import { column, indexName } from './names.js';
import type { Table } from './table.js';

interface Bound {
  readonly sql: string;
  readonly values: SqlValue[];
}

export class Walker<T extends Doc> {
  readonly #db: Db;
  readonly #table: Table;
  readonly #statements = new Map<string, Statement<{ doc: string; n: number }>>();

  constructor(db: Db, table: Table) {
    this.#db = db;
    this.#table = table;
  }

  /** The first `count` documents along the plan. */
  fetch(plan: Plan, count: number): T[] {
    const docs: T[] = [];
    for (const segment of plan.segments) {
      const { sql, values } = this.#select(plan, segment, 'doc');
      for (const row of this.#statement(sql).all(...values, count - docs.length))
        docs.push(JSON.parse(row.doc) as T);
      if (docs.length >= count) break;
    }
    return docs;
  }

  /** Number of documents along the plan, at most `limit`. */
  count(plan: Plan, limit: number): number {
    let total = 0;
    for (const segment of plan.segments) {
      const { sql, values } = this.#select(plan, segment, '1');
      total += this.#statement(`SELECT count(*) AS n FROM (${sql})`).get(...values, limit - total)!.n;
      if (total >= limit) break;
    }
    return total;
  }

  /** EXPLAIN QUERY PLAN of every segment: true when all of them walk the declared index and nothing is sorted. */
  explain(plan: Plan): { usesIndex: boolean; plan: string } {
    const { spec } = this.#table;
    const lines = plan.segments.flatMap((segment) => {
      const { sql, values } = this.#select(plan, segment, 'doc');
      const steps = this.#db.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 1);
      return steps.map(({ detail }) => detail);
    });
    const walks =
      plan.index.multikey === undefined
        ? [` USING INDEX ${spec.name}/${plan.index.name}`]
        : [' s USING PRIMARY KEY', ` d USING INDEX ${spec.name}/_id`];
    return {
      usesIndex: lines.every((line) => walks.some((walk) => line.includes(walk))),
      plan: lines.join('\n'),
    };
  }

  #statement(sql: string): Statement<{ doc: string; n: number }> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** A segment as SQL; its last parameter is the limit. */
  #select(plan: Plan, { equal, range }: Segment, what: 'doc' | '1'): Bound {
    const { spec, name } = this.#table;
    const { index, keys, descending } = plan;
    const side = index.multikey !== undefined;
    const columns = keys.map((path) => (side ? `s.${column(path)}` : column(path)));
    const values = equal.map(toKey);
    const conditions = equal.map((_, i) => `${columns[i]} = ?`);
    if (range !== undefined) {
      const bounds = rangeSql(columns[equal.length]!, range);
      conditions.push(...bounds.sql);
      values.push(...bounds.values);
    }
    if (index.sparse) conditions.push(`${columns[0]} <> ${SQL_NULL}`);
    const order = columns.slice(equal.length).map((key) => `${key} ${descending ? 'DESC' : 'ASC'}`);
    const from = side
      ? `${indexName(spec, index.name)} s CROSS JOIN ${name} d INDEXED BY ${indexName(spec, '_id')} ON d._id = s._id`
      : `${name} INDEXED BY ${indexName(spec, index.name)}`;
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    const sorted = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '';
    return { sql: `SELECT ${what} FROM ${from}${where}${sorted} LIMIT ?`, values };
  }
}

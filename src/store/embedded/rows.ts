/**
 * Reads and writes single documents of one collection inside the transaction in hand, and keeps key columns and side
 * tables in step. Whether a write is allowed (ids, unique keys) is answered here, never by a thrown SQL error.
 */
import type { Doc, IndexSpec } from '../../../schemas/store/port.js';
import type { Db, SqlValue, Statement } from '../../../streams/log/sqlite.js';
import { toKey } from './keys.js';
import { column, indexName, insertSide, type Table } from './table.js';

interface Side {
  readonly index: IndexSpec;
  readonly insert: Statement<unknown>;
  readonly remove: Statement<unknown>;
}

interface Unique {
  readonly name: string;
  /** Positions of the index's keys in the row's keys. */
  readonly positions: readonly number[];
  readonly find: Statement<{ _id: string }>;
}

/** Rows of one document in each side table. */
export type Trace = readonly (readonly SqlValue[][])[];

/** A row as a text, to tell rows apart. */
const text = (keys: readonly SqlValue[]): string =>
  JSON.stringify(
    keys.map((key) => (key instanceof Uint8Array ? [...key] : key === Number.NEGATIVE_INFINITY ? null : key)),
  );

export class Rows<T extends Doc> {
  readonly table: Table;
  readonly #read: Statement<{ doc: string }>;
  readonly #insert: Statement<unknown>;
  readonly #update: Statement<unknown>;
  readonly #remove: Statement<unknown>;
  readonly #sides: readonly Side[];
  readonly #uniques: readonly Unique[];

  constructor(db: Db, table: Table) {
    const { spec, columns, name } = table;
    const byId = `${name} INDEXED BY ${indexName(spec, '_id')}`;
    this.table = table;
    this.#read = db.prepare(`SELECT doc FROM ${byId} WHERE _id = ?`);
    this.#insert = db.prepare(
      `INSERT OR IGNORE INTO ${name} (${['_id', 'doc', ...columns.map(column)].join(', ')}) ` +
        `VALUES (${['?', '?', ...columns.map(() => '?')].join(', ')})`,
    );
    this.#update = db.prepare(
      `UPDATE ${name} SET ${['doc = ?', ...columns.map((path) => `${column(path)} = ?`)].join(', ')} WHERE _id = ?`,
    );
    this.#remove = db.prepare(`DELETE FROM ${name} WHERE _id = ?`);
    this.#sides = table.sides.map((index) => ({
      index,
      insert: db.prepare(insertSide(spec, index)),
      remove: db.prepare(
        `DELETE FROM ${indexName(spec, index.name)} WHERE ` +
          [...index.keys, '_id'].map((path) => `${column(path)} = ?`).join(' AND '),
      ),
    }));
    this.#uniques = spec.indexes
      .filter(({ unique }) => unique)
      .map((index) => ({
        name: index.name,
        positions: index.keys.map((path) => columns.indexOf(path)),
        find: db.prepare(
          `SELECT _id FROM ${name} INDEXED BY ${indexName(spec, index.name)} WHERE ` +
            index.keys.map((path) => `${column(path)} = ?`).join(' AND '),
        ),
      }));
  }

  read(id: string): T | null {
    const row = this.#read.get(toKey(id));
    return row === undefined ? null : (JSON.parse(row.doc) as T);
  }

  /** @returns the unique index (`_id` for the id) that forbids the document, or null when it was written */
  insert(doc: T): string | null {
    const keys = this.table.keysOf(doc);
    const sides = this.trace(doc);
    if (this.#insert.run(toKey(doc._id), JSON.stringify(doc), ...keys).changes === 0) {
      return this.#read.get(toKey(doc._id)) === undefined ? this.#collision(keys, doc._id) : '_id';
    }
    this.#sides.forEach(({ insert }, i) => {
      for (const row of sides[i]!) insert.run(...row, toKey(doc._id));
    });
    return null;
  }

  /** What a document has in the side tables, taken before it is changed. */
  trace(doc: T): Trace {
    return this.#sides.map(({ index }) => this.table.sideRows(index, doc));
  }

  /**
   * Writes the changed document over the one with the same id.
   * @param before trace of the document as it was
   * @returns the unique index that forbids it, or null when written
   */
  replace(before: Trace, doc: T): string | null {
    const keys = this.table.keysOf(doc);
    const after = this.trace(doc);
    if (this.#uniques.length > 0) {
      const collision = this.#collision(keys, doc._id);
      if (collision !== null) return collision;
    }
    const id = toKey(doc._id);
    this.#update.run(JSON.stringify(doc), ...keys, id);
    this.#sides.forEach(({ insert, remove }, i) => {
      const kept = new Set(after[i]!.map(text));
      const had = new Set(before[i]!.map(text));
      for (const row of before[i]!) if (!kept.has(text(row))) remove.run(...row, id);
      for (const row of after[i]!) if (!had.has(text(row))) insert.run(...row, id);
    });
    return null;
  }

  remove(doc: T): void {
    const id = toKey(doc._id);
    this.#remove.run(id);
    this.#sides.forEach(({ index, remove }) => {
      for (const row of this.table.sideRows(index, doc)) remove.run(...row, id);
    });
  }

  /** The unique index under which another document has these keys. */
  #collision(keys: readonly SqlValue[], id: string): string | null {
    for (const { name, positions, find } of this.#uniques) {
      const values = positions.map((position) => keys[position]!);
      if (find.all(...values).some((row) => row._id !== toKey(id))) return name;
    }
    return null;
  }
}

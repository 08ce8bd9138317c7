/**
 * Reads and writes single documents of one collection inside the transaction in hand, and keeps key columns and side
 * tables in step. Whether a write is allowed (ids, unique keys) is answered here, never by a thrown SQL error.
 */
import type { Doc } from '../../../schemas/store/port.js';
import type { Db, SqlValue, Statement } from '../../../streams/log/sqlite.js';
import { toKey } from './keys.js';
import { column, indexName } from './names.js';
import { type Entry, SideTable } from './side.js';
import type { Table } from './table.js';

interface Unique {
  readonly name: string;
  /** Positions of the index's keys in the row's keys. */
  readonly positions: readonly number[];
  readonly find: Statement<{ _id: string }>;
}

/** What one document has in each side table. */
export type Trace = readonly Entry[];

export class Rows<T extends Doc> {
  readonly table: Table;
  readonly #read: Statement<{ doc: string }>;
  readonly #insert: Statement<unknown>;
  readonly #update: Statement<unknown>;
  readonly #remove: Statement<unknown>;
  readonly #sides: readonly SideTable[];
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
    this.#sides = table.sides.map((index) => new SideTable(db, spec, index));
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
    this.#sides.forEach((side, i) => {
      side.insert(doc._id, sides[i]!);
    });
    return null;
  }

  /** What a document has in the side tables, taken before it is changed. */
  trace(doc: T): Trace {
    return this.#sides.map((side) => side.entryOf(doc));
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
    this.#update.run(JSON.stringify(doc), ...keys, toKey(doc._id));
    this.#sides.forEach((side, i) => {
      side.replace(doc._id, before[i]!, after[i]!);
    });
    return null;
  }

  remove(doc: T): void {
    this.#remove.run(toKey(doc._id));
    for (const side of this.#sides) side.remove(doc._id, side.entryOf(doc));
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

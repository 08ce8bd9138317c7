/**
 * The SQLite tables of one collection: the documents with a column for each indexed path, ordinary indexes over these
 * columns, and one side table per multikey index with a row for each element. `openTable` makes the file fit the
 * declaration, also when it was written under an older one.
 */
import type { CollectionSpec, Doc, IndexSpec } from '../../../schemas/store/port.js';
import type { Db, SqlValue } from '../../../streams/log/sqlite.js';
import { keyAt } from '../path.js';
import { SQL_NULL, toKey } from './keys.js';
import { column, indexName, quote } from './names.js';
import { SideTable } from './side.js';

/** Paths that get a column of their own: those of indexes that are not multikey. */
function columnsOf(spec: CollectionSpec): string[] {
  const plain = spec.indexes.filter(({ multikey }) => multikey === undefined);
  return [...new Set(plain.flatMap(({ keys }) => keys))].filter((path) => path !== '_id');
}

/** Values of the key columns of a document, in the order of the table's columns. */
export type RowKeys = readonly SqlValue[];

export class Table {
  readonly spec: CollectionSpec;
  readonly columns: readonly string[];
  readonly sides: readonly IndexSpec[];

  constructor(spec: CollectionSpec) {
    this.spec = spec;
    this.columns = columnsOf(spec);
    this.sides = spec.indexes.filter(({ multikey }) => multikey !== undefined);
  }

  get name(): string {
    return quote(this.spec.name);
  }

  /** @throws {AssayError} `store.change` when an indexed field is not a scalar */
  keysOf(doc: Doc): RowKeys {
    return this.columns.map((path) => toKey(keyAt(doc, path)));
  }
}

function createIndex(spec: CollectionSpec, index: IndexSpec): string {
  // A unique index needs no `_id` to be a total order, and must not have it to be unique.
  const keys = [...index.keys, ...(index.unique ? [] : ['_id'])].map(column).join(', ');
  const sparse = index.sparse ? ` WHERE ${column(index.keys[0]!)} <> ${SQL_NULL}` : '';
  const unique = index.unique ? 'UNIQUE ' : '';
  return `CREATE ${unique}INDEX ${indexName(spec, index.name)} ON ${quote(spec.name)} (${keys})${sparse}`;
}

function createSide(spec: CollectionSpec, index: IndexSpec): string {
  const keys = [...index.keys, '_id'].map(column);
  const columns = keys.map((key) => `${key} NOT NULL`).join(', ');
  return `CREATE TABLE ${indexName(spec, index.name)} (${columns}, PRIMARY KEY (${keys.join(', ')})) WITHOUT ROWID`;
}

/** Statements that stand in the file for this collection, by name of the index or side table. */
function existing(db: Db, spec: CollectionSpec): Map<string, { type: string; sql: string }> {
  const rows = db
    .prepare<{ name: string; type: string; sql: string }>(
      'SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND substr(name, 1, ?) = ?',
    )
    .all(spec.name.length + 1, `${spec.name}/`);
  return new Map(rows.map(({ name, type, sql }) => [quote(name), { type, sql }]));
}

/** Fills key columns and side tables that are new from the documents that are already there. */
function backfill(db: Db, table: Table, columns: readonly string[], sides: readonly IndexSpec[]): void {
  const read = db.prepare<{ row: number; doc: string }>(
    `SELECT rowid AS row, doc FROM ${table.name} WHERE rowid > ? ORDER BY rowid LIMIT 500`,
  );
  const set = columns.map((path) => `${column(path)} = ?`).join(', ');
  const update = set && db.prepare(`UPDATE ${table.name} SET ${set} WHERE rowid = ?`);
  const added = sides.map((index) => new SideTable(db, table.spec, index));
  for (let rows = read.all(0); rows.length > 0; rows = read.all(rows.at(-1)!.row)) {
    for (const { row, doc: text } of rows) {
      const doc = JSON.parse(text) as Doc;
      if (update) update.run(...columns.map((path) => toKey(keyAt(doc, path))), row);
      for (const side of added) side.insert(doc._id, side.entryOf(doc));
    }
  }
}

/**
 * Makes the file fit the declaration: creates what is missing, fills it, and drops indexes no longer declared.
 * Has to run inside a transaction. Throws when existing documents break a new unique index.
 */
export function openTable(db: Db, spec: CollectionSpec): Table {
  const table = new Table(spec);
  db.exec(`CREATE TABLE IF NOT EXISTS ${table.name} (_id TEXT NOT NULL, doc TEXT NOT NULL)`);
  const known = new Set(
    db
      .prepare<{ name: string }>('SELECT name FROM pragma_table_info(?)')
      .all(spec.name)
      .map(({ name }) => name),
  );
  const added = table.columns.filter((path) => !known.has(`k.${path}`));
  for (const path of added) {
    db.exec(`ALTER TABLE ${table.name} ADD COLUMN ${column(path)} NOT NULL DEFAULT (${SQL_NULL})`);
  }
  const wanted = new Map<string, string>([
    [indexName(spec, '_id'), `CREATE UNIQUE INDEX ${indexName(spec, '_id')} ON ${table.name} (_id)`],
    ...spec.indexes.map((index): [string, string] => [
      indexName(spec, index.name),
      index.multikey === undefined ? createIndex(spec, index) : createSide(spec, index),
    ]),
  ]);
  const present = existing(db, spec);
  for (const [name, { type, sql }] of present) {
    if (wanted.get(name) !== sql) db.exec(`DROP ${type} ${name}`);
    else wanted.delete(name);
  }
  const sides = table.sides.filter((index) => wanted.has(indexName(spec, index.name)));
  for (const index of sides) db.exec(wanted.get(indexName(spec, index.name))!);
  if (added.length > 0 || sides.length > 0) backfill(db, table, added, sides);
  for (const [name, sql] of wanted)
    if (!sides.some((index) => indexName(spec, index.name) === name)) db.exec(sql);
  return table;
}

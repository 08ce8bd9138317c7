/**
 * The side table of one multikey index: a row for each element of a document. A document's elements are written by one
 * statement, handed over as one JSON array: the way into SQLite costs more than the row (`npm run bench -- --only pipeline`).
 */
import type { CollectionSpec, Doc, IndexSpec } from '../../../schemas/store/port.js';
import type { Db, SqlValue, Statement } from '../../../streams/log/sqlite.js';
import { keyAt, keysAt } from '../path.js';
import { toKey } from './keys.js';
import { column, indexName } from './names.js';

/** What one document has in the table. */
export interface Entry {
  /** Values of all keys in order; what stands in the multikey's place is not read. */
  readonly keys: readonly SqlValue[];
  readonly elements: ReadonlySet<SqlValue>;
}

/** A lone surrogate, which only binding the text itself brings into SQLite as every other statement does. */
const LONE_SURROGATE = /\\ud[89a-f]/;

/** Elements as a JSON array that SQLite reads back as the same keys, or null where it would not. */
function asJson(elements: readonly SqlValue[]): string | null {
  if (!elements.every((element) => typeof element === 'string')) return null;
  const json = JSON.stringify(elements);
  return LONE_SURROGATE.test(json) ? null : json;
}

interface Write {
  readonly one: Statement<unknown>;
  readonly many: Statement<unknown>;
}

export class SideTable {
  readonly #index: IndexSpec;
  /** Position of the multikey among the keys. */
  readonly #at: number;
  readonly #insert: Write;
  readonly #remove: Write;

  constructor(db: Db, spec: CollectionSpec, index: IndexSpec) {
    const name = indexName(spec, index.name);
    const columns = [...index.keys, '_id'].map(column);
    this.#index = index;
    this.#at = index.keys.indexOf(index.multikey!);
    const each = `json_each(?${this.#at + 1})`;
    const values = columns.map((_, i) => `?${i + 1}`);
    const selected = values.map((value, i) => (i === this.#at ? 'value' : value));
    const equal = columns.map((key, i) => `${key} = ?${i + 1}`);
    const among = equal.map((one, i) =>
      i === this.#at ? `${columns[i]} IN (SELECT value FROM ${each})` : one,
    );
    this.#insert = {
      one: db.prepare(`INSERT INTO ${name} VALUES (${values.join(', ')})`),
      many: db.prepare(`INSERT INTO ${name} SELECT ${selected.join(', ')} FROM ${each}`),
    };
    this.#remove = {
      one: db.prepare(`DELETE FROM ${name} WHERE ${equal.join(' AND ')}`),
      many: db.prepare(`DELETE FROM ${name} WHERE ${among.join(' AND ')}`),
    };
  }

  /** @throws {AssayError} `store.change` when an indexed field holds something else than scalars */
  entryOf(doc: Doc): Entry {
    const { keys, multikey } = this.#index;
    return {
      keys: keys.map((path) => (path === multikey ? null : toKey(keyAt(doc, path)))),
      elements: new Set(keysAt(doc, multikey!).map(toKey)),
    };
  }

  insert(id: string, { keys, elements }: Entry): void {
    this.#write(this.#insert, id, keys, [...elements]);
  }

  remove(id: string, { keys, elements }: Entry): void {
    this.#write(this.#remove, id, keys, [...elements]);
  }

  /** Exchanges a document's rows; those that stay are not touched. */
  replace(id: string, before: Entry, after: Entry): void {
    const moved = !before.keys.every((key, i) => key === after.keys[i]);
    const without = (entry: Entry, other: Entry): SqlValue[] =>
      [...entry.elements].filter((element) => moved || !other.elements.has(element));
    this.#write(this.#remove, id, before.keys, without(before, after));
    this.#write(this.#insert, id, after.keys, without(after, before));
  }

  #write({ one, many }: Write, id: string, keys: readonly SqlValue[], elements: readonly SqlValue[]): void {
    const bind = (value: SqlValue) => [...keys.with(this.#at, value), toKey(id)];
    const json = elements.length > 1 ? asJson(elements) : null;
    if (json !== null) many.run(...bind(json));
    else for (const element of elements) one.run(...bind(element));
  }
}

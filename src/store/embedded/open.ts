/** The embedded store: one SQLite file, one process. What a promise of a write has resolved to is on disk. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { AssayError } from '../../../schemas/errors.js';
import type { Collection, CollectionSpec, Doc, Store } from '../../../schemas/store/port.js';
import { lockProcess } from '../../../streams/log/process-lock.js';
import { openDb } from '../../../streams/log/sqlite.js';
import { EmbeddedCollection } from './collection.js';
import { GroupCommit } from './commit.js';
import { openTable } from './table.js';

export interface EmbeddedOptions {
  /** The SQLite file; its folder is created. */
  file: string;
  /** Collections to have, with their indexes. */
  collections: readonly CollectionSpec[];
  /** Largest size of the file in bytes; what would pass it fails with `disk.full`. */
  maxBytes?: number;
}

const PAGE_BYTES = 4096;

/**
 * Opens (or creates) the store and makes its tables fit the declared collections.
 * @throws {AssayError} `store.locked` when another process has it open, `disk.full`
 */
export function openEmbeddedStore({ file, collections, maxBytes }: EmbeddedOptions): Store {
  mkdirSync(dirname(file), { recursive: true });
  const lock = file === ':memory:' ? undefined : lockProcess(`${file}.lock`, 'store.locked');
  const unlock = () => lock?.release();
  try {
    return openFile({ file, collections, maxBytes }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function openFile({ file, collections, maxBytes }: EmbeddedOptions, unlock: () => void): Store {
  const db = openDb(file, { pageSize: PAGE_BYTES });
  const commit = new GroupCommit(db);
  const opened = new Map<string, Collection<Doc>>();
  try {
    if (maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / PAGE_BYTES)}`);
    const tables = db.transaction(() => collections.map((spec) => openTable(db, spec)));
    for (const table of tables) opened.set(table.spec.name, new EmbeddedCollection(db, table, commit));
  } catch (error) {
    db.close();
    throw error;
  }
  let closed = false;
  return {
    engine: 'embedded',
    collection<T extends Doc>(spec: CollectionSpec): Collection<T> {
      const collection = opened.get(spec.name);
      if (!collection) throw new AssayError('store.no_index', `Collection ${spec.name} is not declared.`);
      return collection as Collection<Doc> as Collection<T>;
    },
    async ping() {
      commit.read(() => db.prepare('SELECT 1').get());
    },
    async close() {
      if (closed) return;
      closed = true;
      commit.close();
      db.close();
      unlock();
    },
  };
}

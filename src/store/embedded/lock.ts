/**
 * One owner per file: a lock file beside it, held by an open transaction and so by the operating system. A process
 * that dies lets go of it. The lock is not taken on the data itself, because the binding closes a file only when the
 * last of its statements has been collected, and this one has none.
 */
import { AssayError } from '../../../schemas/errors.js';
import { type Db, openDb, sqliteCode } from '../../../streams/log/sqlite.js';

/**
 * Takes the lock.
 * @returns a function that lets go of it; idempotent
 * @throws {AssayError} `store.locked` when another owner has it
 */
export function lockFile(path: string): () => void {
  let db: Db | undefined;
  try {
    db = openDb(path, { busyTimeoutMs: 0 });
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    db?.close();
    if (!sqliteCode(error)?.startsWith('SQLITE_BUSY')) throw error;
    throw new AssayError('store.locked', `Another process is using ${path.replace(/\.lock$/, '')}.`, {
      cause: error,
    });
  }
  return () => db.close();
}

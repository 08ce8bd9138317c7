/**
 * One process per data folder: an exclusive SQLite lock on a file of its own, held as long as the process lives. The
 * operating system drops it when the process dies, however it dies, so there are no stale locks to clean up. The lock is
 * not taken on the data itself, because the binding closes a file only when the last of its statements is collected.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { AssayError, type ErrorCode } from '../../schemas/errors.js';
import { type Db, openDb, sqliteCode } from './sqlite.js';

export interface ProcessLock {
  /** Idempotent. */
  release(): void;
}

/**
 * Takes the lock `path`, at once or not at all.
 * @param code what to throw when somebody else holds it: `log.locked` or `store.locked`
 * @throws {AssayError} `code`, with the number of the process that holds the lock
 */
export function lockProcess(
  path: string,
  code: Extract<ErrorCode, 'log.locked' | 'store.locked'>,
): ProcessLock {
  let db: Db | undefined;
  try {
    db = openDb(path, { busyTimeoutMs: 0 });
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held (pid INTEGER)',
    );
  } catch (error) {
    db?.close();
    if (!/^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error) ?? '')) throw error;
    throw new AssayError(
      code,
      `Process ${holder(path)} is already using ${path.replace(/[^/\\]*$/, '')}. Stop it first, or choose another data folder.`,
      { cause: error },
    );
  }
  writeFileSync(`${path}.pid`, String(process.pid));
  const held = db;
  return { release: () => held.close() };
}

/** Number of the process that wrote its name last; for the sentence only, the lock itself decides. */
function holder(path: string): string {
  try {
    return readFileSync(`${path}.pid`, 'utf8').trim();
  } catch {
    return 'of unknown number';
  }
}

/**
 * Group commit: writes that were asked for in the same turn of the event loop share one transaction, and so one fsync.
 * A caller's promise settles after the commit, never before.
 */
import { AssayError } from '../../../schemas/errors.js';
import type { Db } from '../../../streams/log/sqlite.js';

interface Job {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Most writes in one transaction: bounds how long the event loop stands still. */
const LARGEST_GROUP = 1_000;

/** Whether the error concerns one caller only; it was thrown before that caller's SQL. */
const isMisfit = (error: unknown): boolean => error instanceof AssayError && error.code === 'store.change';

export class GroupCommit {
  readonly #db: Db;
  #queue: Job[] = [];
  #scheduled = false;
  #closed = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * Runs `work` in the next transaction and resolves with its result once that is durable. Work that throws
   * `store.change` must not have written; any other error undoes the whole group and rejects all its callers.
   * @throws {AssayError} `store.unavailable` after close, `disk.full`
   */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new AssayError('store.unavailable', 'The store is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Reads what is committed. @throws {AssayError} `store.unavailable` after close */
  read<T>(work: () => T): T {
    if (this.#closed) throw new AssayError('store.unavailable', 'The store is closed.');
    return work();
  }

  /** Commits what waits, then refuses further work. */
  close(): void {
    this.#closed = true;
    while (this.#queue.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #flush(): void {
    const group = this.#queue.slice(0, LARGEST_GROUP);
    this.#queue = this.#queue.slice(LARGEST_GROUP);
    if (group.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      this.#db.transaction(() => {
        for (const { work, resolve, reject } of group) {
          try {
            const value = work();
            settle.push(() => resolve(value));
          } catch (error) {
            if (!isMisfit(error)) throw error;
            settle.push(() => reject(error));
          }
        }
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const done of settle) done();
  }
}

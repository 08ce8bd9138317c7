/**
 * The one door to SQLite: the embedded log and the embedded store open their files here, and no other file knows
 * which binding is behind it (npm `libsql` today, `node:sqlite` once the oldest supported Node has it).
 * Durability: WAL with synchronous=FULL, so what a transaction has written is on disk when it returns.
 * Everything is synchronous and belongs to one thread.
 */
import Libsql from 'libsql';
import { AssayError } from '../../schemas/errors.js';

/** What can be bound to a placeholder. Objects and booleans cannot: the binding ends the process on them. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** What a column gives back. Integers come as numbers (exact below 2^53), blobs as Buffers. */
export type SqlColumn = null | number | string | Buffer;

export type SqlRow = Record<string, SqlColumn>;

/** A prepared statement. Placeholders are positional (`?`, or `?1` to use one twice). */
export interface Statement<Row> {
  run(...values: SqlValue[]): { changes: number };
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  /** Rows one after the other (fetched a hundred at a time): for what may be large, or is left early. */
  iterate(...values: SqlValue[]): Generator<Row, void, void>;
}

export interface Db {
  /** Runs one or more statements without parameters. */
  exec(sql: string): void;
  /** Compiles a statement; keep it and use it again. */
  prepare<Row = SqlRow>(sql: string): Statement<Row>;
  /**
   * Runs `work` between BEGIN IMMEDIATE and COMMIT; when it throws, everything is rolled back. Durable on return.
   * Not re-entrant: a transaction inside a transaction throws.
   * @throws {AssayError} `disk.full`; other errors as they come
   */
  transaction<T>(work: () => T): T;
  /** Idempotent. */
  close(): void;
}

export interface OpenOptions {
  /** Bytes of a page (a power of two, 512 to 65,536), fixed when the file is created. Default 4096. */
  pageSize?: number;
  /** How long a statement waits for another connection's write, in milliseconds. Default 5000. */
  busyTimeoutMs?: number;
}

/**
 * Memory for pages of one file, at most. With SQLite's own 2 MB the leaves of the word index are read again for every
 * batch: an insert of an item then takes half as long again (`npm run bench -- --only pipeline`).
 */
const CACHE_KIB = 64 * 1024;

const FULL = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE']);

/** Turns "no space left" into the code that the rest of Assay knows; other errors pass unchanged. */
function translate(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !FULL.has(code)) return error;
  return new AssayError('disk.full', `There is not enough disk space left to write ${path}.`, {
    cause: error,
  });
}

/** SQLite's own name of an error (`SQLITE_BUSY`, `SQLITE_CONSTRAINT_PRIMARYKEY` …), or undefined for another error. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** The binding aborts the whole process on a boolean or an object, and cuts a text at its first NUL: refused here. */
function assertBindable(values: readonly SqlValue[]): void {
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (typeof value === 'number' || typeof value === 'bigint' || value === null) continue;
    if (typeof value === 'string') {
      if (value.includes('\0'))
        throw new TypeError(`SQL parameter ${i + 1} is a text with a NUL character: bind it as a blob`);
    } else if (!(value instanceof Uint8Array)) {
      throw new TypeError(`SQL parameter ${i + 1} is ${typeof value}, expected number, text, blob or null`);
    }
  }
}

function wrap<Row>(statement: Libsql.Statement, path: string): Statement<Row> {
  if (statement.reader) statement.raw(true);
  let names: string[] | undefined;
  const toRow = (columns: SqlColumn[]): Row => {
    names ??= statement.columns().map((column) => column.name);
    const row: SqlRow = {};
    for (let i = 0; i < names.length; i++) row[names[i]!] = columns[i]!;
    return row as Row;
  };
  // Values travel as ONE array argument: a lone blob or null would be taken for a bag of named parameters.
  const guarded = <T>(values: SqlValue[], call: (bound: SqlValue[]) => T): T => {
    assertBindable(values);
    try {
      return call(values);
    } catch (error) {
      throw translate(error, path);
    }
  };
  return {
    run: (...values) => guarded(values, (bound) => ({ changes: statement.run(bound).changes })),
    get: (...values) =>
      guarded(values, (bound) => {
        const columns = statement.get(bound) as SqlColumn[] | undefined;
        return columns === undefined ? undefined : toRow(columns);
      }),
    all: (...values) => guarded(values, (bound) => (statement.all(bound) as SqlColumn[][]).map(toRow)),
    *iterate(...values) {
      const rows = guarded(values, (bound) => statement.iterate(bound) as IterableIterator<SqlColumn[]>);
      for (const columns of rows) yield toRow(columns);
    },
  };
}

/**
 * Opens (or creates) a database file.
 * @param path file name, or `:memory:`
 * @throws {AssayError} `disk.full`
 */
export function openDb(path: string, options: OpenOptions = {}): Db {
  const db = new Libsql(path, { timeout: (options.busyTimeoutMs ?? 5000) / 1000 });
  let open = true;
  const exec = (sql: string): void => {
    try {
      db.exec(sql);
    } catch (error) {
      throw translate(error, path);
    }
  };
  if (options.pageSize !== undefined) exec(`PRAGMA page_size = ${options.pageSize}`);
  exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  return {
    exec,
    prepare: <Row>(sql: string) => wrap<Row>(db.prepare(sql), path),
    transaction<T>(work: () => T): T {
      exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk may have ended the transaction already; the first error is the one that matters.
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      if (!open) return;
      open = false;
      db.close();
    },
  };
}

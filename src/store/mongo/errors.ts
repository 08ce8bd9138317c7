/** Errors of the MongoDB driver in Assay's words, and which of them are worth another try. */
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import { AssayError } from '../../../schemas/errors.js';

const { MongoError, MongoNetworkError, MongoParseError, MongoServerError, MongoWriteConcernError } =
  mongoose.mongo;

/** An error of the server, or of one operation of a bulk. */
export interface Refusal {
  code?: unknown;
  message?: string;
  errmsg?: string;
}

const DUPLICATE = 11000;

/** A change that does not fit its document: BadValue, TypeMismatch, PathNotViable, ConflictingUpdateOperators. */
const MISFIT = new Set<unknown>([2, 14, 28, 40]);

/** The server is going away, stepping down or not the primary (any more): somebody else will answer soon. */
const MOVING = new Set<unknown>([6, 7, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Unauthorized, AuthenticationFailed. */
const DENIED = new Set<unknown>([13, 18]);

/**
 * The unique index that is taken: its name, `_id` for the primary key.
 * @returns undefined for any other error
 */
export function duplicateIndex({ code, errmsg, message }: Refusal): string | undefined {
  if (code !== DUPLICATE) return undefined;
  const name = /index:\s+(\S+)/.exec(errmsg ?? message ?? '')?.[1] ?? '_id_';
  return name === '_id_' ? '_id' : name;
}

/** Whatever the driver threw, in Assay's words; a duplicate key stays as it is, because its callers make it an outcome. */
export function translate(error: unknown): unknown {
  if (error instanceof MongoParseError) {
    return new AssayError('config.invalid', `The URL of the store is not valid: ${error.message}`);
  }
  if (!(error instanceof MongoError)) return error;
  const answered = error instanceof MongoServerError && !(error instanceof MongoWriteConcernError);
  return answered && !MOVING.has(error.code) ? refused(error) : unavailable(error);
}

/** What the server refused to do: `store.change`, `config.invalid`, `internal`; a duplicate key as it is. */
export function refused(error: Refusal): unknown {
  if (error.code === DUPLICATE) return error;
  if (MISFIT.has(error.code)) {
    return new AssayError('store.change', 'The change does not fit the document.', { cause: error });
  }
  if (DENIED.has(error.code)) {
    return new AssayError('config.invalid', 'The store refuses the user of its URL.', { cause: error });
  }
  return new AssayError('internal', `The store refused an operation with code ${error.code}.`, {
    cause: error,
  });
}

const unavailable = (cause: unknown): AssayError =>
  new AssayError('store.unavailable', 'The store did not answer.', { cause });

/** Whether the operation certainly did not reach a server, so that even a write may be sent again. */
const isUnsent = (error: unknown): boolean =>
  error instanceof MongoError && error.name === 'MongoPoolClearedError';

/** Whether asking again may succeed: the connection broke, or another server is about to be the primary. */
function isTransient(error: unknown): boolean {
  if (isUnsent(error) || error instanceof MongoNetworkError) return true;
  return error instanceof MongoServerError && MOVING.has(error.code);
}

const RETRIES = 4;
const FIRST_PAUSE_MS = 50;

/**
 * Runs an operation with up to four more tries, 50 ms doubling with jitter between them: reads after any transient
 * error, writes only when nothing was sent (the driver itself retries writes on replica sets, where that is safe).
 * @throws {AssayError} as `translate` says; a duplicate key comes as the driver's error
 */
export async function attempt<T>(kind: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const again = kind === 'read' ? isTransient(error) : isUnsent(error);
      if (!again || tries === RETRIES) throw translate(error);
      await pause(FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

/**
 * Retries, and the isolation of poison: a batch that fails for a reason of its own is split until the one record that
 * cannot be handled stands alone; it is tried a few times, then set aside, and its neighbours go on.
 */
import { AssayError } from '../schemas/errors.js';
import { LIMITS } from '../schemas/limits.js';

/** Resolves after `ms`, or at once when the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}

export interface IsolateOptions<T> {
  /** Sets one record aside for good. */
  giveUp: (record: T, error: unknown, tries: number) => Promise<void>;
  /** Throws while our surroundings are broken: then no record is to blame, and none is set aside. */
  surroundings: () => Promise<void>;
  tries?: number;
  firstPauseMs?: number;
  signal?: AbortSignal;
}

/** An error of our surroundings (store, log, disk): the batch comes again as a whole, no record is to blame. */
export const isEnvironment = (error: unknown): boolean => error instanceof AssayError;

/**
 * Handles records, setting aside only those that keep failing alone. `handle` must be idempotent.
 * @throws the error of our surroundings, when it was not a record that failed
 */
export async function isolate<T>(
  records: readonly T[],
  handle: (records: readonly T[]) => Promise<void>,
  options: IsolateOptions<T>,
): Promise<void> {
  const { tries = LIMITS.recordTries, firstPauseMs = 20, signal } = options;
  try {
    await handle(records);
    return;
  } catch (error) {
    if (isEnvironment(error) || signal?.aborted) throw error;
    await options.surroundings();
    if (records.length > 1) {
      const half = Math.ceil(records.length / 2);
      await isolate(records.slice(0, half), handle, options);
      await isolate(records.slice(half), handle, options);
      return;
    }
    if (tries <= 1) {
      await options.giveUp(records[0] as T, error, LIMITS.recordTries);
      return;
    }
    await pause(firstPauseMs, signal);
    await isolate(records, handle, { ...options, tries: tries - 1, firstPauseMs: firstPauseMs * 2 });
  }
}

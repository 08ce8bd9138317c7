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

/** Pauses before the next try, in ms: the first, which doubles, and the longest. */
interface Pauses {
  first: number;
  last: number;
}

/** An outage takes a while; a conflict is over as soon as the other writer is done; an engine has to be replaced first. */
const PAUSES: readonly [prefix: string, pauses: Pauses][] = [
  ['store.conflict', { first: 20, last: 500 }],
  ['overload.', { first: 250, last: 5_000 }],
  ['detector.', { first: 500, last: 10_000 }],
  ['', { first: 100, last: 5_000 }],
];

/**
 * How long to wait before a failed batch is tried again, by the kind of what went wrong. Half of it is drawn by lot, so
 * that those who failed together do not come back together.
 * @param tries how often it was tried again already
 * @param random in [0, 1)
 */
export function retryDelayMs(error: unknown, tries: number, random: () => number = Math.random): number {
  const { code, retryAfterS = 0 } = error instanceof AssayError ? error : { code: '' };
  const [, { first, last }] = PAUSES.find(([prefix]) => code.startsWith(prefix)) as (typeof PAUSES)[number];
  const whole = Math.max(retryAfterS * 1_000, Math.min(last, first * 2 ** Math.min(tries, 30)));
  return Math.ceil(whole / 2 + (whole / 2) * random());
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

/**
 * Deletes what has expired, along an index of the time of expiry, in small batches with room for other work between
 * them. Stands in for a TTL index, which not every server has.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collection, Doc, Filter } from '../../schemas/store/port.js';

export interface Sweep {
  /** Index whose key after the fixed ones is the time. */
  index: string;
  /** Fixed keys before it, when the index has any. */
  where?: Filter;
  /** Path of the time, in milliseconds since the epoch. */
  path: string;
  /** Documents with a time before this one are deleted; those without a time stay. */
  beforeMs: number;
  /** Documents per batch (default 500). */
  batch?: number;
  /** Most documents in this sweep (default 100,000): the next sweep continues. */
  most?: number;
  /** Stops between two batches. */
  signal?: AbortSignal;
}

/**
 * Deletes in order of time. A document that was given a later time in between is spared.
 * @returns how many were deleted
 * @throws {AssayError} `store.no_index` when the index does not lead to `path`
 */
export async function sweep<T extends Doc>(collection: Collection<T>, options: Sweep): Promise<number> {
  const { index, path, beforeMs, batch = 500, most = 100_000, signal } = options;
  const expired = { [path]: { lt: beforeMs } };
  let deleted = 0;
  let after: string | undefined;
  while (deleted < most && !signal?.aborted) {
    const limit = Math.min(batch, most - deleted);
    const page = await collection.page({ index, where: { ...options.where, ...expired }, limit, after });
    const outcomes = await collection.bulk(
      page.docs.map(({ _id }) => ({ delete: { id: _id, guard: expired } })),
    );
    deleted += outcomes.filter(({ did }) => did === 'deleted').length;
    if (page.next === null) break;
    after = page.next;
    await nextTurn();
  }
  return deleted;
}

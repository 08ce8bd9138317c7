/**
 * Pages and counts along an index, the same for every engine: fetch in chunks, check what is residual, stop at the
 * limit of documents returned or looked at, and say with a cursor where to go on.
 */
import { LIMITS } from '../../schemas/limits.js';
import type { CollectionSpec, Doc, Page, Query } from '../../schemas/store/port.js';
import { encodeCursor } from './cursor.js';
import { matches } from './filter.js';
import { type Plan, planQuery, positionOf, resume } from './plan.js';

/** The engine's part: the first `count` documents of the plan's segments, in order; fewer only when there are no more. */
export type Fetch<T> = (plan: Plan, count: number) => T[] | Promise<T[]>;

/** Documents fetched at once while a residual condition is checked: first and largest chunk. */
const CHUNK = { first: 128, largest: 1024 };

/**
 * One page. Its cursor is absent exactly when the end of the index was reached.
 * @throws {AssayError} `store.no_index`, `request.cursor`
 */
export async function readPage<T extends Doc>(
  spec: CollectionSpec,
  query: Query,
  fetch: Fetch<T>,
): Promise<Page<T>> {
  const { limit, residual, scanLimit = LIMITS.pageScan } = query;
  let plan = planQuery(spec, query);
  const docs: T[] = [];
  let looked = 0;
  let last: T | undefined;
  for (let chunk = CHUNK.first; ; chunk = Math.min(chunk * 2, CHUNK.largest)) {
    // One more than can be used: whether it is there tells whether there is more.
    const usable = residual === undefined ? limit : docs.length === limit ? 0 : chunk;
    const wanted = Math.min(usable, scanLimit - looked) + 1;
    const found = await fetch(plan, wanted);
    for (const doc of found) {
      if (last !== undefined && (docs.length === limit || looked === scanLimit)) {
        return { docs, next: encodeCursor(spec, query.index, positionOf(plan, last)) };
      }
      looked++;
      last = doc;
      if (matches(doc, residual)) docs.push(doc);
    }
    if (last === undefined || found.length < wanted) return { docs, next: null };
    plan = resume(plan, positionOf(plan, last));
  }
}

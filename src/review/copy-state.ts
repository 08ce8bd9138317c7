/**
 * Copies the derived state into the item, where queries find it. Whoever copies looks again afterwards, so the last
 * copy is the last event's, whatever two writers did at once; an edit that comes in between is never overwritten.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { deriveReview } from '../../schemas/review.js';
import { eventsOf, type ReviewContext, subjectOf } from './read.js';

const MAX_ROUNDS = 20;

/** Brings one item's copy up to date. Idempotent. @throws {AssayError} `store.conflict` after 20 rounds lost to others */
export async function copyState(context: ReviewContext, id: string): Promise<void> {
  const { items } = context.collections;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const [item, events] = [await items.get(id), await eventsOf(context, id)];
    if (item === null) return;
    const { state, decided } = deriveReview(events, subjectOf(item), context.clock());
    const reviewedVersion = decided?.version ?? item.reviewedVersion;
    if (item.reviewState === state && item.reviewedVersion === reviewedVersion) return;
    const set = { reviewState: state, ...(reviewedVersion === undefined ? {} : { reviewedVersion }) };
    await items.update(id, { set }, { guard: { version: item.version, reviewState: item.reviewState } });
  }
  throw new AssayError('store.conflict', `lost ${MAX_ROUNDS} rounds for one review to other writers`);
}

/** Claims looked at when a list is read; the oldest come first. */
const SETTLE_AT_ONCE = 50;

/**
 * Lets claims that ran out show as open again in lists.
 * @returns how many items were looked at, at most 50
 */
export async function settleClaims(context: ReviewContext, tenant: string): Promise<number> {
  const { docs } = await context.collections.items.page({
    index: 'by_review',
    where: { tenant, reviewState: 'claimed' },
    limit: Math.min(SETTLE_AT_ONCE, LIMITS.pageMax),
  });
  for (const { _id } of docs) await copyState(context, _id);
  return docs.length;
}

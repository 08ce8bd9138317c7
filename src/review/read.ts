/** The review of one item as it stands: its events, and the state they add up to. */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { deriveReview, type Review, type ReviewSubject } from '../../schemas/review.js';
import type { ItemDoc, ReviewEventDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';

export type ReviewContext = Pick<Context, 'clock'> & {
  collections: Pick<Context['collections'], 'items' | 'reviewEvents'>;
};

export interface ItemReview {
  item: ItemDoc;
  /** In order, the first one first. */
  events: ReviewEventDoc[];
  review: Review;
}

/** What of the item decides beside the events. */
export const subjectOf = ({ band, deleted, reviewState, version }: ItemDoc): ReviewSubject => ({
  flagged: !deleted && (band === 'machine' || reviewState === 'open'),
  version,
});

/** An item of the tenant. @throws {AssayError} `request.not_found` also for another tenant's item */
export async function itemOf(
  { collections }: { collections: Pick<Context['collections'], 'items'> },
  tenant: string,
  id: string,
): Promise<ItemDoc> {
  const item = await collections.items.get(id);
  if (item === null || item.tenant !== tenant) throw new AssayError('request.not_found');
  return item;
}

/** All events of an item; LIMITS.reviewEvents bounds them where they are written. */
export async function eventsOf({ collections }: ReviewContext, itemId: string): Promise<ReviewEventDoc[]> {
  const { docs } = await collections.reviewEvents.page({
    index: 'by_item',
    where: { itemId },
    limit: LIMITS.reviewEvents,
  });
  return docs;
}

/** The review of an item of the tenant. @throws {AssayError} `request.not_found` */
export async function readReview(context: ReviewContext, tenant: string, id: string): Promise<ItemReview> {
  const item = await itemOf(context, tenant, id);
  const events = await eventsOf(context, id);
  return { item, events, review: deriveReview(events, subjectOf(item), context.clock()) };
}

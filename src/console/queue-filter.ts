/** What the queue shows: the filter as a GET form sends it, turned into the same plan that `GET /v1/items` walks. */
import { z } from 'zod';
import { ITEM_KINDS } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { ReviewState } from '../../schemas/review.js';
import { Band } from '../../schemas/verdict.js';
import { type ItemsPlan, planItems } from '../api/items-query.js';

/** Matches are counted up to here; more are "1,000 or more". */
export const COUNT_LIMIT = 1_000;

/** A field of a form: what was left empty was not asked for. */
export const field = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** `band=any` shows every band; without a band the queue is about what was flagged. */
export const QueueFilter = z.object({
  band: field(z.union([Band, z.literal('any')])),
  kind: field(z.enum(ITEM_KINDS)),
  platform: field(z.string().max(64)),
  review: field(ReviewState),
  author: field(z.string().max(LIMITS.idLength)),
  q: field(z.string().max(200)),
  after: field(z.string().max(2_048)),
});
export type QueueFilter = z.infer<typeof QueueFilter>;

/** The band a filter asks for; undefined for all. With an author or words, the default is all bands. */
export function bandOf({ band, author, q }: QueueFilter): Band | undefined {
  if (band === 'any') return undefined;
  return band ?? (author === undefined && q === undefined ? 'machine' : undefined);
}

/** Newest first, along one declared index; everything else is checked item by item. */
export const queuePlan = (tenant: string, filter: QueueFilter): ItemsPlan => {
  const { kind, platform, review, author, q: words } = filter;
  return planItems(tenant, { band: bandOf(filter), kind, platform, review, author, words });
};

/** What the queue shows: the filter as a GET form sends it, and the store query along the index that narrows it most. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { ReviewState } from '../../schemas/review.js';
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { Condition, Query } from '../../schemas/store/port.js';
import { Band } from '../../schemas/verdict.js';
import { searchWords } from '../../streams/search-words.js';

/** Matches are counted up to here; more are "1,000 or more". */
export const COUNT_LIMIT = 1_000;

/** A field of a form: what was left empty was not asked for. */
const field = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** `band=any` shows every band; without a band the queue is about what was flagged. */
export const QueueFilter = z.object({
  band: field(z.union([Band, z.literal('any')])),
  kind: field(z.enum(['post', 'email'])),
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

export interface ItemQuery {
  query: Omit<Query, 'limit'>;
  /** Folded words beyond what one query can hold; checked on each document. */
  alsoWords: readonly string[];
}

/** Newest first, along one declared index; everything else is checked document by document. */
export function itemQuery(tenant: string, filter: QueueFilter): ItemQuery {
  const { author, review, platform, kind, after } = filter;
  const [word, second, ...alsoWords] = searchWords(filter.q);
  const given: readonly (readonly [index: string, key: string, value: string | undefined])[] = [
    ['by_author', 'authorId', author],
    ['by_word', 'words', word],
    ['by_review', 'reviewState', review],
    ['by_band', 'band', bandOf(filter)],
    ['by_platform', 'platform', platform],
    ['by_kind', 'kind', kind],
  ];
  const [lead, ...others] = given.filter(([, , value]) => value !== undefined);
  const residual: Record<string, Condition> = { deleted: false };
  for (const [, key, value] of others) residual[key] = value as string;
  // A filter holds one condition per path: the first word leads, the second is residual, the rest are checked here.
  const leads = lead?.[1] === 'words';
  if (leads && second !== undefined) residual['words'] = second;
  const further = leads ? alsoWords : [second, ...alsoWords];
  return {
    query: {
      index: lead?.[0] ?? 'by_received',
      where: { tenant, ...(lead === undefined ? {} : { [lead[1]]: lead[2] as string }) },
      residual,
      order: 'desc',
      ...(after === undefined ? {} : { after }),
    },
    alsoWords: further.filter((one): one is string => one !== undefined),
  };
}

/** Whether a document carries all further words. */
export const hasWords = ({ words }: Pick<ItemDoc, 'words'>, wanted: readonly string[]): boolean =>
  wanted.every((word) => words.includes(word));

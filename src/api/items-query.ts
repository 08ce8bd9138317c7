/**
 * From the filters of `GET /v1/items` to a query of the store. The most selective filter that leads an index of its own
 * leads the walk (newest first), the others are checked item by item within LIMITS.pageScan; `sort=score` walks by score.
 */
import { z } from 'zod';
import { ITEM_KINDS } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { ExternalId, Instant, PlatformName } from '../../schemas/post.js';
import { ReviewState } from '../../schemas/review.js';
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { Condition, Query, Scalar } from '../../schemas/store/port.js';
import { Band } from '../../schemas/verdict.js';
import { searchWords } from '../../streams/search-words.js';
import { numberText, PAGE_QUERY } from './page.js';

/** Words of one search; each more would only shrink the same walk. */
const MAX_WORDS = 8;

const probability = numberText(z.number().min(0).max(1));

/** What an item can be filtered by. */
export const ITEM_FILTERS = {
  band: Band.optional(),
  kind: z.enum(ITEM_KINDS).optional(),
  platform: PlatformName.optional(),
  conversation: ExternalId.optional(),
  author: ExternalId.optional().describe('Account id; for mail the address in From'),
  symbol: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Name of a symbol among the reasons, for instance `text.phrases`'),
  minScore: probability.optional().describe('Least probability, 0 to 1'),
  maxScore: probability.optional().describe('Greatest probability, 0 to 1'),
  from: Instant.optional().describe('Received at or after'),
  to: Instant.optional().describe('Received before'),
  attested: z
    .enum(['yes', 'no'])
    .optional()
    .describe('Whether a token that held for text and author came with it'),
  hal: numberText(z.number().int().min(0).max(3)).optional().describe('Exactly this level of attestation'),
  review: ReviewState.optional(),
  words: z
    .string()
    .max(512)
    .refine((text) => searchWords(text).length > 0, 'expected at least one word of two letters')
    .refine((text) => searchWords(text).length <= MAX_WORDS, `expected at most ${MAX_WORDS} words`)
    .optional()
    .describe(
      `All of these words, folded (case, accents and width make no difference); found among the first ${LIMITS.searchWords} different words of each text`,
    ),
  deleted: z
    .enum(['yes', 'no'])
    .optional()
    .describe('`yes`: only items whose text was deleted; default `no`'),
};

export const ItemsQuery = z
  .strictObject({
    ...ITEM_FILTERS,
    sort: z
      .enum(['received', 'score'])
      .optional()
      .describe('`received` (default): newest first; `score`: highest probability first'),
    ...PAGE_QUERY,
  })
  .refine(({ attested, hal }) => attested !== 'no' || hal === undefined, {
    message: 'expected no level together with attested=no',
    path: ['hal'],
  });
export type ItemsQuery = z.infer<typeof ItemsQuery>;

/** Indexes that run on along receivedMs, the most selective first: a thread holds less than a platform. */
const LEADING = [
  ['conversationId', 'by_conversation'],
  ['authorId', 'by_author'],
  ['words', 'by_word'],
  ['symbols', 'by_symbol'],
  ['reviewState', 'by_review'],
  ['hal', 'by_hal'],
  ['band', 'by_band'],
  ['platform', 'by_platform'],
  ['kind', 'by_kind'],
] as const;

/** A query, and words that no condition had room for: the port takes one condition per path. */
export interface ItemsPlan {
  query: Pick<Query, 'index' | 'where' | 'residual' | 'order'>;
  alsoWords: readonly string[];
}

/** Whether an item carries all further words of a plan. */
export const hasWords = ({ words }: Pick<ItemDoc, 'words'>, wanted: readonly string[]): boolean =>
  wanted.every((word) => words.includes(word));

const range = (bounds: Record<string, Scalar | undefined>): Condition | undefined => {
  const given = Object.entries(bounds).filter(([, bound]) => bound !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

const milliseconds = (at: string | undefined): number | undefined =>
  at === undefined ? undefined : Date.parse(at);

/** The longest word is the rarest one, as a rule. */
const byLength = (a: string, b: string): number => b.length - a.length;

const isScalar = (condition: Condition | undefined): condition is Scalar =>
  condition !== undefined && (typeof condition !== 'object' || condition === null);

type Conditions = Partial<Record<keyof ItemDoc, Condition>>;

const defined = (conditions: Record<string, Condition | undefined>): Conditions =>
  Object.fromEntries(Object.entries(conditions).filter(([, condition]) => condition !== undefined));

/** @param tenant always the caller's own, first key of every index */
export function planItems(tenant: string, filters: Omit<ItemsQuery, 'limit' | 'cursor'>): ItemsPlan {
  const [word, secondWord, ...more] = searchWords(filters.words).sort(byLength);
  const conditions = defined({
    conversationId: filters.conversation,
    authorId: filters.author,
    words: word,
    symbols: filters.symbol,
    reviewState: filters.review,
    hal: filters.hal ?? (filters.attested === 'no' ? -1 : filters.attested && { gte: 0 }),
    band: filters.band,
    platform: filters.platform,
    kind: filters.kind,
    probability: range({ gte: filters.minScore, lte: filters.maxScore }),
    receivedMs: range({ gte: milliseconds(filters.from), lt: milliseconds(filters.to) }),
    deleted: filters.deleted === 'yes',
  });
  const byScore = filters.sort === 'score';
  const lead = byScore ? undefined : LEADING.find(([path]) => isScalar(conditions[path]));
  const index = byScore ? 'by_probability' : (lead?.[1] ?? 'by_received');
  const walked = byScore ? ['probability'] : [lead?.[0], 'receivedMs'];
  const where: Record<string, Condition> = { tenant };
  const residual: Record<string, Condition> = {};
  for (const [path, condition] of Object.entries(conditions))
    (walked.includes(path) ? where : residual)[path] = condition;
  const alsoWords = [secondWord, ...more].filter((one) => one !== undefined);
  if (lead?.[0] === 'words' && secondWord !== undefined) {
    residual['words'] = secondWord;
    alsoWords.shift();
  }
  return { query: { index, where, residual, order: 'desc' }, alsoWords };
}

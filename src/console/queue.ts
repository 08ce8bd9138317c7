/** The queue: items that match a filter, newest first, a page at a time. */
import { LIMITS } from '../../schemas/limits.js';
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { Cursor } from '../../schemas/store/port.js';
import type { Verdict } from '../../schemas/verdict.js';
import type { ApiContext } from '../api/context.js';
import { defineEndpoint } from '../api/endpoint.js';
import { hasWords } from '../api/items-query.js';
import { settleClaims } from '../review/copy-state.js';
import { type Counts, readCounts } from './counters.js';
import { pageReply, viewerOf } from './layout.js';
import { COUNT_LIMIT, QueueFilter, queuePlan } from './queue-filter.js';
import { queuePage } from './queue-page.js';

type QueueContext = Pick<ApiContext, 'clock' | 'collections'>;

const PAGE = 25;
/** An item in a list, with the interval of its current verdict. */
export interface Listed {
  item: ItemDoc;
  interval: Verdict['interval'] | null;
}

export interface QueueView {
  filter: QueueFilter;
  items: Listed[];
  next: Cursor | null;
  /** Matching items, at most COUNT_LIMIT; null where counting would mean reading them all. */
  matches: number | null;
  counts: Counts;
}

/** Adds what the item's copy of its verdict leaves out. */
export async function withIntervals(
  { collections }: Pick<QueueContext, 'collections'>,
  items: readonly ItemDoc[],
): Promise<Listed[]> {
  const verdicts = await collections.verdicts.getMany(items.map(({ verdictId }) => verdictId));
  return items.map((item, index) => ({ item, interval: verdicts[index]?.verdict.interval ?? null }));
}

/** One page of the queue. @throws {AssayError} `request.cursor` */
export async function readQueue(
  context: QueueContext,
  tenant: string,
  filter: QueueFilter,
): Promise<QueueView> {
  await settleClaims(context, tenant);
  const { query, alsoWords } = queuePlan(tenant, filter);
  const after = filter.after === undefined ? {} : { after: filter.after };
  const { items } = context.collections;
  const { index, where, residual } = query;
  const [page, matches, counts] = await Promise.all([
    items.page({ ...query, ...after, limit: PAGE }),
    alsoWords.length > 0
      ? null
      : items.count({ index, where, residual, limit: COUNT_LIMIT, scanLimit: LIMITS.pageScan }),
    readCounts(context, tenant),
  ]);
  const found = page.docs.filter((item) => hasWords(item, alsoWords));
  return { filter, items: await withIntervals(context, found), next: page.next, matches, counts };
}

const queue = defineEndpoint<QueueContext>()({
  method: 'get',
  path: '/console/queue',
  access: 'read',
  tag: 'Console',
  summary: 'Items by filter, flagged ones by default',
  query: QueueFilter,
  responses: { 200: { description: 'A page', mediaType: 'text/html' } },
  async handle(context, call) {
    const viewer = viewerOf(call);
    const view = await readQueue(context, viewer.principal.tenant, call.query);
    return pageReply({ title: 'Queue', viewer, main: queuePage(view) }, '/console/queue');
  },
});

export const QUEUE_ENDPOINTS = [queue];

/** Reads items: one in full with its history of verdicts, or a list by filters. Another tenant's item does not exist. */
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { Problem } from '../../schemas/problem.js';
import type { ItemDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { Page } from '../../schemas/store/port.js';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';
import { EXAMPLE_ITEM_ID } from './intake-examples.js';
import { hasWords, type ItemsPlan, ItemsQuery, planItems } from './items-query.js';
import { Item, ItemSummary, itemSummary, itemView, verdictRevision } from './items-view.js';
import { bindCursor, Next, PAGE_QUERY, unbindCursor } from './page.js';
import { VerdictView, verdictView } from './verdict-view.js';

type ReadContext = Pick<ApiContext, 'collections' | 'sentenceOf'>;

/** Revisions that come with an item; the rest by pages. */
const REVISIONS_SHOWN = 20;
/** Full verdicts of one page: each may carry LIMITS.symbols reasons. */
const REVISIONS_PAGE = 50;

/** Walks of one page where words are left to be checked here, each within its share of LIMITS.pageScan. */
const WALKS = 10;

const ItemParams = z.object({ id: z.string().min(1).max(64) });

/** @throws {AssayError} `request.not_found`, also for an item of another tenant */
async function ownItem({ collections }: ReadContext, tenant: string, id: string): Promise<ItemDoc> {
  const doc = await collections.items.get(id);
  if (doc === null || doc.tenant !== tenant) {
    throw new AssayError('request.not_found', 'There is no item with this id.');
  }
  return doc;
}

const revisionScope = (tenant: string, id: string) => [tenant, 'revisions', id];

async function revisionPage(
  { collections }: ReadContext,
  { tenant, id, limit, cursor }: { tenant: string; id: string; limit: number; cursor?: string },
): Promise<Page<VerdictDoc>> {
  const after = unbindCursor(revisionScope(tenant, id), cursor);
  const { docs, next } = await collections.verdicts.page({
    index: 'by_item_revision',
    where: { itemId: id },
    order: 'desc',
    limit,
    ...(after === undefined ? {} : { after }),
  });
  return { docs, next: bindCursor(revisionScope(tenant, id), next) };
}

const NOT_FOUND = { description: 'No such item of this tenant', schema: Problem };

const one = defineEndpoint<ReadContext>()({
  method: 'get',
  path: '/v1/items/{id}',
  access: 'read',
  tag: 'Items',
  summary: 'One item with its verdict, reasons, attestation and history',
  description:
    'Verdict and attestation are two facts: a score never issues or revokes an attestation. The newest 20 verdicts come with the item.',
  params: ItemParams,
  responses: { 200: { description: 'The item as it stands', schema: Item }, 404: NOT_FOUND },
  examples: [
    { summary: 'An item', params: { id: EXAMPLE_ITEM_ID }, status: 200 },
    { summary: 'An id that nothing has', params: { id: 'AAAAAAAAAAAAAAAAAAAAAAAA' }, status: 404 },
  ],
  async handle(context, { principal, params: { id } }) {
    const { tenant } = principal!;
    const doc = await ownItem(context, tenant, id);
    const { docs, next } = await revisionPage(context, { tenant, id, limit: REVISIONS_SHOWN });
    const current =
      docs.find(({ _id }) => _id === doc.verdictId) ??
      (await context.collections.verdicts.get(doc.verdictId));
    const revisions = { items: docs.map(verdictRevision), next };
    const body = itemView(doc, current, revisions, (verdict) => verdictView(verdict, context));
    return { status: 200, body };
  },
});

const revisions = defineEndpoint<ReadContext>()({
  method: 'get',
  path: '/v1/items/{id}/revisions',
  access: 'read',
  tag: 'Items',
  summary: 'All verdicts of an item, newest first, with their reasons',
  params: ItemParams,
  query: z.strictObject(PAGE_QUERY),
  responses: {
    200: {
      description: `A page of verdicts, at most ${REVISIONS_PAGE}`,
      schema: z.object({ items: z.array(VerdictView), next: Next }).meta({ id: 'Revisions' }),
    },
    404: NOT_FOUND,
  },
  examples: [
    { summary: 'The newest', params: { id: EXAMPLE_ITEM_ID }, query: { limit: '1' }, status: 200 },
    {
      summary: 'A cursor from elsewhere',
      params: { id: EXAMPLE_ITEM_ID },
      query: { cursor: 'x' },
      status: 400,
    },
  ],
  async handle(context, { principal, params: { id }, query }) {
    const { tenant } = principal!;
    await ownItem(context, tenant, id);
    const limit = Math.min(query.limit ?? REVISIONS_PAGE, REVISIONS_PAGE);
    const page = await revisionPage(context, { tenant, id, limit, cursor: query.cursor });
    const items = page.docs.map(({ verdict }) => verdictView(verdict, context));
    return { status: 200, body: { items, next: page.next } };
  },
});

/**
 * One page of a plan. Words beyond the second are checked here, in a bounded number of walks; a page that ends early
 * says where to go on.
 */
async function itemsPage(
  { collections }: ReadContext,
  { query, alsoWords }: ItemsPlan,
  limit: number,
  cursor: string | undefined,
): Promise<Page<ItemDoc>> {
  const walks = alsoWords.length === 0 ? 1 : WALKS;
  const found: ItemDoc[] = [];
  let next = cursor ?? null;
  for (let walk = 0; walk < walks && found.length < limit; walk += 1) {
    const page: Page<ItemDoc> = await collections.items.page({
      ...query,
      limit: limit - found.length,
      scanLimit: LIMITS.pageScan / walks,
      ...(next === null ? {} : { after: next }),
    });
    found.push(...page.docs.filter((doc) => hasWords(doc, alsoWords)));
    next = page.next;
    if (next === null) break;
  }
  return { docs: found, next };
}

const list = defineEndpoint<ReadContext>()({
  method: 'get',
  path: '/v1/items',
  access: 'read',
  tag: 'Items',
  summary: 'Items by filters, newest first',
  description:
    'Filters are combined with "and". A page looks at a bounded number of items, so one with rare combinations may be short and still have a `next`.',
  query: ItemsQuery,
  responses: {
    200: {
      description: 'A page of items',
      schema: z.object({ items: z.array(ItemSummary), next: Next }).meta({ id: 'Items' }),
    },
  },
  examples: [
    { summary: 'The newest items', query: { limit: '10' }, status: 200 },
    {
      summary: 'Flagged items that wait for a moderator',
      query: { band: 'machine', review: 'open' },
      status: 200,
    },
    {
      summary: 'A search within one conversation',
      query: { conversation: '40', words: 'river' },
      status: 200,
    },
    { summary: 'Highest scores first', query: { sort: 'score', minScore: '0.5' }, status: 200 },
    { summary: 'A filter that does not exist', query: { colour: 'red' }, status: 400 },
  ],
  async handle(context, { principal, query: { limit = LIMITS.pageDefault, cursor, ...filters } }) {
    const { tenant } = principal!;
    const scope = [tenant, 'items', filters];
    const after = unbindCursor(scope, cursor);
    const { docs, next } = await itemsPage(context, planItems(tenant, filters), limit, after);
    return { status: 200, body: { items: docs.map(itemSummary), next: bindCursor(scope, next) } };
  },
});

export const ITEM_ENDPOINTS = [list, one, revisions];

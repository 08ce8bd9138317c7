/** From one review to the next: the item that has been open longest, whatever its band; the queue when there is none. */
import type { ApiContext } from '../api/context.js';
import { defineEndpoint } from '../api/endpoint.js';
import { settleClaims } from '../review/copy-state.js';
import { itemPath } from './item-row.js';
import { seeOther } from './layout.js';

/** Where the next open item is. */
export async function nextOpen(
  context: Pick<ApiContext, 'clock' | 'collections'>,
  tenant: string,
): Promise<string> {
  await settleClaims(context, tenant);
  const { docs } = await context.collections.items.page({
    index: 'by_review',
    where: { tenant, reviewState: 'open' },
    residual: { deleted: false },
    order: 'asc',
    limit: 1,
  });
  return docs[0] === undefined ? '/console/queue?band=any&review=open' : itemPath(docs[0]._id);
}

const next = defineEndpoint<Pick<ApiContext, 'clock' | 'collections'>>()({
  method: 'get',
  path: '/console/next',
  access: 'read',
  tag: 'Console',
  summary: 'Goes to the item that has been open for review longest',
  responses: { 303: { description: 'To the item, or to the queue when none is open' } },
  async handle(context, { principal }) {
    return seeOther(await nextOpen(context, principal!.tenant));
  },
});

export const NEXT_ENDPOINTS = [next];

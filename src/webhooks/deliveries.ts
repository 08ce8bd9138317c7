/** Deliveries for those who look after a webhook: listed by state, sent again, swept when their time has come. */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { WebhookDeliveryDoc } from '../../schemas/store/documents.js';
import type { Cursor, Page } from '../../schemas/store/port.js';
import type { DeliveryState } from '../../schemas/webhook.js';
import type { Context } from '../context.js';
import { sweep } from '../store/sweep.js';
import { type WebhookStore, webhookOf } from './registry.js';

export interface DeliveryQuery {
  state: DeliveryState;
  limit: number;
  after?: Cursor;
}

/** Newest first. @throws {AssayError} `request.not_found`, `request.cursor` */
export async function listDeliveries(
  store: WebhookStore,
  tenant: string,
  webhook: string,
  { state, limit, after }: DeliveryQuery,
): Promise<Page<WebhookDeliveryDoc>> {
  await webhookOf(store, tenant, webhook);
  return store.collections.webhookDeliveries.page({
    index: 'by_state',
    where: { webhook, state },
    order: 'desc',
    limit,
    ...(after === undefined ? {} : { after }),
  });
}

/** Begins a settled delivery anew, under the id it had, with a day of tries before it. */
const again = (webhook: string, now: number) => ({
  set: {
    state: 'pending',
    queue: webhook,
    dueMs: now,
    claim: null,
    tries: 0,
    firstTryMs: null,
    settledMs: null,
    expiresMs: now + LIMITS.webhookKeptMs,
  },
});

/** @throws {AssayError} `request.not_found`, `webhook.state` while it still waits */
export async function replayDelivery(
  store: WebhookStore,
  tenant: string,
  webhook: string,
  id: string,
): Promise<WebhookDeliveryDoc> {
  await webhookOf(store, tenant, webhook);
  const { webhookDeliveries } = store.collections;
  const guard = { webhook, state: { in: ['delivered', 'failed'] } };
  const replayed = await webhookDeliveries.findAndUpdate(id, again(webhook, store.clock()), guard);
  if (replayed !== null) return replayed;
  const found = await webhookDeliveries.get(id);
  if (found?.webhook !== webhook)
    throw new AssayError('request.not_found', 'There is no delivery with this id.');
  throw new AssayError('webhook.state', 'the delivery still waits to be sent');
}

/**
 * Begins all that failed anew, the oldest first, at most LIMITS.webhookReplay at a time.
 * @returns how many, and whether there are more
 */
export async function replayFailed(
  store: WebhookStore,
  tenant: string,
  webhook: string,
): Promise<{ replayed: number; more: boolean }> {
  await webhookOf(store, tenant, webhook);
  const { webhookDeliveries } = store.collections;
  const where = { webhook, state: 'failed' };
  const { docs, next } = await webhookDeliveries.page({
    index: 'by_state',
    where,
    limit: LIMITS.webhookReplay,
  });
  const change = again(webhook, store.clock());
  const outcomes = await webhookDeliveries.bulk(
    docs.map(({ _id }) => ({ update: { id: _id, guard: where, change } })),
  );
  return { replayed: outcomes.filter(({ did }) => did === 'updated').length, more: next !== null };
}

/** Deletes deliveries whose time has come: delivered after three days, others after thirty. */
export const sweepDeliveries = ({
  collections,
  clock,
}: Pick<Context, 'collections' | 'clock'>): Promise<number> =>
  sweep(collections.webhookDeliveries, { index: 'by_expiry', path: 'expiresMs', beforeMs: clock() });

/** Webhooks looked at for the oldest delivery; more of them only make the figure a lower bound. */
const LOOKED_AT = 500;

/** Age in seconds of the oldest delivery that waits for an active webhook; 0 when none does. */
export async function oldestWaitingS(
  { collections, clock }: WebhookStore,
  heads: readonly string[],
): Promise<number> {
  const webhooks = await collections.webhooks.getMany(heads.slice(0, LOOKED_AT));
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const webhook of webhooks) {
    if (webhook?.state !== 'active') continue;
    const where = { webhook: webhook._id, state: 'pending' };
    const { docs } = await collections.webhookDeliveries.page({ index: 'by_state', where, limit: 1 });
    for (const { createdMs } of docs) oldestMs = Math.min(oldestMs, createdMs);
  }
  return oldestMs === Number.POSITIVE_INFINITY ? 0 : Math.max(0, clock() - oldestMs) / 1_000;
}

/**
 * Puts what recorded verdicts owe to their tenants' webhooks into the store, one delivery per webhook and verdict, to be
 * sent by src/webhooks. A webhook that is down holds up its own deliveries and nothing else, and a verdict that is
 * announced twice makes the same delivery, which is there already.
 */
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { VerdictDoc, WebhookDeliveryDoc, WebhookDoc } from '../../schemas/store/documents.js';
import type { RecordCollections } from '../records.js';

type FanOutCollections = Pick<RecordCollections, 'webhooks' | 'webhookDeliveries'>;

export const deliveryId = (webhook: string, verdictId: string): string =>
  hashId('webhook-delivery', webhook, verdictId);

/** A delivery as it begins. Made of the verdict alone, so that it is the same whenever it is made. */
const deliveryOf = (webhook: WebhookDoc, verdict: VerdictDoc): WebhookDeliveryDoc => ({
  _id: deliveryId(webhook._id, verdict._id),
  tenant: verdict.tenant,
  webhook: webhook._id,
  verdictId: verdict._id,
  itemId: verdict.itemId,
  state: 'pending',
  queue: webhook._id,
  dueMs: verdict.decidedMs,
  claim: null,
  tries: 0,
  firstTryMs: null,
  lastTryMs: null,
  lastStatus: null,
  lastFailure: null,
  createdMs: verdict.decidedMs,
  settledMs: null,
  expiresMs: verdict.decidedMs + LIMITS.webhookKeptMs,
});

/** Webhooks of a tenant that are told of new verdicts: those that are paused as well, they get them later. */
async function listeners(tenant: string, { webhooks }: FanOutCollections): Promise<WebhookDoc[]> {
  const { docs } = await webhooks.page({ index: 'by_tenant', where: { tenant }, limit: LIMITS.webhooks });
  return docs.filter(({ state }) => state !== 'disabled');
}

/** Resolves when every delivery is in the store for good. */
export async function fanOut(docs: readonly VerdictDoc[], collections: FanOutCollections): Promise<void> {
  const owing = docs.filter(({ pending }) => pending.some(({ to }) => to === 'webhook'));
  for (const tenant of new Set(owing.map((doc) => doc.tenant))) {
    const own = owing.filter((doc) => doc.tenant === tenant);
    for (const webhook of await listeners(tenant, collections)) {
      await collections.webhookDeliveries.bulk(own.map((doc) => ({ insert: deliveryOf(webhook, doc) })));
    }
  }
}

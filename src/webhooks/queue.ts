/**
 * The queues of deliveries in the store, one per webhook, and the guarded changes that move a delivery through its
 * states. A claim is the due time moved ahead: who dies with it loses it when that time has come, and the delivery is
 * tried again under the same id.
 */
import { LIMITS } from '../../schemas/limits.js';
import type { WebhookDeliveryDoc } from '../../schemas/store/documents.js';
import type { Change, Collection } from '../../schemas/store/port.js';
import type { Outcome } from './attempt.js';

type Deliveries = Collection<WebhookDeliveryDoc>;

/** Queues looked at in one round; the next round goes on where it stopped. */
export const HEADS = 1_000;

/**
 * The delivery that is due first of each queue, in the order of queues from after `last` and round to it: one step along
 * the index per queue, however much waits in it.
 */
export async function heads(
  deliveries: Deliveries,
  last: string,
  most = HEADS,
): Promise<WebhookDeliveryDoc[]> {
  const found: WebhookDeliveryDoc[] = [];
  const walk = async (from: string, upTo: string | null): Promise<void> => {
    let after = from;
    while (found.length < most) {
      const where = { queue: { gt: after, ...(upTo === null ? {} : { lte: upTo }) } };
      const [head] = (await deliveries.page({ index: 'by_queue', where, limit: 1 })).docs;
      if (head?.queue == null) return;
      found.push(head);
      after = head.queue;
    }
  };
  await walk(last, null);
  if (last !== '') await walk('', last);
  return found;
}

/**
 * Claims what is due of a queue, at most `room` deliveries, for LIMITS.webhookClaimMs.
 * @param claim names the claimant and is used once
 */
export async function claimDue(
  deliveries: Deliveries,
  { queue, now, room, claim }: { queue: string; now: number; room: number; claim: string },
): Promise<WebhookDeliveryDoc[]> {
  const where = { queue, dueMs: { lte: now } };
  const { docs } = await deliveries.page({ index: 'by_queue', where, limit: room });
  const claims = docs.map((doc) => {
    const set = {
      claim,
      dueMs: now + LIMITS.webhookClaimMs,
      firstTryMs: doc.firstTryMs ?? now,
      lastTryMs: now,
    };
    return { doc, set };
  });
  const outcomes = await deliveries.bulk(
    claims.map(({ doc, set }) => ({
      update: {
        id: doc._id,
        guard: { queue, dueMs: doc.dueMs, claim: doc.claim },
        change: { set, inc: { tries: 1 } },
      },
    })),
  );
  return claims.flatMap(({ doc, set }, at) =>
    outcomes[at]?.did === 'updated' ? [{ ...doc, ...set, tries: doc.tries + 1 }] : [],
  );
}

/** A change by who holds the claim. @returns false when the claim was lost, or the delivery is gone */
async function change(deliveries: Deliveries, doc: WebhookDeliveryDoc, set: Change['set']): Promise<boolean> {
  const guard = { claim: doc.claim, state: 'pending' };
  const { did } = await deliveries.update(doc._id, { set: { ...set, claim: null } }, { guard });
  return did === 'updated';
}

type Result = Pick<Outcome, 'status' | 'failure'>;

export const markDelivered = (
  deliveries: Deliveries,
  doc: WebhookDeliveryDoc,
  { status }: Result,
  now: number,
) =>
  change(deliveries, doc, {
    state: 'delivered',
    queue: null,
    lastStatus: status,
    lastFailure: null,
    settledMs: now,
    expiresMs: now + LIMITS.webhookDeliveredMs,
  });

export const markFailed = (deliveries: Deliveries, doc: WebhookDeliveryDoc, result: Result, now: number) =>
  change(deliveries, doc, {
    state: 'failed',
    queue: null,
    lastStatus: result.status,
    lastFailure: result.failure,
    settledMs: now,
    expiresMs: now + LIMITS.webhookKeptMs,
  });

export const markRetry = (deliveries: Deliveries, doc: WebhookDeliveryDoc, result: Result, dueMs: number) =>
  change(deliveries, doc, { dueMs, lastStatus: result.status, lastFailure: result.failure });

/** Gives a delivery back untried: it is due at once, for whoever comes. */
export const giveBack = (deliveries: Deliveries, doc: WebhookDeliveryDoc, now: number) =>
  change(deliveries, doc, {
    dueMs: now,
    tries: doc.tries - 1,
    firstTryMs: doc.tries > 1 ? doc.firstTryMs : null,
  });

/** Deletes a page of what waits for a webhook that is gone. */
export async function dropQueue(deliveries: Deliveries, queue: string): Promise<void> {
  const { docs } = await deliveries.page({ index: 'by_queue', where: { queue }, limit: LIMITS.batchItems });
  await deliveries.bulk(docs.map(({ _id }) => ({ delete: { id: _id, guard: { queue } } })));
}

/** One claimed delivery from its try to its mark: delivered, to be tried again, failed for good, or given back untried. */
import type { Logger } from 'pino';
import type { VerdictDoc, WebhookDeliveryDoc, WebhookDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';
import { type AttemptParts, attempt, type Outcome } from './attempt.js';
import { nextTryMs } from './backoff.js';
import * as queue from './queue.js';

/** What became of a try, for metrics. */
export type TryResult = 'delivered' | 'retry' | 'failed';

export interface DeliverParts extends AttemptParts {
  collections: Pick<Context['collections'], 'webhooks' | 'webhookDeliveries'>;
  logger: Logger;
  /** In [0, 1); for the jitter. */
  random?: () => number;
  onTry?: (result: TryResult) => void;
}

export interface Claimed {
  webhook: WebhookDoc;
  delivery: WebhookDeliveryDoc;
  /** Null when nothing is left of it. */
  verdict: VerdictDoc | null;
}

const UNTOLD: Outcome = { delivered: false, status: null, failure: null, askedMs: 0 };

/** A try that failed: another one, or the end of them. */
async function putOff({ webhook, delivery }: Claimed, outcome: Outcome, parts: DeliverParts): Promise<void> {
  const { clock, collections, random = Math.random, logger, onTry } = parts;
  const { webhooks, webhookDeliveries } = collections;
  const nowMs = clock();
  const gone = outcome.failure === 'gone';
  if (gone) {
    await webhooks.update(webhook._id, { set: { state: 'disabled' } }, { guard: { state: 'active' } });
    logger.info({ webhook: webhook._id }, 'a webhook says that it is gone, and is disabled');
  }
  const { tries, firstTryMs } = delivery;
  const tried = { tries, firstTryMs: firstTryMs ?? nowMs, nowMs, askedMs: outcome.askedMs };
  const next = gone ? null : nextTryMs(tried, random());
  const marked =
    next === null
      ? await queue.markFailed(webhookDeliveries, delivery, outcome, nowMs)
      : await queue.markRetry(webhookDeliveries, delivery, outcome, next);
  if (marked) onTry?.(next === null ? 'failed' : 'retry');
}

/**
 * @param signal gives the try up
 * @returns whether it was delivered; null when the try says nothing about the receiver
 * @throws {AssayError} when the store cannot be reached: then the claim runs out, and it is tried again under the same id
 */
export async function deliver(
  claimed: Claimed,
  parts: DeliverParts,
  signal: AbortSignal,
): Promise<boolean | null> {
  const { webhook, delivery, verdict } = claimed;
  const { clock, collections, logger, onTry } = parts;
  const { webhookDeliveries } = collections;
  if (verdict === null) {
    await webhookDeliveries.delete(delivery._id, { claim: delivery.claim });
    return null;
  }
  const at = { webhook: webhook._id, delivery: delivery._id };
  let outcome: Outcome;
  try {
    outcome = await attempt(webhook, verdict, parts, signal);
  } catch (error) {
    if (signal.aborted) {
      await queue.giveBack(webhookDeliveries, delivery, clock());
      return null;
    }
    logger.error({ err: error, ...at }, 'a delivery could not be made ready');
    outcome = UNTOLD;
  }
  if (outcome.delivered) {
    if (await queue.markDelivered(webhookDeliveries, delivery, outcome, clock())) onTry?.('delivered');
    return true;
  }
  const { status, failure, cause } = outcome;
  logger.info({ err: cause, status, failure, tries: delivery.tries, ...at }, 'a delivery did not arrive');
  await putOff(claimed, outcome, parts);
  return failure === null ? null : false;
}

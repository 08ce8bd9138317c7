/**
 * Sends what waits in the queues of webhooks. A round walks the queues in turn, claims what is due as far as there is
 * room, and lets it go; each try ends by itself, marks its delivery, and calls for another round. Several processes may
 * do so on one store: a claim keeps them from sending the same thing at the same time.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { VerdictDoc, WebhookDeliveryDoc, WebhookDoc } from '../../schemas/store/documents.js';
import { pause } from '../../streams/retry.js';
import type { Context } from '../context.js';
import { type AttemptParts, attempt, type Outcome } from './attempt.js';
import { nextTryMs } from './backoff.js';
import { type LaneLimits, Lanes } from './lanes.js';
import * as queue from './queue.js';

/** What became of a try, for metrics. */
export type TryResult = 'delivered' | 'retry' | 'failed';

export interface SenderParts extends AttemptParts {
  collections: Pick<Context['collections'], 'webhooks' | 'webhookDeliveries' | 'verdicts'>;
  logger: Logger;
  /** In [0, 1); for the jitter. */
  random?: () => number;
  limits?: LaneLimits;
  /** Queues looked at in one round. */
  queues?: number;
  onTry?: (result: TryResult) => void;
  /** Time the tries in hand get when the sender stops. */
  graceMs?: number;
}

/** How often the queues are looked at when nobody has called. */
const POLL_MS = 1_000;
const RETRY_MS = 1_000;
const GRACE_MS = 1_500;
const UNTOLD: Outcome = { delivered: false, status: null, failure: null, askedMs: 0 };

export class WebhookSender {
  readonly #parts: SenderParts;
  readonly #lanes: Lanes;
  readonly #name = randomUUID();
  readonly #stopping = new AbortController();
  readonly #givingUp = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #claims = 0;
  #last = '';
  #woken = false;
  #wake: () => void = () => undefined;
  #loop: Promise<void> | null = null;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts.limits);
  }

  /** One look at every queue. @returns how many tries it began */
  async round(): Promise<number> {
    const { clock, collections, queues = queue.HEADS } = this.#parts;
    const found = await queue.heads(collections.webhookDeliveries, this.#last, queues);
    const due = found.filter(({ dueMs }) => dueMs <= clock());
    const webhooks = await collections.webhooks.getMany(due.map((head) => head.webhook));
    let begun = 0;
    for (const [at, head] of due.entries()) {
      if (this.#stopping.signal.aborted) break;
      const webhook = webhooks[at] ?? null;
      if (webhook === null) await this.#drop(head.webhook);
      else if (webhook.state === 'active') begun += await this.#fill(webhook);
    }
    // There may be more queues than one round looks at, and all of these may be paused.
    if (found.length >= queues) this.#last = found.at(-1)?.webhook ?? '';
    return begun;
  }

  async #drop(webhook: string): Promise<void> {
    this.#lanes.forget(webhook);
    await queue.dropQueue(this.#parts.collections.webhookDeliveries, webhook);
    this.wake();
  }

  /** Begins what is due of one webhook, as far as there is room. */
  async #fill(webhook: WebhookDoc): Promise<number> {
    const { clock, collections } = this.#parts;
    const room = this.#lanes.room(webhook.tenant, webhook._id);
    if (room === 0) return 0;
    this.#claims += 1;
    const claim = `${this.#name}:${this.#claims}`;
    const wanted = { queue: webhook._id, now: clock(), room, claim };
    const claimed = await queue.claimDue(collections.webhookDeliveries, wanted);
    if (claimed.length > 0) this.#last = webhook._id;
    const verdicts = await collections.verdicts.getMany(claimed.map(({ verdictId }) => verdictId));
    for (const [at, delivery] of claimed.entries()) this.#begin(webhook, delivery, verdicts[at] ?? null);
    return claimed.length;
  }

  #begin(webhook: WebhookDoc, delivery: WebhookDeliveryDoc, verdict: VerdictDoc | null): void {
    this.#lanes.begin(webhook.tenant, webhook._id);
    let delivered: boolean | null = null;
    const work = this.#try(webhook, delivery, verdict)
      .then((result) => {
        delivered = result;
      })
      .catch((error: unknown) => {
        // The claim runs out by itself, and the delivery is tried again under the same id.
        this.#parts.logger.warn({ err: error, delivery: delivery._id }, 'a delivery could not be marked');
      })
      .finally(() => {
        this.#lanes.end(webhook.tenant, webhook._id, delivered);
        this.#running.delete(work);
        this.wake();
      });
    this.#running.add(work);
  }

  /** @returns whether it was delivered, null when the try says nothing about the receiver */
  async #try(
    webhook: WebhookDoc,
    delivery: WebhookDeliveryDoc,
    verdict: VerdictDoc | null,
  ): Promise<boolean | null> {
    const { clock, collections, logger } = this.#parts;
    const { webhookDeliveries } = collections;
    if (verdict === null) {
      // Nothing is left to tell.
      await webhookDeliveries.delete(delivery._id, { claim: delivery.claim });
      return null;
    }
    const at = { webhook: webhook._id, delivery: delivery._id };
    let outcome: Outcome;
    try {
      outcome = await attempt(webhook, verdict, this.#parts, this.#givingUp.signal);
    } catch (error) {
      if (this.#givingUp.signal.aborted) {
        await queue.giveBack(webhookDeliveries, delivery, clock());
        return null;
      }
      logger.error({ err: error, ...at }, 'a delivery could not be made ready');
      outcome = UNTOLD;
    }
    if (outcome.delivered) {
      if (await queue.markDelivered(webhookDeliveries, delivery, outcome, clock())) this.#told('delivered');
      return true;
    }
    const { status, failure, cause } = outcome;
    logger.info({ err: cause, status, failure, tries: delivery.tries, ...at }, 'a delivery did not arrive');
    await this.#after(webhook, delivery, outcome);
    return failure === null ? null : false;
  }

  /** A try that failed: another one, or the end of them. */
  async #after(webhook: WebhookDoc, delivery: WebhookDeliveryDoc, outcome: Outcome): Promise<void> {
    const { clock, collections, random = Math.random, logger } = this.#parts;
    const nowMs = clock();
    const { tries, firstTryMs } = delivery;
    const tried = { tries, firstTryMs: firstTryMs as number, nowMs, askedMs: outcome.askedMs };
    const next = outcome.failure === 'gone' ? null : nextTryMs(tried, random());
    if (outcome.failure === 'gone') {
      const change = { set: { state: 'disabled' } };
      await collections.webhooks.update(webhook._id, change, { guard: { state: 'active' } });
      logger.info({ webhook: webhook._id }, 'a webhook says that it is gone, and is disabled');
    }
    const marked =
      next === null
        ? await queue.markFailed(collections.webhookDeliveries, delivery, outcome, nowMs)
        : await queue.markRetry(collections.webhookDeliveries, delivery, outcome, next);
    if (marked) this.#told(next === null ? 'failed' : 'retry');
  }

  #told(result: TryResult): void {
    this.#parts.onTry?.(result);
  }

  /** Resolves when no try is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Says that there may be something to send. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#woken = false;
      try {
        await this.round();
        if (!this.#woken) await this.#sleep(signal);
      } catch (error) {
        this.#parts.logger.warn({ err: error }, 'the queues of webhooks could not be read; trying again');
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const now = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', now);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(now, POLL_MS);
      this.#wake = now;
      signal.addEventListener('abort', now);
    });
  }

  /** Begins nothing more; what is on the way gets a moment to arrive, and goes back into its queue after it. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    const late = setTimeout(() => this.#givingUp.abort(), this.#parts.graceMs ?? GRACE_MS);
    await this.idle();
    clearTimeout(late);
  }
}

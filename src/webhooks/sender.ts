/**
 * Sends what waits in the queues of webhooks. A round walks the queues in turn, claims what is due as far as there is
 * room, and lets it go; each try ends by itself, marks its delivery, and calls for another round. Several processes may
 * do so on one store: a claim keeps them from sending the same thing at the same time.
 */
import { randomUUID } from 'node:crypto';
import type { VerdictDoc, WebhookDeliveryDoc, WebhookDoc } from '../../schemas/store/documents.js';
import { Alarm } from '../../streams/alarm.js';
import { pause } from '../../streams/retry.js';
import type { Context } from '../context.js';
import { type DeliverParts, deliver } from './deliver.js';
import { type LaneLimits, Lanes } from './lanes.js';
import * as queue from './queue.js';

export interface SenderParts extends DeliverParts {
  collections: Pick<Context['collections'], 'webhooks' | 'webhookDeliveries' | 'verdicts'>;
  limits?: LaneLimits;
  /** Queues looked at in one round. */
  queues?: number;
  /** Time the tries in hand get when the sender stops. */
  graceMs?: number;
}

/** How often the queues are looked at when nobody has called. */
const POLL_MS = 1_000;
const RETRY_MS = 1_000;
const GRACE_MS = 1_500;

export class WebhookSender {
  readonly #parts: SenderParts;
  readonly #lanes: Lanes;
  readonly #name = randomUUID();
  readonly #stopping = new AbortController();
  readonly #givingUp = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #claims = 0;
  #last = '';
  readonly #alarm = new Alarm();
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
    const work = deliver({ webhook, delivery, verdict }, this.#parts, this.#givingUp.signal)
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

  /** Resolves when no try is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Says that there may be something to send. */
  wake(): void {
    this.#alarm.ring();
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#alarm.reset();
      try {
        await this.round();
        await this.#alarm.wait(POLL_MS, signal);
      } catch (error) {
        this.#parts.logger.warn({ err: error }, 'the queues of webhooks could not be read; trying again');
        await pause(RETRY_MS, signal);
      }
    }
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

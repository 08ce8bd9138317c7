/**
 * Stage 5 of 5: what was recorded is made known. The announcer works beside the batches: it follows the outbox that
 * lies in the verdict documents and empties it to the verdicts topic, the evidence topic, the queues of webhooks and the
 * counters. Nothing recorded stays unannounced, whoever died in between; nothing unrecorded is announced.
 */
import type { Logger } from 'pino';
import { Alarm } from './alarm.js';
import { ShardDrain } from './announce/drain.js';
import { type Leases, soleOwner } from './announce/lease.js';
import type { Log } from './log/port.js';
import { OUTBOX_SHARDS_MAX, type RecordCollections } from './records.js';
import { pause } from './retry.js';

/** How often the outbox is looked at when nobody has called. */
const POLL_MS = 500;
const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 5_000;

export interface AnnouncerParts {
  log: Log;
  collections: RecordCollections;
  logger: Logger;
  leases?: Leases;
  /** Told how many verdicts were announced. */
  onAnnounced?: (count: number) => void;
}

export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #leases: Leases;
  readonly #drains: ShardDrain[];
  #stopping = new AbortController();
  readonly #alarm = new Alarm();
  #loop: Promise<void> | null = null;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#leases = parts.leases ?? soleOwner;
    this.#drains = Array.from(
      { length: OUTBOX_SHARDS_MAX },
      (_none, shard) => new ShardDrain(shard, parts.log, parts.collections),
    );
  }

  /** Verdicts with something pending, counted up to `limit`. */
  async pending(limit: number): Promise<number> {
    let count = 0;
    for (let shard = 0; shard < OUTBOX_SHARDS_MAX && count < limit; shard += 1) {
      count += await this.#parts.collections.verdicts.count({
        index: 'by_shard',
        where: { shard },
        limit: limit - count,
        scanLimit: limit,
      });
    }
    return count;
  }

  /** One page of each shard that is ours. @returns how many verdicts were announced */
  async round(): Promise<number> {
    // Every shard comes to its end before the next round begins, also when another one fails.
    const results = await Promise.allSettled(
      this.#drains.map(async (drain, shard) => ((await this.#leases.mine(shard)) ? drain.page() : 0)),
    );
    const announced = results.reduce(
      (sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0),
      0,
    );
    if (announced > 0) this.#parts.onAnnounced?.(announced);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return announced;
  }

  /** Announces until nothing of ours is pending. */
  async drain(): Promise<void> {
    while ((await this.round()) > 0);
  }

  /** Says that something was recorded. */
  wake(): void {
    this.#alarm.ring();
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let retryMs = RETRY_FIRST_MS;
    while (!signal.aborted) {
      this.#alarm.reset();
      try {
        const announced = await this.round();
        retryMs = RETRY_FIRST_MS;
        if (announced === 0) await this.#alarm.wait(POLL_MS, signal);
      } catch (error) {
        this.#parts.logger.warn({ err: error, retryMs }, 'announcing failed; trying again');
        await pause(retryMs, signal);
        retryMs = Math.min(retryMs * 2, RETRY_LAST_MS);
      }
    }
  }

  /** Finishes the page in hand and gives the shards back. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await this.#leases.release();
  }
}

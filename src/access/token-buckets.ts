/**
 * Token buckets: a caller may burst up to a minute's worth and then goes on at its rate. Kept in memory per process
 * and bounded: what was touched longest ago is forgotten first, and a forgotten bucket was most likely full again.
 */
import type { Clock } from '../context.js';

interface Bucket {
  tokens: number;
  atMs: number;
}

const MAX_BUCKETS = 10_000;

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: Clock;
  readonly #max: number;

  constructor(clock: Clock, max = MAX_BUCKETS) {
    this.#clock = clock;
    this.#max = max;
  }

  #tokens(id: string, perMinute: number, now: number): number {
    const old = this.#buckets.get(id) ?? { tokens: perMinute, atMs: now };
    return Math.min(perMinute, old.tokens + (Math.max(0, now - old.atMs) * perMinute) / 60_000);
  }

  /** Tokens there are now, at least 0. */
  left(id: string, perMinute: number): number {
    return Math.max(0, Math.floor(this.#tokens(id, perMinute, this.#clock())));
  }

  /**
   * Takes tokens. More than a whole bucket is taken from a full one, and the bucket owes the rest: what comes in one piece
   * is let in or not, and would otherwise never be.
   * @param perMinute size of the bucket and tokens that come back a minute
   * @returns 0 when they were taken, else the whole seconds until there are enough
   */
  take(id: string, perMinute: number, count = 1): number {
    const now = this.#clock();
    const perMs = perMinute / 60_000;
    const tokens = this.#tokens(id, perMinute, now);
    const needed = Math.min(count, perMinute);
    const taken = tokens >= needed;
    this.#buckets.delete(id);
    this.#buckets.set(id, { tokens: taken ? tokens - count : tokens, atMs: now });
    if (this.#buckets.size > this.#max) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return taken ? 0 : Math.max(1, Math.ceil((needed - tokens) / perMs / 1000));
  }

  get size(): number {
    return this.#buckets.size;
  }
}

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

  /**
   * Takes one token.
   * @param perMinute size of the bucket and tokens that come back a minute
   * @returns 0 when it was taken, else the whole seconds until there is one
   */
  take(id: string, perMinute: number): number {
    const now = this.#clock();
    const old = this.#buckets.get(id) ?? { tokens: perMinute, atMs: now };
    const perMs = perMinute / 60_000;
    const tokens = Math.min(perMinute, old.tokens + Math.max(0, now - old.atMs) * perMs);
    const taken = tokens >= 1;
    this.#buckets.delete(id);
    this.#buckets.set(id, { tokens: taken ? tokens - 1 : tokens, atMs: now });
    if (this.#buckets.size > this.#max) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return taken ? 0 : Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
  }

  get size(): number {
    return this.#buckets.size;
  }
}

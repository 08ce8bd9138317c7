/** Holds work to a rate: each stretch of it waits until the stretches before have used up their time. */
import { pause } from '../retry.js';

export class Pace {
  readonly #perSecond: number | null;
  readonly #now: () => number;
  readonly #wait: typeof pause;
  #nextMs = Number.NEGATIVE_INFINITY;

  /**
   * @param perSecond largest rate; null for none
   * @param now milliseconds that only rise
   */
  constructor(perSecond: number | null, now: () => number = () => performance.now(), wait = pause) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#wait = wait;
  }

  /** Resolves when `count` more may be done, or when the signal is aborted. */
  async take(count: number, signal?: AbortSignal): Promise<void> {
    if (this.#perSecond === null) return;
    const now = this.#now();
    const begin = Math.max(now, this.#nextMs);
    this.#nextMs = begin + (count * 1_000) / this.#perSecond;
    if (begin > now) await this.#wait(begin - now, signal);
  }
}

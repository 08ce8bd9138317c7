/**
 * Whether so much waits to be scored that texts get the first stage only: above the high mark, until the low one. Measured
 * at most once a second, so that asking costs nothing.
 */
import type { Marks } from './back-pressure.js';

const MEASURE_EVERY_MS = 1_000;

export interface OverloadParts {
  /** Records not yet scored. */
  lag(): Promise<number>;
  /** Null: never overloaded. */
  marks: Marks | null;
  clock(): number;
  /** Told of each change. */
  onChange?(overloaded: boolean): void;
}

export class Overload {
  readonly #parts: OverloadParts;
  #level = 0;
  #overloaded = false;
  #measuredMs = Number.NEGATIVE_INFINITY;

  constructor(parts: OverloadParts) {
    this.#parts = parts;
  }

  get overloaded(): boolean {
    return this.#overloaded;
  }

  /** Measures when the last measurement is old. A log that cannot be asked leaves things as they are. */
  async look(): Promise<boolean> {
    const { marks, clock, lag, onChange } = this.#parts;
    const now = clock();
    const fresh = now >= this.#measuredMs && now - this.#measuredMs < MEASURE_EVERY_MS;
    if (marks === null || fresh) return this.#overloaded;
    this.#measuredMs = now;
    this.#level = await lag().catch(() => this.#level);
    const before = this.#overloaded;
    this.#overloaded = marks.closedAt(this.#level);
    if (before !== this.#overloaded) onChange?.(this.#overloaded);
    return this.#overloaded;
  }
}

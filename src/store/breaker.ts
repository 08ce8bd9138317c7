/**
 * The circuit breaker before the store: after failures in a row nobody asks it for a while, then one call tries, and its
 * outcome decides. A store that is down is not beaten by everybody who waits for it, and callers are told at once.
 */
import { AssayError } from '../../schemas/errors.js';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  /** Failures in a row that open it. */
  failures?: number;
  /** How long it stays open, in ms: at first, and at most after trials that failed. */
  firstOpenMs?: number;
  lastOpenMs?: number;
  /** Milliseconds that only rise; default the process's own. */
  now?: () => number;
  /** Told of each change. */
  onChange?: (state: BreakerState) => void;
}

/** Whether an error says that the store did not answer, not that it refused something. */
const isOutage = (error: unknown): boolean =>
  error instanceof AssayError && error.code === 'store.unavailable';

export class Breaker {
  readonly #failures: number;
  readonly #firstOpenMs: number;
  readonly #lastOpenMs: number;
  readonly #now: () => number;
  onChange: (state: BreakerState) => void;
  #state: BreakerState = 'closed';
  #inARow = 0;
  #openMs: number;
  #untilMs = 0;
  #trying = false;
  /** Rises with every change: what was begun before says nothing about the state after. */
  #era = 0;

  constructor(options: BreakerOptions = {}) {
    const { failures = 5, firstOpenMs = 500, lastOpenMs = 10_000, now = () => performance.now() } = options;
    this.#failures = failures;
    this.#firstOpenMs = firstOpenMs;
    this.#lastOpenMs = lastOpenMs;
    this.#openMs = firstOpenMs;
    this.#now = now;
    this.onChange = options.onChange ?? (() => undefined);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /**
   * Runs work, unless the store is to be left alone.
   * @throws {AssayError} `store.unavailable` with the time to come back when it is; what the work throws
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const trial = this.#enter();
    const era = this.#era;
    try {
      const result = await work();
      if (era === this.#era) this.#succeeded();
      return result;
    } catch (error) {
      if (era === this.#era) {
        // A store that refuses something has answered.
        if (isOutage(error)) this.#failed();
        else this.#succeeded();
      }
      throw error;
    } finally {
      if (trial && era === this.#era) this.#trying = false;
    }
  }

  /** @returns whether the work is the trial of a half-open breaker */
  #enter(): boolean {
    if (this.#state === 'open' && this.#now() >= this.#untilMs) this.#change('half-open');
    if (this.#state === 'closed') return false;
    if (this.#state === 'half-open' && !this.#trying) {
      this.#trying = true;
      return true;
    }
    const leftMs = Math.max(0, this.#untilMs - this.#now());
    const retryAfterS = Math.max(1, Math.ceil(leftMs / 1_000));
    throw new AssayError('store.unavailable', 'The store did not answer and is left alone for a while.', {
      retryAfterS,
    });
  }

  #succeeded(): void {
    this.#inARow = 0;
    if (this.#state === 'closed') return;
    this.#openMs = this.#firstOpenMs;
    this.#change('closed');
  }

  #failed(): void {
    this.#inARow += 1;
    if (this.#state === 'half-open') this.#openMs = Math.min(this.#lastOpenMs, this.#openMs * 2);
    else if (this.#inARow < this.#failures) return;
    this.#untilMs = this.#now() + this.#openMs;
    this.#change('open');
  }

  #change(state: BreakerState): void {
    this.#state = state;
    this.#era += 1;
    this.#inARow = 0;
    this.#trying = false;
    this.onChange(state);
  }
}

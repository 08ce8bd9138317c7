/**
 * High and low marks: work is refused or paused above the high mark and taken again below the low one, so that the
 * service neither fills its memory nor flutters at the limit.
 */
import { AssayError } from '../schemas/errors.js';
import { LIMITS } from '../schemas/limits.js';
import type { Log } from './log/port.js';

export class Marks {
  #closed = false;
  readonly high: number;
  readonly low: number;

  /** @param high level above which the gate closes @param low level at or below which it opens again */
  constructor(high: number, low: number) {
    if (low > high) throw new RangeError(`expected low <= high, found ${low} > ${high}`);
    this.high = high;
    this.low = low;
  }

  /** Tells the gate the present level. @returns whether it is closed now */
  closedAt(level: number): boolean {
    this.#closed = this.#closed ? level > this.low : level > this.high;
    return this.#closed;
  }
}

/** How old a measured lag may be before intake measures again, in ms. */
const MEASURE_EVERY_MS = 250;

/**
 * Items appended and not yet scored. Intake asks it before it appends; between two measurements of the log's lag it
 * counts what it lets in itself, so a burst cannot slip through.
 */
export class Backlog {
  readonly #log: Pick<Log, 'lag'>;
  readonly #group: string;
  readonly #topics: readonly string[];
  readonly #clock: () => number;
  readonly marks: Marks;
  #level = 0;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #measuring: Promise<void> | null = null;

  constructor(
    log: Pick<Log, 'lag'>,
    group: string,
    topics: readonly string[],
    clock: () => number,
    marks = new Marks(LIMITS.queueItems, LIMITS.queueItems / 2),
  ) {
    this.#log = log;
    this.#group = group;
    this.#topics = topics;
    this.#clock = clock;
    this.marks = marks;
  }

  /** Items waiting, as last measured plus what was let in since. */
  get level(): number {
    return this.#level;
  }

  async #measure(): Promise<void> {
    let lag = 0;
    for (const topic of this.#topics) lag += await this.#log.lag(this.#group, topic);
    this.#level = lag;
    this.#measuredMs = this.#clock();
  }

  /**
   * Lets `count` items in.
   * @throws {AssayError} `overload.queue_full` with Retry-After when the queue is above its high mark
   */
  async admit(count: number): Promise<void> {
    if (!(await this.hasRoom())) throw new AssayError('overload.queue_full', undefined, { retryAfterS: 1 });
    this.note(count);
  }

  /** Counts items that were let in, until the lag is measured again. */
  note(count: number): void {
    this.#level += count;
  }

  /** Whether more may be let in. */
  async hasRoom(): Promise<boolean> {
    if (this.#clock() - this.#measuredMs >= MEASURE_EVERY_MS) {
      this.#measuring ??= this.#measure().finally(() => {
        this.#measuring = null;
      });
      await this.#measuring;
    }
    return !this.marks.closedAt(this.#level);
  }
}

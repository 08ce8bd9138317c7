/**
 * Which windows go into the next batch. Pure: no clock, no timers, no engine. Windows of about the same length share a batch,
 * since all are padded to the longest; interactive ones go first, but streams are never starved; and a large request does not
 * hold up a small one (start-time fair queueing, Goyal, Vin and Cheng 1996, over the pieces each request asks for).
 */
import type { BatchShape } from './engine.js';
import { FairHeap, type Turn } from './fair-heap.js';

export const PRIORITIES = ['interactive', 'stream'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A window that waits. */
export interface Waiting<R> extends Turn {
  readonly request: R;
  readonly index: number;
  readonly window: Int32Array;
  readonly since: number;
  dropped: boolean;
}

/** Longest window of each bucket; the last takes what is longer. */
const BUCKETS = [16, 32, 64, 96, Number.POSITIVE_INFINITY];

/**
 * Time moves on by the pieces served ÷ this, as if so many requests shared the engine: otherwise small ones that keep coming
 * would all be of the same instant, and a large one would never see its second window read.
 */
const SHARING = 8;

/** Batches of interactive windows in a row, after which a stream that waits has its turn. */
export const INTERACTIVE_IN_A_ROW = 8;

/** Share of the room that streams may fill, so that there is always some for those who wait for an answer. */
export const STREAM_SHARE = 0.8;

class PriorityClass<R> {
  readonly buckets = BUCKETS.map(() => new FairHeap<Waiting<R>>());
  size = 0;
  /** Turn of what was served last: the turn of a request that comes now. */
  now = 0;

  /** The bucket whose first window has the least turn. */
  next(): number {
    let best = -1;
    for (const [i, bucket] of this.buckets.entries()) {
      while (bucket.first?.dropped) bucket.pop();
      const first = bucket.first;
      const other = this.buckets[best]?.first;
      if (first !== undefined && (other === undefined || first.turn < other.turn)) best = i;
    }
    return best;
  }
}

export class WindowQueue<R> {
  readonly capacity: number;
  readonly #classes: Record<Priority, PriorityClass<R>> = {
    interactive: new PriorityClass(),
    stream: new PriorityClass(),
  };
  #order = 0;
  #inARow = 0;
  #stale = 0;

  /** @param capacity windows that may wait */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#classes.interactive.size + this.#classes.stream.size;
  }

  /** The windows as they wait, or null when there is no room for all of them. */
  offer(request: R, windows: readonly Int32Array[], priority: Priority, now: number): Waiting<R>[] | null {
    const room = priority === 'stream' ? Math.floor(STREAM_SHARE * this.capacity) : this.capacity;
    if (this.size + windows.length > room) return null;
    const own = this.#classes[priority];
    let turn = own.now;
    return windows.map((window, index) => {
      const waiting = { request, index, window, since: now, turn, order: this.#order++, dropped: false };
      turn += window.length;
      own.buckets[BUCKETS.findIndex((longest) => window.length <= longest)]!.push(waiting);
      own.size++;
      return waiting;
    });
  }

  /** Takes windows out that nobody waits for any more. */
  drop(waiting: readonly Waiting<R>[], priority: Priority): void {
    const own = this.#classes[priority];
    for (const window of waiting) {
      if (window.dropped) continue;
      window.dropped = true;
      own.size--;
      this.#stale++;
    }
    // They leave their heap when their turn comes, or all together when they are the larger part of it.
    if (this.#stale <= this.size + 64) return;
    this.#stale = 0;
    for (const { buckets } of Object.values(this.#classes)) {
      for (const bucket of buckets) bucket.filter(({ dropped }) => !dropped);
    }
  }

  /**
   * The next batch; how many milliseconds to wait for more company; or null when nothing waits.
   * @param most windows the batch may have, besides the limits of `shape`
   */
  take(
    shape: BatchShape,
    now: number,
    most: number,
  ): { batch: Waiting<R>[]; priority: Priority } | { waitMs: number } | null {
    const priority = this.#whoseTurn();
    if (priority === null) return null;
    const own = this.#classes[priority];
    const bucket = own.buckets[own.next()]!;
    const waited = now - bucket.first!.since;
    if (waited < shape.delayMs && bucket.size < shape.windows) return { waitMs: shape.delayMs - waited };
    const batch = this.#fill(bucket, shape, Math.min(most, shape.windows));
    own.size -= batch.length;
    const pieces = batch.reduce((sum, { window }) => sum + window.length, 0);
    own.now = Math.max(own.now, batch[0]!.turn) + pieces / SHARING;
    this.#inARow = priority === 'interactive' ? this.#inARow + 1 : 0;
    return { batch, priority };
  }

  #whoseTurn(): Priority | null {
    const { interactive, stream } = this.#classes;
    if (stream.size === 0) return interactive.size === 0 ? null : 'interactive';
    return interactive.size === 0 || this.#inARow >= INTERACTIVE_IN_A_ROW ? 'stream' : 'interactive';
  }

  #fill(bucket: FairHeap<Waiting<R>>, shape: BatchShape, most: number): Waiting<R>[] {
    const batch: Waiting<R>[] = [];
    let longest = 0;
    while (batch.length < Math.max(1, most) && bucket.first !== undefined) {
      const next = bucket.first;
      if (!next.dropped) {
        longest = Math.max(longest, next.window.length);
        if (batch.length > 0 && longest * (batch.length + 1) > shape.pieces) break;
        batch.push(next);
        // What is on its way cannot be dropped any more.
        next.dropped = true;
      }
      bucket.pop();
    }
    return batch;
  }
}

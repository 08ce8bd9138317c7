/**
 * Between those who ask for logits and the engine: keeps every lane of the engine busy with batches from the queue, and holds
 * each request to its deadline. Time and engine are given from outside, so that tests decide what happens when.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Engine } from './engine.js';
import { type Priority, type Waiting, WindowQueue } from './window-queue.js';

export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls `then` after so many milliseconds; returns how to prevent it. */
  after(ms: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

export interface AskOptions {
  priority: Priority;
  /** Milliseconds from now until the answer is worth nothing. Default: none. */
  deadlineMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What becomes of the windows of a call. */
export interface WindowsRead {
  /** One a window. */
  logits: Float32Array<ArrayBuffer>;
  /** One array a window, one number a piece; they sum to its logit. Null where they were not asked for. */
  shares: Float32Array[] | null;
}

/** One call of {@link Batcher.read}. */
interface Request extends WindowsRead {
  left: number;
  end(error?: unknown): void;
}

const closed = (): AssayError => new AssayError('detector.engine', 'the inference engine is closed');

export class Batcher {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #queue: WindowQueue<Request>;
  readonly #requests = new Set<Request>();
  #running = 0;
  #wake: (() => void) | null = null;
  #closed = false;

  /** @param capacity windows that may wait */
  constructor(engine: Engine, clock: Clock = systemClock, capacity: number = LIMITS.queueWindows) {
    this.#engine = engine;
    this.#clock = clock;
    this.#queue = new WindowQueue(capacity);
  }

  /** Windows that wait. */
  get size(): number {
    return this.#queue.size;
  }

  /** @returns one logit a window; else as {@link Batcher.read} */
  async run(windows: readonly Int32Array[], options: AskOptions): Promise<Float32Array<ArrayBuffer>> {
    return (await this.read(windows, options)).logits;
  }

  /**
   * @param wanted whether the shares of the pieces are wanted; default: no
   * @throws {AssayError} `overload.queue_full`, `request.timeout` when the deadline passes first, `detector.engine`; or the
   * reason of `signal`
   */
  async read(windows: readonly Int32Array[], options: AskOptions, wanted = false): Promise<WindowsRead> {
    const { priority, deadlineMs, signal } = options;
    signal?.throwIfAborted();
    if (this.#closed) throw closed();
    const logits = new Float32Array(windows.length);
    const shares: Float32Array[] | null = wanted ? [] : null;
    if (windows.length === 0) return { logits, shares };
    return new Promise((resolve, reject) => {
      const aborted = (): void => request.end(signal?.reason);
      const request: Request = {
        logits,
        shares,
        left: windows.length,
        end: (error) => {
          if (!this.#requests.delete(request)) return;
          cancel?.();
          signal?.removeEventListener('abort', aborted);
          if (waiting !== null) this.#queue.drop(waiting, priority);
          if (error === undefined) resolve({ logits, shares });
          else reject(error);
        },
      };
      const waiting = this.#queue.offer(request, windows, priority, this.#clock.now());
      if (waiting === null) {
        const detail = `expected room for ${windows.length} windows, found ${this.#queue.size} waiting`;
        reject(new AssayError('overload.queue_full', detail, { retryAfterS: 1 }));
        return;
      }
      this.#requests.add(request);
      const late = (): void =>
        request.end(new AssayError('request.timeout', `expected a score within ${deadlineMs} ms`));
      const cancel = deadlineMs === undefined ? undefined : this.#clock.after(deadlineMs, late);
      signal?.addEventListener('abort', aborted, { once: true });
      this.#pump();
    });
  }

  /** Rejects what waits or is on its way; the engine is closed by whoever opened it. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
    for (const request of [...this.#requests]) request.end(closed());
  }

  #pump(): void {
    this.#wake?.();
    this.#wake = null;
    while (this.#running < this.#engine.lanes) {
      // No more than its share for each lane that is free: a request of four windows is done sooner on two lanes than on one.
      const most = Math.ceil(this.#queue.size / (this.#engine.lanes - this.#running));
      const next = this.#queue.take(this.#engine.shape, this.#clock.now(), most);
      if (next === null) return;
      if ('waitMs' in next) {
        this.#wake = this.#clock.after(next.waitMs, () => {
          this.#wake = null;
          this.#pump();
        });
        return;
      }
      void this.#compute(next.batch);
    }
  }

  async #compute(batch: readonly Waiting<Request>[]): Promise<void> {
    this.#running++;
    try {
      // Shares cost next to nothing; windows that need none share a batch with those that do.
      const wanted = batch.some(({ request }) => request.shares !== null);
      const answer = await this.#engine.run(
        batch.map(({ window }) => window),
        wanted,
      );
      let at = 0;
      batch.forEach(({ request, index, window }, i) => {
        request.logits[index] = answer.logits[i]!;
        const next = at + window.length;
        if (request.shares !== null) request.shares[index] = answer.shares!.slice(at, next);
        at = next;
        if (--request.left === 0) request.end();
      });
    } catch (error) {
      for (const { request } of batch) request.end(error);
    } finally {
      this.#running--;
      this.#pump();
    }
  }
}

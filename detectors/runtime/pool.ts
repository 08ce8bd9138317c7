/**
 * An engine made of worker threads, so that the main thread never computes: one worker a core for ONNX Runtime, one for
 * TensorFlow. A batch whose worker died is tried once more, on another or on its replacement.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Answer, BatchShape, DeviceName, Engine, EngineName } from './engine.js';
import { AT_HAND, type Job, Lane, type WorkerLike } from './lane.js';

export interface PoolOptions {
  workers: number;
  shape: BatchShape;
  spawn(): WorkerLike;
  /** Milliseconds after which a batch is given up. */
  runMs?: number;
}

const TRIES = 2;

const failed = (detail: string): AssayError =>
  new AssayError('detector.engine', `the inference engine failed: ${detail}`, { retryAfterS: 1 });

class WorkerPool implements Engine {
  name: EngineName = 'onnx';
  device: DeviceName = 'cpu';
  readonly lanes: number;
  readonly shape: BatchShape;
  readonly #lanes: readonly Lane[];
  #waiting: Job[] = [];
  #closed = false;
  #whyNot = 'it was not opened';
  #opened: { resolve(): void; reject(error: Error): void; left: number } | null = null;

  constructor({ workers, shape, spawn, runMs = LIMITS.engineRunMs }: PoolOptions) {
    this.shape = shape;
    this.#lanes = Array.from({ length: workers }, () => new Lane(spawn, this.#events(), runMs));
    this.lanes = workers * AT_HAND;
  }

  /** Resolves when all workers are open. */
  async open(): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.#opened = { resolve, reject, left: this.#lanes.length };
    });
    for (const lane of this.#lanes) lane.start();
    try {
      await opened;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#opened = null;
    }
  }

  async run(batch: readonly Int32Array[], shares = false): Promise<Answer> {
    if (this.#closed) throw failed('it is closed');
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        batch,
        shares,
        tries: TRIES,
        resolve,
        reject: (detail) => reject(failed(detail)),
      });
      this.#hand();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    this.#giveUp('it was closed');
  }

  #events() {
    return {
      free: () => this.#hand(),
      ready: (name: EngineName, device: DeviceName) => {
        this.name = name;
        this.device = device;
        if (this.#opened !== null && --this.#opened.left === 0) this.#opened.resolve();
      },
      gone: (detail: string, jobs: readonly Job[]) => {
        this.#whyNot = detail;
        this.#opened?.reject(failed(detail));
        // The first was being computed, the others only waited: it alone has used up a try.
        const [first] = jobs;
        if (first !== undefined && --first.tries === 0) first.reject(detail);
        this.#waiting.unshift(...jobs.filter(({ tries }) => tries > 0));
        this.#hand();
      },
    };
  }

  /** Gives what waits to the lanes with most room. */
  #hand(): void {
    while (this.#waiting.length > 0) {
      const lane = this.#lanes.reduce((best, other) => (other.room > best.room ? other : best));
      if (lane.room === 0) break;
      lane.give(this.#waiting.shift()!);
    }
    // With no worker left but ones that did not open, waiting would be for nothing.
    if (this.#closed || !this.#lanes.some(({ alive }) => alive)) this.#giveUp(this.#whyNot);
  }

  #giveUp(detail: string): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    for (const job of jobs) job.reject(detail);
  }
}

/**
 * Opens a pool; resolves when every worker has opened its engine and computed a trial.
 * @throws {AssayError} `detector.engine` when one could not
 */
export async function openPool(options: PoolOptions): Promise<Engine> {
  const pool = new WorkerPool(options);
  await pool.open();
  return pool;
}

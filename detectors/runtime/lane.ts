/**
 * One worker thread and the batches it has at hand. A worker that dies, or takes too long over a batch, is replaced; what it
 * had is given back, so that it can be tried elsewhere.
 */
import type { Answer, DeviceName, EngineName } from './engine.js';
import type { BatchMessage, WorkerMessage } from './serve-engine.js';

/** As much of a worker thread as is needed. */
export interface WorkerLike {
  postMessage(message: BatchMessage | 'close', transfer?: ArrayBuffer[]): void;
  on(event: 'message', listener: (message: WorkerMessage) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  /** Never terminated: a thread that is ended within ONNX Runtime takes the process with it (`Napi::Error`). */
  unref(): void;
}

export interface Job {
  batch: readonly Int32Array[];
  shares: boolean;
  tries: number;
  resolve(answer: Answer): void;
  reject(detail: string): void;
}

export interface LaneEvents {
  /** It has room for a batch. */
  free(): void;
  /** It opened. */
  ready(name: EngineName, device: DeviceName): void;
  /** Its worker is gone, or did not open; `jobs` it had at hand. */
  gone(detail: string, jobs: readonly Job[]): void;
}

/** Batches a worker has at hand: the one it computes, and the next, so that it never waits for the main thread. */
export const AT_HAND = 2;

/** Milliseconds a worker has to finish what it computes when it is to close; then it is left to itself. */
const CLOSE_MS = 10_000;

/** Milliseconds before a replacement that did not open is tried again, at first and at most. */
const RESTART_MS = { first: 1_000, most: 30_000 };

export class Lane {
  readonly #spawn: () => WorkerLike;
  readonly #events: LaneEvents;
  readonly #runMs: number;
  #worker: WorkerLike | null = null;
  #open = false;
  #closed = false;
  #jobs: { id: number; job: Job }[] = [];
  #ids = 0;
  #restartMs = RESTART_MS.first;
  #restart: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(spawn: () => WorkerLike, events: LaneEvents, runMs: number) {
    this.#spawn = spawn;
    this.#events = events;
    this.#runMs = runMs;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Batches it would take now. */
  get room(): number {
    return this.#open ? AT_HAND - this.#jobs.length : 0;
  }

  start(): void {
    const worker = this.#spawn();
    let reason = 'the worker ended';
    this.#worker = worker;
    worker.on('message', (message) => {
      if (worker === this.#worker) this.#heard(message);
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', () => {
      if (worker === this.#worker) this.#lost(reason);
    });
  }

  give(job: Job): void {
    const id = this.#ids++;
    const lengths = Int32Array.from(job.batch, (window) => window.length);
    const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const window of job.batch) {
      ids.set(window, at);
      at += window.length;
    }
    this.#jobs.push({ id, job });
    if (this.#jobs.length === 1) this.#startWatch();
    this.#worker!.postMessage({ id, ids, lengths, shares: job.shares }, [ids.buffer, lengths.buffer]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === null) return;
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', () => resolve());
      timer = setTimeout(resolve, CLOSE_MS);
    });
    worker.postMessage('close');
    this.#lost('the engine was closed');
    await ended;
    clearTimeout(timer);
  }

  #heard(message: WorkerMessage): void {
    if (message.type === 'ready') {
      this.#open = true;
      this.#restartMs = RESTART_MS.first;
      this.#events.ready(message.name, message.device);
      this.#events.free();
      return;
    }
    if (message.type === 'failed') {
      this.#lost(message.detail);
      return;
    }
    const index = this.#jobs.findIndex(({ id }) => id === message.id);
    const job = this.#jobs[index]!.job;
    this.#jobs.splice(index, 1);
    this.#startWatch();
    if (message.type === 'done') job.resolve({ logits: message.logits, shares: message.shares });
    else job.reject(message.detail);
    this.#events.free();
  }

  /** Each batch has its time from when the one before it is done. */
  #startWatch(): void {
    clearTimeout(this.#watch);
    if (this.#jobs.length === 0) return;
    this.#watch = setTimeout(() => this.#lost(`a batch took longer than ${this.#runMs} ms`), this.#runMs);
    this.#watch.unref();
  }

  #lost(detail: string): void {
    const jobs = this.#jobs.map(({ job }) => job);
    const wasOpen = this.#open;
    clearTimeout(this.#watch);
    this.#jobs = [];
    this.#open = false;
    // One that hangs is left to itself: it shall not keep the process from ending.
    this.#worker?.unref();
    this.#worker = null;
    // Before others hear of it, so that whoever looks sees a replacement on its way.
    if (!this.#closed) this.#replace(wasOpen);
    this.#events.gone(detail, jobs);
  }

  /** At once when it had worked; after a pause that doubles when it did not even open. */
  #replace(wasOpen: boolean): void {
    if (wasOpen) {
      this.start();
      return;
    }
    this.#restart = setTimeout(() => this.start(), this.#restartMs);
    this.#restart.unref();
    this.#restartMs = Math.min(RESTART_MS.most, 2 * this.#restartMs);
  }

  /** Whether a worker is open or on its way. */
  get alive(): boolean {
    return this.#worker !== null;
  }
}

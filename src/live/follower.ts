/**
 * One connection that follows a topic: reads up from its position at the pace of its reader, then joins the shared tail
 * in the same instant in which it has caught up, so nothing is missed and nothing comes twice. A live reader that is too
 * slow for its buffer is dropped, and resumes by its last position.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { LIMITS } from '../../schemas/limits.js';
import type { Log } from '../../streams/log/port.js';
import { encodePosition } from './position.js';
import type { Announcement, ReadRecord, SharedTail, TailFollower } from './shared-tail.js';

/** Where frames go: a connection that says when it is full and when it has room again. */
export interface Sink {
  /** False when the reader has to be waited for. */
  write(frame: string): boolean;
  /** Resolves when there is room again, rejects when the signal is aborted. */
  room(signal: AbortSignal): Promise<void>;
}

export interface FollowerParts {
  log: Pick<Log, 'read' | 'bounds'>;
  topic: string;
  read: ReadRecord;
  tail: SharedTail;
}

/** Records read at once while catching up. */
const READ = 500;

/** The work's result, unless the signal is aborted first: a log that is out of reach keeps nobody from leaving. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  signal.throwIfAborted();
  return Promise.race([work, left]).finally(() => signal.removeEventListener('abort', leave));
}

/** How a connection ended. */
export type Ending = 'left' | 'slow' | 'expired';

export class Follower implements TailFollower {
  readonly #parts: FollowerParts;
  readonly #tenant: string;
  readonly #next: number[];
  readonly #sink: Sink;
  readonly #queue: string[] = [];
  #wake: () => void = () => undefined;
  #slow = false;

  /** @param start next offset of each partition */
  constructor(parts: FollowerParts, tenant: string, start: readonly number[], sink: Sink) {
    this.#parts = parts;
    this.#tenant = tenant;
    this.#next = [...start];
    this.#sink = sink;
  }

  get position(): string {
    return encodePosition(this.#next);
  }

  /** Follows until the signal is aborted, or the reader cannot be served any longer. */
  async run(signal: AbortSignal): Promise<Ending> {
    const { tail } = this.#parts;
    const stop = () => this.#wake();
    signal.addEventListener('abort', stop);
    try {
      await this.#write(`retry: 2000\nid: ${this.position}\n\n`, signal);
      if (!(await this.#catchUpAndJoin(signal))) return 'expired';
      return await this.#live(signal);
    } catch (error) {
      if (signal.aborted) return 'left';
      throw error;
    } finally {
      tail.followers.delete(this);
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Keeps the connection, and the position of a reader whose tenant is silent, from growing old. While catching up
   * nothing may wait in the queue: what is read meanwhile is written first, and the older position would come after it.
   */
  heartbeat(): void {
    const alive = `: alive\nid: ${this.position}\n\n`;
    if (!this.#parts.tail.followers.has(this)) this.#sink.write(alive);
    else if (this.#queue.length === 0) this.#push(alive);
  }

  deliver(partition: number, offset: number, announcement: Announcement | null): void {
    if (offset < (this.#next[partition] ?? 0)) return;
    this.#next[partition] = offset + 1;
    const frame = this.#frame(announcement);
    if (frame !== null) this.#push(frame);
  }

  /** Null for what is not this tenant's. */
  #frame(announcement: Announcement | null): string | null {
    const data = announcement?.tenant === this.#tenant ? announcement.data() : null;
    return data === null ? null : `id: ${this.position}\nevent: verdict\ndata: ${data}\n\n`;
  }

  #push(frame: string): void {
    if (this.#queue.length >= LIMITS.sseBuffer) this.#slow = true;
    else this.#queue.push(frame);
    this.#wake();
  }

  async #write(frame: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#sink.write(frame)) await this.#sink.room(signal);
  }

  /**
   * Reads until no partition is behind the tail, and joins it. Between the last look and joining nothing is awaited, not
   * even this function's own result: a record that came in between would be missed.
   * @returns false when records were dropped by retention meanwhile
   */
  async #catchUpAndJoin(signal: AbortSignal): Promise<boolean> {
    const { tail } = this.#parts;
    for (let behind = true; behind; ) {
      behind = false;
      for (let partition = 0; partition < tail.partitions; partition += 1) {
        while ((this.#next[partition] ?? 0) < tail.nextOf(partition)) {
          behind = true;
          if (!(await this.#readUp(partition, signal))) return false;
        }
      }
    }
    tail.followers.add(this);
    return true;
  }

  async #readUp(partition: number, signal: AbortSignal): Promise<boolean> {
    const { log, topic, read, tail } = this.#parts;
    const from = this.#next[partition] ?? 0;
    const goal = tail.nextOf(partition);
    const records = await unless(signal, log.read(topic, partition, from, READ));
    if (records[0]?.offset !== from) {
      const bounds = await unless(signal, log.bounds(topic));
      if ((bounds.find((bound) => bound.partition === partition)?.first ?? 0) > from) return false;
    }
    for (const record of records) {
      this.#next[partition] = record.offset + 1;
      const frame = this.#frame(read(record));
      if (frame !== null) await this.#write(frame, signal);
    }
    // Offsets that never held a record of ours (Kafka's own markers) end a partition without one.
    if (records.length === 0) this.#next[partition] = goal;
    await breathe(undefined, { signal });
    return true;
  }

  async #live(signal: AbortSignal): Promise<Ending> {
    while (!this.#slow && !signal.aborted) {
      const frame = this.#queue.shift();
      if (frame === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (!this.#sink.write(frame)) {
        await this.#roomOrSlow(signal);
      }
    }
    return this.#slow ? 'slow' : 'left';
  }

  /** A reader who takes nothing is not waited for once its buffer is full. */
  async #roomOrSlow(signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const room = this.#sink.room(AbortSignal.any([signal, waiting.signal]));
    const slow = new Promise<void>((resolve) => {
      this.#wake = () => {
        if (this.#slow || signal.aborted) resolve();
      };
    });
    await Promise.race([room, slow]).finally(() => waiting.abort());
  }
}

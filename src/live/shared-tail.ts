/**
 * One reader of a topic for everybody who follows it live: each record is read and parsed once, however many follow.
 * It remembers where it stands, so that a follower who reads up by itself knows when it has caught up.
 */
import type { Log, LogRecord, Tail } from '../../streams/log/port.js';
import type { Bounds } from './position.js';

/** A record as followers need it: whose it is, and what is sent. */
export interface Announcement {
  tenant: string;
  /** Made when it is first asked for; null where it cannot be made. */
  data(): string | null;
}

/** Reads a record; null for one that is none of ours. */
export type ReadRecord = (record: LogRecord) => Announcement | null;

export interface TailFollower {
  /** Called for every record once, in order within its partition; must not block. */
  deliver(partition: number, offset: number, announcement: Announcement | null): void;
}

export class SharedTail {
  readonly followers = new Set<TailFollower>();
  readonly #next: number[];
  readonly #read: ReadRecord;
  #tail: Tail | null = null;

  private constructor(next: number[], read: ReadRecord) {
    this.#next = next;
    this.#read = read;
  }

  /** Begins where the topic ends now. @param onError told about tries of the log that failed and come again */
  static async open(
    log: Pick<Log, 'tail'>,
    topic: string,
    bounds: Bounds,
    read: ReadRecord,
    onError: (error: unknown) => void,
  ): Promise<SharedTail> {
    const next = [...bounds].sort((a, b) => a.partition - b.partition).map((bound) => bound.next);
    const shared = new SharedTail(next, read);
    const onRecords = async (records: readonly LogRecord[]) => shared.#take(records);
    shared.#tail = await log.tail({ topic, from: { ...next }, onRecords, onError });
    return shared;
  }

  get partitions(): number {
    return this.#next.length;
  }

  /** Everything below this offset of the partition has been delivered to the followers there were. */
  nextOf(partition: number): number {
    return this.#next[partition] ?? 0;
  }

  #take(records: readonly LogRecord[]): void {
    for (const record of records) {
      const { partition, offset } = record;
      // After a failed try the log may deliver again.
      if (offset < this.nextOf(partition)) continue;
      this.#next[partition] = offset + 1;
      if (this.followers.size === 0) continue;
      const announcement = this.#read(record);
      for (const follower of this.followers) follower.deliver(partition, offset, announcement);
    }
  }

  async close(): Promise<void> {
    await this.#tail?.stop();
  }
}

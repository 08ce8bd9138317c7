/**
 * The log port: what the way of a text needs of a partitioned, durable, replayable log.
 * Two adapters stand behind it, `embedded.ts` (SQLite, one process) and `kafka.ts` (Apache Kafka); one contract
 * suite (test/streams/log/contract.ts) runs on both. Nothing else in the repository knows which one is in use.
 *
 * Delivery is at least once: offsets are committed after the handler has resolved, so a handler has to be idempotent.
 */

/** Headers are text on every topic of Assay (CloudEvents binary mode); repeated header names are not used. */
export type LogHeaders = Readonly<Record<string, string>>;

/** A record to append. The partition follows from the key: same key, same partition, in order of sending. */
export interface OutgoingRecord {
  key: string;
  /** Bytes as received: a record that is not valid JSON must be able to reach the dead-letter topic unchanged. `null` is a tombstone on compacted topics. */
  value: Buffer | null;
  headers?: LogHeaders;
}

/** A record as read back. */
export interface LogRecord {
  topic: string;
  partition: number;
  /** Position in the partition: 0, 1, 2 … as a bigint-safe number (both engines stay far below 2^53). */
  offset: number;
  /** `null` where a foreign producer sent no key. */
  key: string | null;
  value: Buffer | null;
  headers: LogHeaders;
  /** Milliseconds since the epoch, set at append. */
  timestamp: number;
}

/** A topic as Assay wants it. An existing topic that differs in partitions, cleanup or (on a broker) retention is refused (`log.topic_mismatch`). */
export interface TopicSpec {
  name: string;
  partitions: number;
  /** Records older than this may be dropped; `null` keeps them for ever. */
  retentionMs: number | null;
  /** Keep only the newest record of each key (and drop tombstones in the end). */
  compact?: boolean;
  /** The topic may be somebody else's: what retention it has is theirs. */
  anyRetention?: boolean;
}

/** Next offset to read, by partition. A partition that is absent starts at its beginning. */
export type Positions = Readonly<Record<number, number>>;

/** Records of ONE partition, in offset order, never empty. */
export interface RecordBatch {
  topic: string;
  partition: number;
  records: readonly LogRecord[];
  /** Offset the next record appended to this partition will get: `highWatermark - 1 - last offset` is the lag behind this batch. */
  highWatermark: number;
  /** Aborted when the partition is taken away or the consumer stops: finish or abandon within 2 s. */
  signal: AbortSignal;
  /** Keeps the group membership alive during long work. Cheap to call often. */
  heartbeat(): Promise<void>;
}

export interface ConsumerOptions {
  group: string;
  topics: readonly string[];
  /** Where a group without a committed offset begins. */
  from?: 'beginning' | 'end';
  /** Upper bound on records per batch (default 500). */
  maxBatch?: number;
  /**
   * Handles one batch. When it resolves, the offset after its last record is committed. When it rejects, nothing is
   * committed and the same records are delivered again after a pause that grows (`retryDelayMs`).
   * Batches of different partitions may run at the same time, up to `concurrency`.
   */
  onBatch(batch: RecordBatch): Promise<void>;
  /** Partitions handled side by side in this consumer (default 1). */
  concurrency?: number;
  /**
   * Whose the records of a topic are. Owners share the places fairly: what one has waiting does not delay another by
   * more than the batches in hand. Default: everybody is one owner.
   */
  shareOf?(topic: string): string;
  /** Told when the partitions of the group are dealt out anew. */
  onRebalance?(): void;
  /** Told about every failed try and about reconnects; for logs and metrics. */
  onError?(error: unknown, at: { topic: string; partition?: number }): void;
}

export interface Consumer {
  /** Stops delivery of these topics (or single partitions) after the batch in hand; membership is kept. */
  pause(topics: readonly { topic: string; partitions?: readonly number[] }[]): void;
  resume(topics: readonly { topic: string; partitions?: readonly number[] }[]): void;
  /** True once the group has assigned partitions (possibly none). */
  readonly ready: boolean;
  /** Resolves after the batches in hand are finished and committed, and the group is left. Idempotent. */
  stop(): Promise<void>;
}

export interface TailOptions {
  topic: string;
  /** Where to begin, by partition; `'end'` for what comes from now on. */
  from: Positions | 'end';
  onRecords(records: readonly LogRecord[]): Promise<void>;
  onError?(error: unknown): void;
}

/** A reader outside any group: every tail sees every record, nothing is committed. */
export interface Tail {
  stop(): Promise<void>;
}

export interface Log {
  readonly engine: 'embedded' | 'kafka';
  /** Creates what is missing, changes nothing that exists. @throws {AssayError} `log.topic_mismatch` */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Appends in order; resolves when every record is durable (fsync, or acknowledged by all in-sync replicas).
   * @throws {AssayError} `log.unavailable` after bounded retries, `log.record_too_large` above the limit, before anything is sent
   */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /** Joins the group and starts delivery. */
  consume(options: ConsumerOptions): Promise<Consumer>;
  /** Follows a topic from given positions, without a group. */
  tail(options: TailOptions): Promise<Tail>;
  /** Reads at most `limit` records of one partition from an offset on (bounded, for dead letters and tests). */
  read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRecord[]>;
  /** First kept and next offsets of each partition. */
  bounds(topic: string): Promise<{ partition: number; first: number; next: number }[]>;
  /** Committed offset of each partition, `null` where there is none. */
  committed(group: string, topic: string): Promise<{ partition: number; offset: number | null }[]>;
  /** Records a group has still to read: sum over partitions of next − committed. */
  lag(group: string, topic: string): Promise<number>;
  /** Applies retention and compaction now (embedded); Kafka's broker does it by itself, so there it does nothing. */
  sweep(now: number): Promise<void>;
  /** Throws when the log cannot be reached; for readiness. */
  ping(): Promise<void>;
  /** Stops every consumer and tail, then releases files and connections. Idempotent. */
  close(): Promise<void>;
}

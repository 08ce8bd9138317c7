/**
 * What was fetched of one partition and waits to be handled. kafkajs fetches nothing new before all that it fetched has
 * been taken from it, so one full partition would hold up all others: here it is put by at once, the partition is paused
 * while too much of it waits, and handled when its turn comes. Each part is committed by itself.
 */
import type { Consumer } from 'kafkajs';
import { Marks } from '../../back-pressure.js';
import { pause, retryDelayMs } from '../../retry.js';
import type { FairTurns } from '../fair-turns.js';
import { Bell } from '../groups.js';
import type { ConsumerOptions, LogRecord, RecordBatch } from '../port.js';

const DEFAULT_BATCH = 500;
/** Bytes of one partition that wait: fetching pauses above the first and goes on below the second. */
const HIGH_BYTES = 2 * 1024 * 1024;
const LOW_BYTES = 1024 * 1024;

const bytesOf = (records: readonly LogRecord[]): number =>
  records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);

export interface FetchedParts {
  topic: string;
  partition: number;
  consumer: Pick<Consumer, 'commitOffsets'>;
  options: ConsumerOptions;
  turns: FairTurns;
  isPaused(): boolean;
  /** Told when too much waits, and when there is room again. */
  onFull(full: boolean): void;
}

export class Fetched {
  readonly #parts: FetchedParts;
  readonly #taken = new AbortController();
  readonly #bell = new Bell();
  readonly #marks = new Marks(HIGH_BYTES, LOW_BYTES);
  #records: LogRecord[] = [];
  #bytes = 0;
  #full = false;
  #lost = false;
  #highWatermark = 0;
  #heartbeat: () => Promise<void> = async () => undefined;
  /** Resolves when nothing is in hand any more, after the partition was taken away. */
  readonly done: Promise<void>;

  constructor(parts: FetchedParts) {
    this.#parts = parts;
    this.done = this.#run();
  }

  add(records: readonly LogRecord[], highWatermark: number, heartbeat: () => Promise<void>): void {
    this.#records.push(...records);
    this.#bytes += bytesOf(records);
    this.#highWatermark = highWatermark;
    this.#heartbeat = heartbeat;
    this.#level();
    this.#bell.ring();
  }

  /** Says that the partition may not be paused any more. */
  wake(): void {
    this.#bell.ring();
  }

  /**
   * The consumer stops, or the partition may be somebody else's (`lost`): what is in hand is told, what waits is dropped.
   * What a handler finishes after the loss is not committed, for the next owner may be further on.
   */
  take(lost: boolean): void {
    this.#lost = lost;
    this.#taken.abort();
  }

  #level(): void {
    const full = this.#marks.closedAt(this.#bytes);
    if (full === this.#full) return;
    this.#full = full;
    this.#parts.onFull(full);
  }

  async #run(): Promise<void> {
    const { signal } = this.#taken;
    const { topic, partition, turns, options, isPaused } = this.#parts;
    const { maxBatch = DEFAULT_BATCH, shareOf } = options;
    /** Records of the part that failed last, and how often: the same ones come again. */
    let again = 0;
    let tries = 0;
    while (!signal.aborted) {
      if (this.#records.length === 0 || isPaused()) {
        await this.#bell.wait(signal);
        continue;
      }
      const size = again > 0 ? again : Math.min(maxBatch, this.#records.length);
      const release = await turns.take(shareOf?.(topic) ?? '', size, signal);
      if (release === null) return;
      try {
        if (isPaused()) continue;
        await this.#hand(this.#records.slice(0, size));
        [again, tries] = [0, 0];
      } catch (error) {
        options.onError?.(error, { topic, partition });
        again = size;
        // The place is for others while this one waits.
        release();
        await pause(retryDelayMs(error, tries++), signal);
      } finally {
        release();
      }
    }
  }

  /** Hands a part over and commits it. @throws what the handler throws; nothing is committed then */
  async #hand(records: readonly LogRecord[]): Promise<void> {
    const { topic, partition, consumer, options } = this.#parts;
    const { signal } = this.#taken;
    const highWatermark = this.#highWatermark;
    // One that fails is noticed by kafkajs at its own next one; it joins the group again, and then all is let go.
    const heartbeat = () => this.#heartbeat().catch(() => undefined);
    const batch: RecordBatch = { topic, partition, records, highWatermark, signal, heartbeat };
    await options.onBatch(batch);
    if (this.#lost) return;
    this.#records.splice(0, records.length);
    this.#bytes -= bytesOf(records);
    this.#level();
    const offset = String(records[records.length - 1]!.offset + 1);
    // A commit that fails is no reason to stop: the records come again, and the handler is idempotent.
    await consumer
      .commitOffsets([{ topic, partition, offset }])
      .catch((error: unknown) => options.onError?.(error, { topic, partition }));
  }
}

/** Hands one fetched batch to the handler in parts, each committed by itself; a failed part is tried again until it is taken away. */
import type { Batch, Consumer } from 'kafkajs';
import { pause } from '../../retry.js';
import type { ConsumerOptions, RecordBatch } from '../port.js';
import { CONSUMER } from './client.js';
import { toRecord } from './record.js';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;
const DEFAULT_BATCH = 500;

/** A fetched batch as kafkajs hands it over, and what we know of the consumer it came to. */
export interface Delivery {
  batch: Pick<Batch, 'topic' | 'partition' | 'messages' | 'highWatermark'>;
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
  isPaused(): boolean;
  /** Aborted from outside when the consumer stops, from here when the partition is taken away. */
  taken: AbortController;
}

export async function deliver(
  consumer: Pick<Consumer, 'commitOffsets'>,
  options: ConsumerOptions,
  { batch, resolveOffset, heartbeat, isRunning, isStale, isPaused, taken }: Delivery,
): Promise<void> {
  const { topic, partition } = batch;
  const ours = () => isRunning() && !isStale() && !taken.signal.aborted;
  // A heartbeat that fails means the group is rebalancing: the handler is told, and what it did not finish comes again.
  const beat = () => heartbeat().catch(() => taken.abort());
  const pulse = setInterval(() => void beat(), CONSUMER.heartbeatInterval);
  const size = options.maxBatch ?? DEFAULT_BATCH;
  try {
    for (let at = 0; at < batch.messages.length && ours() && !isPaused(); at += size) {
      const records = batch.messages
        .slice(at, at + size)
        .map((message) => toRecord(topic, partition, message));
      const last = records[records.length - 1]!.offset;
      const highWatermark = Number(batch.highWatermark);
      const handed = { topic, partition, records, highWatermark, signal: taken.signal, heartbeat: beat };
      if (!(await handle(options, handed, ours))) return;
      // A commit that fails is no reason to stop: the records come again, and the handler is idempotent.
      await consumer
        .commitOffsets([{ topic, partition, offset: String(last + 1) }])
        .catch((error: unknown) => options.onError?.(error, { topic, partition }));
      resolveOffset(String(last));
    }
  } finally {
    clearInterval(pulse);
    taken.abort();
  }
}

/** Tries until the handler succeeds (true) or the partition is no longer ours (false). */
async function handle(options: ConsumerOptions, batch: RecordBatch, ours: () => boolean): Promise<boolean> {
  let waitMs = FIRST_PAUSE_MS;
  for (;;) {
    try {
      await options.onBatch(batch);
      return true;
    } catch (error) {
      options.onError?.(error, { topic: batch.topic, partition: batch.partition });
      // In small steps: kafkajs stops without telling.
      for (let waited = 0; waited < waitMs && ours(); waited += FIRST_PAUSE_MS)
        await pause(FIRST_PAUSE_MS, batch.signal);
      if (!ours()) return false;
      waitMs = Math.min(waitMs * 2, LAST_PAUSE_MS);
    }
  }
}

/**
 * A reader that every record comes to. kafkajs reads only as a member of a group, so a tail has a group of its own,
 * which never commits and is forgotten when the tail stops.
 */
import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { pause } from '../../retry.js';
import type { LogRecord, Tail, TailOptions } from '../port.js';
import { CONSUMER } from './client.js';
import { LastingConsumer } from './lasting.js';
import type { Questions } from './questions.js';
import { toRecord } from './record.js';

/** A tail whose handler fails tries the same records again after this pause. */
const PAUSE_MS = 500;

export interface TailParts {
  kafka: Pick<Kafka, 'consumer'>;
  questions: Pick<Questions, 'forget'>;
  stops: Set<() => Promise<void>>;
}

/**
 * Follows a topic.
 * @param from next offset by partition; a partition that is absent starts at its first kept record
 * @throws {AssayError} `log.unavailable`
 */
export async function followTopic(
  { kafka, questions, stops }: TailParts,
  { topic, onRecords, onError }: Omit<TailOptions, 'from'>,
  from: ReadonlyMap<number, number>,
): Promise<Tail> {
  const groupId = `assay-tail-${randomUUID()}`;
  /** Where each partition goes on, also for a consumer that is built anew. */
  const next = new Map(from);
  const stopping = new AbortController();

  const hand = async (records: readonly LogRecord[], ours: () => boolean, beat: () => Promise<void>) => {
    while (ours()) {
      try {
        await onRecords(records);
        return true;
      } catch (error) {
        onError?.(error);
        await pause(PAUSE_MS, stopping.signal);
        // Thrown on by kafkajs' own rules: a rebalance fetches the same records again.
        if (ours()) await beat();
      }
    }
    return false;
  };

  const lasting = new LastingConsumer({
    create: () => kafka.consumer({ groupId, ...CONSUMER }),
    async begin(consumer) {
      // Each time the group is joined there are no committed offsets to go on from, so the positions are told anew.
      consumer.on(consumer.events.GROUP_JOIN, () => {
        for (const [partition, offset] of next) consumer.seek({ topic, partition, offset: String(offset) });
      });
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
          const { partition } = batch;
          const start = next.get(partition) ?? 0;
          const ours = () => isRunning() && !isStale() && !stopping.signal.aborted;
          const records = batch.messages
            .map((message) => toRecord(topic, partition, message))
            .filter(({ offset }) => offset >= start);
          if (records.length > 0 && !(await hand(records, ours, heartbeat))) return;
          next.set(partition, Math.max(start, Number(batch.lastOffset()) + 1));
          resolveOffset(batch.lastOffset());
        },
      });
    },
    onError: (error) => onError?.(error),
  });
  await lasting.open();

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stops.delete(stop);
    stopped ??= (async () => {
      stopping.abort();
      await lasting.close();
      await questions.forget(groupId);
    })();
    return stopped;
  };
  stops.add(stop);
  return { stop };
}

/** A member of a consumer group: puts by what is fetched, delivers it in fair turns, and leaves only after the batches in hand are finished and committed. */
import type { Kafka, Consumer as KafkaConsumer } from 'kafkajs';
import { FairTurns } from '../fair-turns.js';
import type { Consumer, ConsumerOptions } from '../port.js';
import { CONSUMER, MEMBER_WAIT_MS } from './client.js';
import { Fetched } from './fetched.js';
import { LastingConsumer } from './lasting.js';
import { Paused, type Places } from './paused.js';
import { toRecord } from './record.js';

/** Partitions that are ours, by place. What was taken away stays in `inHand` until its handler has ended. */
class Assigned {
  readonly #fetched = new Map<string, Fetched>();
  readonly #inHand = new Set<Promise<void>>();

  get(topic: string, partition: number, create: () => Fetched): Fetched {
    const place = `${topic}/${partition}`;
    const known = this.#fetched.get(place);
    if (known !== undefined) return known;
    const fetched = create();
    this.#fetched.set(place, fetched);
    this.#inHand.add(fetched.done);
    void fetched.done.finally(() => this.#inHand.delete(fetched.done));
    return fetched;
  }

  wake(): void {
    for (const fetched of this.#fetched.values()) fetched.wake();
  }

  /** Takes everything away: handlers in hand are told, what waits is dropped and fetched again by whom it belongs to. */
  take(lost: boolean): void {
    for (const fetched of this.#fetched.values()) fetched.take(lost);
    this.#fetched.clear();
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#inHand]);
  }
}

/** Joins the group and starts delivery. @throws {AssayError} `log.unavailable` */
export async function joinGroup(
  kafka: Pick<Kafka, 'consumer'>,
  options: ConsumerOptions,
  stops: Set<() => Promise<void>>,
): Promise<Consumer> {
  const paused = new Paused();
  const assigned = new Assigned();
  const turns = new FairTurns(options.concurrency ?? 1);
  let joined = false;
  let stopped: Promise<void> | undefined;

  /** The group is dealt out anew: kafkajs goes on from what was committed. */
  const letGo = (): void => {
    assigned.take(true);
    paused.empty();
  };
  const apply = (consumer: KafkaConsumer | null, topics: Iterable<string>): void => {
    // kafkajs knows what is paused only while it is in the group.
    if (joined && consumer !== null) paused.apply(consumer, topics);
  };
  const fetchedOf = (consumer: KafkaConsumer, topic: string, partition: number): Fetched =>
    assigned.get(
      topic,
      partition,
      () =>
        new Fetched({
          topic,
          partition,
          consumer,
          options,
          turns,
          isPaused: () => paused.has(topic, partition),
          onFull: (full) => {
            paused.fill(topic, partition, full);
            if (lasting.current === consumer) apply(consumer, [topic]);
          },
        }),
    );

  const lasting: LastingConsumer = new LastingConsumer({
    create: () => kafka.consumer({ groupId: options.group, ...CONSUMER, maxWaitTimeInMs: MEMBER_WAIT_MS }),
    async begin(consumer) {
      consumer.on(consumer.events.REBALANCING, () => {
        letGo();
        options.onRebalance?.();
      });
      consumer.on(consumer.events.GROUP_JOIN, () => {
        letGo();
        joined = true;
        apply(consumer, options.topics);
      });
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: options.from !== 'end' });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
          const { topic, partition, messages } = batch;
          if (stopped !== undefined || !isRunning() || isStale() || paused.has(topic, partition)) return;
          const records = messages.map((message) => toRecord(topic, partition, message));
          const last = records.at(-1);
          if (last === undefined) return;
          fetchedOf(consumer, topic, partition).add(records, Number(batch.highWatermark), heartbeat);
          resolveOffset(String(last.offset));
          // kafkajs itself beats only when a fetch brought nothing.
          await heartbeat();
        },
      });
    },
    onError(error) {
      joined = false;
      letGo();
      for (const topic of options.topics) options.onError?.(error, { topic });
    },
  });
  await lasting.open();

  const stop = (): Promise<void> => {
    stops.delete(stop);
    stopped ??= leave();
    return stopped;
  };
  /** kafkajs leaves the group before the handler in hand has committed, so that is waited for here. */
  const leave = async (): Promise<void> => {
    assigned.take(false);
    await assigned.settled();
    await lasting.close();
  };
  stops.add(stop);
  const change = (places: readonly Places[]): void => {
    apply(
      lasting.current,
      places.map(({ topic }) => topic),
    );
    assigned.wake();
  };
  return {
    pause(places) {
      paused.pause(places);
      change(places);
    },
    resume(places) {
      paused.resume(places);
      change(places);
    },
    get ready() {
      return joined && stopped === undefined;
    },
    stop,
  };
}

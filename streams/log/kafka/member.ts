/** A member of a consumer group: delivers, pauses, and leaves only after the batches in hand are finished and committed. */
import type { Kafka } from 'kafkajs';
import type { Consumer, ConsumerOptions } from '../port.js';
import { CONSUMER } from './client.js';
import { deliver } from './deliver.js';
import { LastingConsumer } from './lasting.js';
import { Paused } from './paused.js';

interface InHand {
  taken: AbortController;
  done: Promise<void>;
}

/** Joins the group and starts delivery. @throws {AssayError} `log.unavailable` */
export async function joinGroup(
  kafka: Pick<Kafka, 'consumer'>,
  options: ConsumerOptions,
  stops: Set<() => Promise<void>>,
): Promise<Consumer> {
  const paused = new Paused();
  const inHand = new Set<InHand>();
  let joined = false;
  let stopped: Promise<void> | undefined;

  const lasting = new LastingConsumer({
    create: () => kafka.consumer({ groupId: options.group, ...CONSUMER }),
    async begin(consumer) {
      // kafkajs knows what is paused only while it is in the group.
      consumer.on(consumer.events.GROUP_JOIN, () => {
        joined = true;
        paused.apply(consumer, options.topics);
      });
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: options.from !== 'end' });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency ?? 1,
        eachBatch: async (payload) => {
          const { topic, partition } = payload.batch;
          const taken = new AbortController();
          const done = deliver(consumer, options, {
            ...payload,
            taken,
            isPaused: () => paused.has(topic, partition),
            isRunning: () => payload.isRunning() && stopped === undefined,
          });
          const delivery = { taken, done };
          inHand.add(delivery);
          await done.finally(() => inHand.delete(delivery));
        },
      });
    },
    onError(error) {
      joined = false;
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
    for (const { taken } of inHand) taken.abort();
    await new Promise<void>((resolve) => setImmediate(resolve));
    await Promise.allSettled([...inHand].map(({ done }) => done));
    await lasting.close();
  };
  stops.add(stop);
  const change = (topics: Parameters<Consumer['pause']>[0]): void => {
    const names = topics.map(({ topic }) => topic);
    if (joined && lasting.current !== null) paused.apply(lasting.current, names);
  };
  return {
    pause(topics) {
      paused.pause(topics);
      change(topics);
    },
    resume(topics) {
      paused.resume(topics);
      change(topics);
    },
    get ready() {
      return joined && stopped === undefined;
    },
    stop,
  };
}

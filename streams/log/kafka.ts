/**
 * The log port on Apache Kafka, through kafkajs 2.2.4, which is known here and in `kafka/` only. Each file there has one
 * part: questions to the cluster, topics, sending, members of groups, tails.
 */
import { createClient, createProducer, type KafkaLogOptions } from './kafka/client.js';
import { joinGroup } from './kafka/member.js';
import { Questions } from './kafka/questions.js';
import { readStretch } from './kafka/read.js';
import { Sender } from './kafka/sender.js';
import { followTopic } from './kafka/tail.js';
import { ensureTopics } from './kafka/topics.js';
import type { Log } from './port.js';
import { assertRecordSizes } from './record-size.js';

export type { KafkaLogOptions };

/** Connects when first used. */
export function openKafkaLog(options: KafkaLogOptions): Log {
  const kafka = createClient(options);
  const questions = new Questions(kafka);
  const sender = new Sender(() => createProducer(kafka));
  const stops = new Set<() => Promise<void>>();
  const parts = { kafka, questions, stops };
  let closing: Promise<void> | undefined;

  return {
    engine: 'kafka',
    ensureTopics: (specs) => ensureTopics(questions, specs),

    async send(topic, records) {
      if (records.length === 0) return;
      assertRecordSizes(topic, records);
      await sender.send(topic, records);
    },

    consume: (wanted) => joinGroup(kafka, wanted, stops),

    async tail({ topic, from, ...handlers }) {
      const positions =
        from === 'end'
          ? (await questions.bounds(topic)).map(({ partition, next }) => [partition, next] as const)
          : Object.entries(from).map(([partition, offset]) => [Number(partition), offset] as const);
      return followTopic(parts, { topic, ...handlers }, new Map(positions));
    },

    read: (topic, partition, fromOffset, limit) =>
      readStretch(parts, { topic, partition, fromOffset, limit }),

    bounds: (topic) => questions.bounds(topic),
    committed: (group, topic) => questions.committed(group, topic),

    async lag(group, topic) {
      const committed = await questions.committed(group, topic);
      const done = new Map(committed.map(({ partition, offset }) => [partition, offset]));
      return (await questions.bounds(topic)).reduce(
        (sum, { partition, first, next }) => sum + next - Math.max(first, done.get(partition) ?? first),
        0,
      );
    },

    async sweep() {
      // Retention and compaction are the broker's work.
    },

    async ping() {
      await questions.ask((admin) => admin.describeCluster());
    },

    close() {
      closing ??= (async () => {
        await Promise.all([...stops].map((stop) => stop()));
        await sender.close();
        await questions.close();
      })();
      return closing;
    },
  };
}

/** The demo on Apache Kafka and a Mongo-wire server, killed in the middle: the same promise on the second set of engines. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';
import { type TestMongo, testMongo } from '../../servers/test-mongo.js';
import { type DyingDemo, dyingDemo, nothingLostNothingTwice, summaryOf } from './dying-demo.js';

let kafka: KafkaServer;
let mongo: TestMongo;
let demo: DyingDemo;

beforeAll(async () => {
  [kafka, mongo] = await Promise.all([startKafka(), testMongo()]);
  demo = dyingDemo({ KAFKA_BROKERS: kafka.brokers, MONGO_URL: mongo.freshDatabase() });
}, 240_000);

afterAll(async () => {
  demo?.remove();
  await mongo?.stop();
  await kafka?.stop();
}, 60_000);

it('killed in the middle of the stream and started again: no item lost, none twice', async () => {
  const killed = await demo.run({ when: /no person signed anything/, afterMs: 3_000 });
  expect(killed.signal).toBe('SIGKILL');
  const last = await demo.run();
  expect(last.code).toBe(0);
  expect(summaryOf(last)).toMatchObject({ missing: 0, deadLetters: 0 });
  const found = await demo.examine();
  expect(found).toEqual(nothingLostNothingTwice(found));
}, 600_000);

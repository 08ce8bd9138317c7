/** A short load test on Apache Kafka and a Mongo-wire server: nothing is dropped, nothing recorded twice. Its times are reported, never judged. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';
import { type TestMongo, testMongo } from '../../servers/test-mongo.js';
import { assay } from '../cli/terminal.js';

const PATIENCE_MS = 600_000;
const EVENTS = 1_000;

let kafka: KafkaServer;
let mongo: TestMongo;

beforeAll(async () => {
  [kafka, mongo] = await Promise.all([startKafka(), testMongo()]);
}, PATIENCE_MS);

afterAll(async () => {
  await Promise.all([kafka?.stop(), mongo?.stop()]);
}, PATIENCE_MS);

describe('assay stress --max-drop 0', () => {
  it(
    'accounts for every post, on Kafka and a Mongo-wire server',
    async () => {
      const env = { KAFKA_BROKERS: kafka.brokers, MONGO_URL: mongo.freshDatabase() };
      const flags = ['--events', String(EVENTS), '--rate', '500', '--tenants', '2', '--max-drop', '0'];
      const { code, err, json } = await assay(['stress', ...flags, '--json'], { env });
      expect(err).not.toMatch(/missed|assay:/);
      expect(json[0]).toMatchObject({
        engines: { log: 'kafka', store: 'mongo' },
        appended: EVENTS,
        judged: EVENTS,
        announced: EVENTS,
        dropped: 0,
        duplicates: 0,
        deadLetters: 0,
      });
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );
});

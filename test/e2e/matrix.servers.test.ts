/** The crash matrix on Apache Kafka and a Mongo-wire server, with few posts and short failures; `npm run crash-matrix` runs it whole. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type KafkaServer, startKafka } from '../servers/kafka.js';
import { type MongoServer, startMongo } from '../servers/mongo.js';
import { prepare } from './child.js';
import { runCase } from './matrix/run.js';
import { SERVERS } from './matrix/servers.js';
import { makeFeed } from './matrix/stream.js';

const PATIENCE_MS = 600_000;
const POSTS = 400;

let kafka: KafkaServer;
let mongo: MongoServer;

beforeAll(prepare, PATIENCE_MS);
// Topics of verdicts and the group are the same for all, so each case has servers of its own.
beforeEach(async () => {
  [kafka, mongo] = await Promise.all([startKafka(), startMongo()]);
}, PATIENCE_MS);
afterEach(async () => {
  await Promise.all([kafka?.stop(), mongo?.stop()]);
}, PATIENCE_MS);

describe('nothing is lost, doubled or left out when', () => {
  it.each(SERVERS)(
    '$name',
    async ({ suffer }) => {
      const env = {
        ASSAY_PARTITIONS: '4',
        KAFKA_BROKERS: kafka.brokers,
        MONGO_URL: `${mongo.url}/matrix`,
      };
      const servers = { env, kafka, mongo: { port: mongo.port, database: 'matrix' } };
      const lengths = { downMs: 8_000, stormMs: 10_000 };
      const outcome = await runCase(env, makeFeed(POSTS, 'in order'), () => suffer(servers, lengths));
      expect(outcome.faults).toEqual([]);
      expect(outcome.deadLetters).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});

/** kill -9 with Kafka and a Mongo-wire server behind: what the dead process held is taken up by the next. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KafkaServer, startKafka } from '../servers/kafka.js';
import { type TestMongo, testMongo } from '../servers/test-mongo.js';
import { prepare, start } from './child.js';
import { feedThroughKills } from './kill.js';
import { faults, readLedger } from './ledger.js';
import { makeStream } from './posts.js';

const PATIENCE_MS = 600_000;

let kafka: KafkaServer;
let mongo: TestMongo;
let home: string;

beforeAll(async () => {
  prepare();
  [kafka, mongo] = await Promise.all([startKafka(), testMongo()]);
  home = mkdtempSync(join(tmpdir(), 'assay-kill-'));
}, PATIENCE_MS);

afterAll(async () => {
  await Promise.all([kafka?.stop(), mongo?.stop()]);
  rmSync(home, { recursive: true, force: true });
}, PATIENCE_MS);

describe('a service that is killed in the middle of its work', () => {
  it(
    'loses nothing and doubles nothing, on Kafka and a Mongo-wire server',
    async () => {
      const env = {
        ASSAY_HOME: home,
        PORT: '0',
        ASSAY_SECRET: 'a sealing secret for processes that die',
        ASSAY_LOG_LEVEL: 'warn',
        KAFKA_BROKERS: kafka.brokers,
        MONGO_URL: mongo.freshDatabase(),
      };
      const made = start(['keys', 'create', '--name', 'feeder', '--scopes', 'ingest,admin'], env, home);
      expect(await made.ended).toBe(0);
      const stream = makeStream(2_000);
      // A new process gets the partitions of a dead one after the group's session has timed out, 6 s later.
      const crash = {
        env,
        cwd: home,
        key: made.out.trim(),
        killsAfterMs: [1_500, 9_000, 8_500],
        pauseMs: 40,
      };
      const fed = await feedThroughKills(stream.events, crash);
      expect(fed.atKill[0]).toBeLessThan(stream.events.length);

      const ledger = await readLedger(env);
      expect(faults(ledger)).toEqual([]);
      const ids = new Set(ledger.items.map(({ _id }) => _id));
      expect(fed.itemIds.filter((id) => !ids.has(id))).toEqual([]);
      expect(ledger.items).toHaveLength(stream.posts);
      expect(ledger.verdicts).toHaveLength(stream.verdicts);
      expect(ledger.deadLetters).toBe(0);
    },
    PATIENCE_MS,
  );
});

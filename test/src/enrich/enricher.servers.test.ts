/** The enricher on Apache Kafka: the code that runs on the embedded log, two at once, and one that is stopped midway. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Enricher, startEnricher } from '../../../src/enrich/enricher.js';
import { openKafkaLog } from '../../../streams/log/kafka.js';
import type { Log } from '../../../streams/log/port.js';
import { DEAD_LETTERS_TOPIC } from '../../../streams/topics.js';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';
import { type Kit, makeKit } from '../client/kit.js';
import { json, openRig, post, put, type Rig, written } from './rig.js';

let server: KafkaServer;
let kit: Kit;
let log: Log;
let rig: Rig;
beforeAll(async () => {
  server = await startKafka();
  kit = await makeKit();
  log = openKafkaLog({ brokers: [server.brokers] });
  rig = await openRig(log, kit);
  await log.ensureTopics([
    { name: 'posts', partitions: 3, retentionMs: null },
    { name: DEAD_LETTERS_TOPIC, partitions: 1, retentionMs: null },
  ]);
}, 300_000);
afterAll(async () => {
  await log?.close();
  await rig?.close();
  await server?.stop();
}, 60_000);

const start = (): Promise<Enricher> =>
  startEnricher(rig.parts, { from: 'posts', to: 'attested', maxBatch: 20 });

test('every post arrives with its result, whichever of two enrichers wrote it, and over a restart', async () => {
  const token = await kit.token();
  const send = (from: number, to: number) =>
    log.send(
      'posts',
      Array.from({ length: to - from }, (_, index) => ({
        key: `k${index}`,
        value: Buffer.from(
          JSON.stringify(post({ id: `p${from + index}`, ...(index % 2 ? { attestation: token } : {}) })),
        ),
        headers: {
          ce_type: 'post.created',
          ce_id: `e${from + index}`,
          ce_source: '/forum',
          ce_specversion: '1.0',
        },
      })),
    );
  await send(0, 150);
  await put(log, 'posts', '{', { ce_id: 'broken' });
  const two = await Promise.all([start(), start()]);
  await two[0].settle(AbortSignal.timeout(60_000));
  await two[0].stop();
  await send(150, 300);
  await two[1].settle(AbortSignal.timeout(60_000));
  await two[1].stop();
  const records = await written(log, 'attested');
  const byId = new Map(records.map((record) => [record.headers['ce_id'], record]));
  expect(byId.size).toBe(300);
  const posts = [...byId.values()];
  expect(new Set(posts.map((record) => json(record).id)).size).toBe(300);
  expect(posts.filter(({ headers }) => headers['ce_attestation'] === 'valid')).toHaveLength(150);
  expect(posts.filter(({ headers }) => headers['ce_attestation'] === 'none')).toHaveLength(150);
  expect((await rig.letters()).map(({ code }) => code)).toEqual(['request.malformed_json']);
  expect(await log.lag('assay-enrich-posts-attested', 'posts')).toBe(0);
}, 180_000);

/** The live stream over Apache Kafka: what was missed and what is new, each once, whichever process answers. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Sink } from '../../../src/live/follower.js';
import { VerdictFeed } from '../../../src/live/verdict-feed.js';
import { openKafkaLog } from '../../../streams/log/kafka.js';
import type { Log } from '../../../streams/log/port.js';
import { VERDICTS_TOPIC } from '../../../streams/topics.js';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';

let server: KafkaServer;
let log: Log;
let made = 0;

beforeAll(async () => {
  server = await startKafka();
  log = openKafkaLog({ brokers: [server.brokers] });
  await log.ensureTopics([{ name: VERDICTS_TOPIC, partitions: 3, retentionMs: null }]);
}, 300_000);
afterAll(async () => {
  await log.close();
  await server.stop();
}, 60_000);

async function announce(tenant: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `v${made++}`);
  await log.send(
    VERDICTS_TOPIC,
    ids.map((id) => ({ key: id, value: Buffer.from(JSON.stringify({ tenant, id })) })),
  );
  return ids;
}

/** Follows until `count` verdicts have come. */
async function follow(
  position: string,
  count: number,
  meanwhile: () => Promise<unknown> = async () => undefined,
) {
  const live = new VerdictFeed({ log, logger: pino({ level: 'silent' }), view: (verdict) => verdict });
  const leaving = new AbortController();
  const seen: string[] = [];
  let last = position;
  const sink: Sink = {
    write: (frame) => {
      last = /^id: (.*)$/m.exec(frame)?.[1] ?? last;
      const id = /"id":"(v\d+)"/.exec(frame)?.[1];
      if (id !== undefined) seen.push(id);
      if (seen.length >= count) leaving.abort();
      return true;
    },
    room: async () => undefined,
  };
  const joined = await live.join('acme', position);
  const [ending] = await Promise.all([joined.follow(sink, leaving.signal), meanwhile()]);
  await live.close();
  return { ending, seen, last };
}

test('a stream read up, followed live and resumed elsewhere shows each verdict once', async () => {
  const early = await announce('acme', 40);
  await announce('rival', 40);
  const first = await follow('earliest', 50, async () => {
    early.push(...(await announce('acme', 30)));
  });
  expect(first).toMatchObject({ ending: 'left' });
  const rest = await follow(first.last, early.length + 20 - first.seen.length, async () => {
    await announce('rival', 10);
    early.push(...(await announce('acme', 20)));
  });
  expect([...first.seen, ...rest.seen].sort()).toEqual([...early].sort());
}, 120_000);

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { openKafkaLog } from '../../../streams/log/kafka.js';
import type { Log } from '../../../streams/log/port.js';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';
import { logContract } from './contract.js';

let server: KafkaServer;
beforeAll(async () => {
  server = await startKafka();
}, 300_000);
afterAll(() => server?.stop(), 30_000);

logContract('Apache Kafka', {
  open: async () => openKafkaLog({ brokers: [server.brokers] }),
  patienceMs: 60_000,
});

describe('Apache Kafka', () => {
  let log: Log;
  afterEach(() => log.close(), 30_000);

  const until = async (done: () => boolean): Promise<void> => {
    for (let turn = 0; !done(); turn++) {
      if (turn === 3_000) throw new Error('the awaited state did not come');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('remembers no group of a tail or a reader that has ended', async () => {
    log = openKafkaLog({ brokers: [server.brokers] });
    await log.ensureTopics([{ name: 'forgotten', partitions: 1, retentionMs: null }]);
    await log.send('forgotten', [{ key: 'k', value: Buffer.from('1') }]);
    const admin = new kafkajs.Kafka({
      brokers: [server.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    await admin.connect();
    const groups = async () =>
      (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith('assay-tail-'));
    let seen = 0;
    const tail = await log.tail({
      topic: 'forgotten',
      from: {},
      onRecords: async (records) => {
        seen += records.length;
      },
    });
    await until(() => seen === 1);
    expect(await groups()).toHaveLength(1);
    await tail.stop();
    expect(await log.read('forgotten', 0, 0, 10)).toHaveLength(1);
    expect(await groups()).toEqual([]);
    await admin.disconnect();
  }, 60_000);

  it('says of all topics at once what differs from what is wanted, and creates none', async () => {
    log = openKafkaLog({ brokers: [server.brokers] });
    const one = { name: 'differs-1', partitions: 2, retentionMs: 60_000 };
    const two = { name: 'differs-2', partitions: 1, retentionMs: null, compact: true };
    await log.ensureTopics([one, two]);
    await log.ensureTopics([one, two]);
    const refused = log.ensureTopics([
      { ...one, partitions: 3, retentionMs: 90_000 },
      { ...two, compact: false },
      { name: 'differs-3', partitions: 1, retentionMs: null },
    ]);
    await expect(refused).rejects.toMatchObject({
      code: 'log.topic_mismatch',
      message: expect.stringMatching(
        /^Topic differs-1: expected partitions 3, found 2; expected retention.ms 90000, found 60000. Topic differs-2: expected cleanup.policy delete, found compact/,
      ),
    });
    await expect(log.bounds('differs-3')).rejects.toMatchObject({ code: 'log.unavailable' });
    await log.ensureTopics([{ ...one, retentionMs: 1, anyRetention: true }]);
  }, 60_000);

  it('keeps a member whose handler works longer than its session lasts, and feeds its other partitions meanwhile', async () => {
    log = openKafkaLog({ brokers: [server.brokers] });
    await log.ensureTopics([{ name: 'slow', partitions: 2, retentionMs: null }]);
    const keys = Array.from({ length: 20 }, (_none, i) => `k${i}`);
    await log.send(
      'slow',
      keys.map((key) => ({ key, value: Buffer.from(key) })),
    );
    const seen: string[] = [];
    let rebalances = 0;
    let held: number | null = null;
    let early = 0;
    const consumer = await log.consume({
      group: 'slow',
      topics: ['slow'],
      concurrency: 2,
      onRebalance: () => {
        rebalances += 1;
      },
      onBatch: async ({ partition, records }) => {
        if (held === null) {
          held = partition;
          await new Promise((resolve) => setTimeout(resolve, 9_000));
          early = seen.length;
        }
        seen.push(...records.map(({ value }) => String(value)));
      },
    });
    await until(() => seen.length >= keys.length);
    await consumer.stop();
    expect([...seen].sort()).toEqual([...keys].sort());
    expect(early).toBeGreaterThan(0);
    expect(rebalances).toBe(0);
    expect(await log.lag('slow', 'slow')).toBe(0);
  }, 90_000);

  it('that is killed and comes back loses nothing, and consumers and tails go on by themselves', async () => {
    log = openKafkaLog({ brokers: [server.brokers] });
    await log.ensureTopics([{ name: 'outage', partitions: 2, retentionMs: null }]);
    const consumed = new Set<string>();
    const followed: string[] = [];
    const consumer = await log.consume({
      group: 'outage',
      topics: ['outage'],
      from: 'beginning',
      onBatch: async ({ records }) => {
        for (const { value } of records) consumed.add(String(value));
      },
    });
    const tail = await log.tail({
      topic: 'outage',
      from: {},
      onRecords: async (records) => {
        followed.push(...records.map(({ value }) => String(value)));
      },
    });
    const send = (from: number, count: number) =>
      log.send(
        'outage',
        Array.from({ length: count }, (_, i) => ({
          key: `k${from + i}`,
          value: Buffer.from(String(from + i)),
        })),
      );
    await send(0, 20);
    await until(() => consumed.size === 20 && followed.length === 20);
    await server.restart();
    await send(20, 20);
    await until(() => consumed.size === 40 && new Set(followed).size === 40);
    await Promise.all([consumer.stop(), tail.stop()]);
    // A send whose acknowledgement died with the broker is made again, so a record may lie there twice; each is followed once.
    const bounds = await log.bounds('outage');
    expect(followed).toHaveLength(bounds.reduce((sum, { first, next }) => sum + next - first, 0));
    expect(await log.lag('outage', 'outage')).toBe(0);
  }, 180_000);

  it('that does not answer is said to be away', async () => {
    log = openKafkaLog({ brokers: ['127.0.0.1:1'] });
    await expect(log.ping()).rejects.toMatchObject({ code: 'log.unavailable' });
    await expect(
      log.consume({ group: 'g', topics: ['t'], onBatch: async () => undefined }),
    ).rejects.toMatchObject({ code: 'log.unavailable' });
  }, 60_000);
});

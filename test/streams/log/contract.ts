/**
 * What every log adapter has to do. `embedded.test.ts` and `kafka.servers.test.ts` run this one suite; an engine that
 * cannot be reopened in place, or that sweeps by itself, says so.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumerOptions, Log, LogRecord, OutgoingRecord } from '../../../streams/log/port.js';

export interface LogUnderTest {
  /** Opens the log again on the same data. */
  open(): Promise<Log>;
  /** How long a group may take until records flow, in milliseconds. */
  patienceMs: number;
}

const record = (key: string, value: string, headers: Record<string, string> = {}): OutgoingRecord => ({
  key,
  value: Buffer.from(value),
  headers,
});

const text = ({ value }: LogRecord): string => value?.toString('utf8') ?? '';

/** Resolves once `done()` holds; gives up after a minute, so that a failed test does not go on for ever. */
const until = async (done: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 3_000; turn++) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the awaited state did not come');
};

export function logContract(name: string, { open, patienceMs }: LogUnderTest): void {
  describe(`${name} keeps the log contract`, () => {
    let log: Log;
    let topic: string;

    beforeEach(async () => {
      log = await open();
      topic = `t-${randomUUID()}`;
      await log.ensureTopics([{ name: topic, partitions: 4, retentionMs: null }]);
    }, patienceMs);

    afterEach(() => log.close(), patienceMs);

    const collect = (options: Partial<ConsumerOptions> = {}) => {
      const seen: LogRecord[] = [];
      return {
        seen,
        consumer: log.consume({
          group: `g-${topic}`,
          topics: [topic],
          from: 'beginning',
          onBatch: async ({ records }) => {
            seen.push(...records);
          },
          ...options,
        }),
      };
    };

    it(
      'delivers every record once, in order of its key, in one partition per key',
      async () => {
        const sent = Array.from({ length: 200 }, (_, i) => record(`k${i % 10}`, `${i}`));
        await log.send(topic, sent);
        const { seen, consumer } = collect();
        await until(() => seen.length >= 200);
        await (await consumer).stop();
        expect(seen.length).toBe(200);
        for (let k = 0; k < 10; k++) {
          const own = seen.filter(({ key }) => key === `k${k}`);
          expect(own.map((r) => Number(text(r)))).toEqual(Array.from({ length: 20 }, (_, i) => i * 10 + k));
          expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
        }
      },
      patienceMs,
    );

    it(
      'chooses the partition that Kafka clients choose (murmur2)',
      async () => {
        await log.send(topic, [
          record('21', 'a'),
          record('foobar', 'b'),
          record('a-little-bit-long-string', 'c'),
        ]);
        // Kafka's own test values: murmur2("21") = -973932308, ("foobar") = -790332482, ("a-little-bit-long-string") = -985981536.
        const expected = [-973932308, -790332482, -985981536].map((hash) => (hash & 0x7fffffff) % 4);
        const found: Record<string, number> = {};
        for (let partition = 0; partition < 4; partition++)
          for (const { key } of await log.read(topic, partition, 0, 10)) found[key!] = partition;
        expect([found['21'], found.foobar, found['a-little-bit-long-string']]).toEqual(expected);
      },
      patienceMs,
    );

    it(
      'gives back bytes, headers and tombstones unchanged',
      async () => {
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
        await log.send(topic, [
          { key: 'k', value: bytes, headers: { ce_id: 'ä ☃', empty: '' } },
          { key: 'k', value: null },
        ]);
        const { seen, consumer } = collect();
        await until(() => seen.length >= 2);
        await (await consumer).stop();
        expect(Buffer.compare(seen[0]!.value!, bytes)).toBe(0);
        expect(seen[0]!.headers).toEqual({ ce_id: 'ä ☃', empty: '' });
        expect(seen[1]!.value).toBeNull();
      },
      patienceMs,
    );

    it(
      'goes on after the committed offset when it is opened again',
      async () => {
        await log.send(topic, [record('k', '1'), record('k', '2')]);
        const first = collect();
        await until(() => first.seen.length >= 2);
        await (await first.consumer).stop();
        expect(await log.lag(`g-${topic}`, topic)).toBe(0);
        await log.close();
        log = await open();
        await log.send(topic, [record('k', '3')]);
        expect(await log.lag(`g-${topic}`, topic)).toBe(1);
        const second = collect();
        await until(() => second.seen.length >= 1);
        await (await second.consumer).stop();
        expect(second.seen.map(text)).toEqual(['3']);
      },
      patienceMs,
    );

    it(
      'delivers a batch again when its handler failed, and commits nothing of it',
      async () => {
        await log.send(topic, [record('k', '1'), record('k', '2')]);
        const tries: string[][] = [];
        const errors: unknown[] = [];
        const consumer = await log.consume({
          group: `g-${topic}`,
          topics: [topic],
          from: 'beginning',
          onBatch: async ({ records }) => {
            tries.push(records.map(text));
            if (tries.length < 3) throw new Error('not yet');
          },
          onError: (error) => errors.push(error),
        });
        await until(() => tries.length >= 3 && tries.flat().filter((value) => value === '2').length >= 3);
        await consumer.stop();
        expect(tries[0]).toEqual(tries[1]);
        expect(errors.length).toBeGreaterThanOrEqual(2);
        expect(await log.lag(`g-${topic}`, topic)).toBe(0);
      },
      patienceMs,
    );

    it(
      'delivers nothing of a paused topic until it is resumed',
      async () => {
        const { seen, consumer } = collect();
        const running = await consumer;
        await log.send(topic, [record('k', '1')]);
        await until(() => seen.length === 1);
        running.pause([{ topic }]);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await log.send(topic, [record('k', '2')]);
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(seen.map(text)).toEqual(['1']);
        running.resume([{ topic }]);
        await until(() => seen.length === 2);
        await running.stop();
        expect(seen.map(text)).toEqual(['1', '2']);
      },
      patienceMs,
    );

    it(
      'pauses single partitions and whole topics by themselves',
      async () => {
        const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
        const { seen, consumer } = collect();
        const running = await consumer;
        await log.send(
          topic,
          keys.map((key) => record(key, '1')),
        );
        await until(() => seen.length === keys.length);
        const places = new Map(seen.map(({ key, partition }) => [key!, partition]));
        const inFirstTwo = keys.filter((key) => places.get(key)! < 2);
        expect(inFirstTwo.length).toBeGreaterThan(0);
        running.pause([{ topic, partitions: [0] }]);
        running.pause([{ topic, partitions: [1] }]);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await log.send(
          topic,
          keys.map((key) => record(key, '2')),
        );
        await until(() => seen.length >= 2 * keys.length - inFirstTwo.length);
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(seen.filter((one) => text(one) === '2').every(({ partition }) => partition >= 2)).toBe(true);
        running.pause([{ topic }]);
        running.resume([{ topic }]);
        running.resume([{ topic, partitions: [1] }]);
        const inFirst = keys.filter((key) => places.get(key) === 0);
        await until(() => seen.length >= 2 * keys.length - inFirst.length);
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(seen.filter((one) => text(one) === '2').every(({ partition }) => partition >= 1)).toBe(true);
        running.resume([{ topic, partitions: [0] }]);
        await until(() => seen.length === 2 * keys.length);
        await running.stop();
      },
      patienceMs,
    );

    it(
      'shares the partitions of a group between its members and hands them on when one leaves',
      async () => {
        const one = collect();
        const first = await one.consumer;
        const two = collect();
        const second = await two.consumer;
        let sent = 0;
        const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
        // Partitions move between members while records flow: nothing may be lost on the way.
        while (one.seen.length === 0 || two.seen.length === 0) {
          await log.send(
            topic,
            keys.map((key) => record(key, `${sent++}`)),
          );
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        await first.stop();
        const before = two.seen.length;
        await log.send(
          topic,
          keys.map((key) => record(key, `${sent++}`)),
        );
        await until(() => two.seen.length >= before + keys.length);
        await until(() => new Set([...one.seen, ...two.seen].map(text)).size === sent);
        await second.stop();
        expect(await log.lag(`g-${topic}`, topic)).toBe(0);
      },
      patienceMs,
    );

    it(
      'keeps groups apart',
      async () => {
        await log.send(topic, [record('k', '1')]);
        const one = collect({ group: `a-${topic}` });
        const two = collect({ group: `b-${topic}` });
        await until(() => one.seen.length === 1 && two.seen.length === 1);
        await Promise.all([(await one.consumer).stop(), (await two.consumer).stop()]);
      },
      patienceMs,
    );

    it(
      'finishes the batch in hand and commits it before stopping',
      async () => {
        await log.send(topic, [record('k', '1')]);
        let started = false;
        let finished = false;
        const consumer = await log.consume({
          group: `g-${topic}`,
          topics: [topic],
          from: 'beginning',
          onBatch: async () => {
            started = true;
            await new Promise((resolve) => setTimeout(resolve, 200));
            finished = true;
          },
        });
        await until(() => started);
        await consumer.stop();
        expect(finished).toBe(true);
        expect(await log.lag(`g-${topic}`, topic)).toBe(0);
      },
      patienceMs,
    );

    it(
      'tells the handler in hand that the consumer stops, and commits what it finishes then',
      async () => {
        await log.send(topic, [record('k', '1')]);
        let signal: AbortSignal | undefined;
        const consumer = await log.consume({
          group: `g-${topic}`,
          topics: [topic],
          from: 'beginning',
          onBatch: async (batch) => {
            signal = batch.signal;
            await new Promise((resolve) => batch.signal.addEventListener('abort', resolve));
          },
        });
        await until(() => signal !== undefined);
        expect(signal?.aborted).toBe(false);
        await consumer.stop();
        expect(signal?.aborted).toBe(true);
        expect(await log.lag(`g-${topic}`, topic)).toBe(0);
      },
      patienceMs,
    );

    it(
      'lets a tail take again what its handler could not take, and nothing twice that it took',
      async () => {
        await log.send(topic, [record('k', '1'), record('k', '2')]);
        const seen: string[] = [];
        const errors: unknown[] = [];
        const tail = await log.tail({
          topic,
          from: {},
          onRecords: async (records) => {
            if (errors.length === 0) throw new Error('not yet');
            seen.push(...records.map(text));
          },
          onError: (error) => errors.push(error),
        });
        await until(() => seen.length >= 2);
        await log.send(topic, [record('k', '3')]);
        await until(() => seen.length >= 3);
        await tail.stop();
        await tail.stop();
        expect(seen).toEqual(['1', '2', '3']);
        expect(errors).toHaveLength(1);
      },
      patienceMs,
    );

    it(
      'follows a topic from now on when asked to',
      async () => {
        await log.send(topic, [record('k', 'before')]);
        const seen: string[] = [];
        const tail = await log.tail({
          topic,
          from: 'end',
          onRecords: async (records) => {
            seen.push(...records.map(text));
          },
        });
        await log.send(topic, [record('k', 'after')]);
        await until(() => seen.length >= 1);
        await tail.stop();
        expect(seen).toEqual(['after']);
      },
      patienceMs,
    );

    it(
      'follows a topic from given positions without a group',
      async () => {
        await log.send(topic, [record('k', '1'), record('k', '2'), record('k', '3')]);
        const at = (await log.bounds(topic)).find(({ next }) => next === 3)!.partition;
        const seen: string[] = [];
        const tail = await log.tail({
          topic,
          from: { [at]: 1 },
          onRecords: async (records) => {
            seen.push(...records.map(text));
          },
        });
        await until(() => seen.length >= 2);
        await log.send(topic, [record('k', '4')]);
        await until(() => seen.length >= 3);
        await tail.stop();
        expect(seen).toEqual(['2', '3', '4']);
      },
      patienceMs,
    );

    it(
      'reads a bounded stretch and knows the bounds',
      async () => {
        await log.send(
          topic,
          Array.from({ length: 5 }, (_, i) => record('k', `${i}`)),
        );
        const { partition, first } = (await log.bounds(topic)).find(({ next }) => next === 5)!;
        expect(first).toBe(0);
        expect((await log.read(topic, partition, 1, 2)).map(text)).toEqual(['1', '2']);
        expect(await log.read(topic, partition, 5, 2)).toEqual([]);
        expect((await log.committed('nobody', topic)).every(({ offset }) => offset === null)).toBe(true);
      },
      patienceMs,
    );

    it(
      'refuses a topic that exists with other settings',
      async () => {
        await expect(
          log.ensureTopics([{ name: topic, partitions: 3, retentionMs: null }]),
        ).rejects.toMatchObject({
          code: 'log.topic_mismatch',
        });
        await log.ensureTopics([{ name: topic, partitions: 4, retentionMs: null }]);
      },
      patienceMs,
    );

    it(
      'refuses a record above the limit before anything is sent',
      async () => {
        const large = { key: 'k', value: Buffer.alloc(1_000_001) };
        await expect(log.send(topic, [record('k', '1'), large])).rejects.toMatchObject({
          code: 'log.record_too_large',
        });
        expect((await log.bounds(topic)).every(({ next }) => next === 0)).toBe(true);
      },
      patienceMs,
    );

    it('answers a ping', () => log.ping(), patienceMs);
  });
}

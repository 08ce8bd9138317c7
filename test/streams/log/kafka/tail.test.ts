/** Tails and bounded reading over a client that is moved by hand. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readStretch } from '../../../../streams/log/kafka/read.js';
import { followTopic } from '../../../../streams/log/kafka/tail.js';
import type { TailOptions } from '../../../../streams/log/port.js';
import { FakeKafka, message, until } from './fake.js';

let kafka: FakeKafka;
let forgotten: string[];
let stops: Set<() => Promise<void>>;
const bounds = [
  { partition: 0, first: 0, next: 3 },
  { partition: 1, first: 2, next: 9 },
];

beforeEach(() => {
  kafka = new FakeKafka();
  forgotten = [];
  stops = new Set();
});

const parts = () => ({
  kafka: kafka.client,
  stops,
  questions: { forget: async (group: string) => void forgotten.push(group), bounds: async () => bounds },
});

const follow = (seen: string[], more: Partial<TailOptions> = {}, from = new Map<number, number>()) =>
  followTopic(
    parts(),
    {
      topic: 't',
      onRecords: async (records) => void seen.push(...records.map(({ value }) => String(value))),
      ...more,
    },
    from,
  );

describe('a tail', () => {
  it('begins at the given positions, whatever is fetched before the seek', async () => {
    const seen: string[] = [];
    const tail = await follow(seen, {}, new Map([[1, 6]]));
    expect(kafka.last.calls).toContain('seek 1 6');
    await kafka.last.fetched('t', 1, [message(5), message(6)]);
    await kafka.last.fetched('t', 0, [message(0)]);
    expect(seen).toEqual(['6', '0']);
    await tail.stop();
  });

  it('is forgotten by the cluster when it stops, once', async () => {
    const tail = await follow([]);
    await Promise.all([tail.stop(), tail.stop()]);
    expect(forgotten).toEqual([kafka.last.groupId]);
    expect(stops.size).toBe(0);
  });

  it('that crashed is built anew and goes on after what it has handed over', async () => {
    const seen: string[] = [];
    const errors: unknown[] = [];
    const tail = await follow(seen, { onError: (error) => errors.push(error) });
    await kafka.last.fetched('t', 0, [message(0), message(1)]);
    kafka.last.crash();
    await until(() => kafka.consumers.length === 2 && kafka.last.running);
    expect(kafka.last.calls).toContain('seek 0 2');
    await kafka.last.fetched('t', 0, [message(0), message(1), message(2)]);
    expect(seen).toEqual(['0', '1', '2']);
    expect(errors).toHaveLength(1);
    await tail.stop();
  });

  it('gives the same records again to a handler that failed, until it is stopped', async () => {
    let tries = 0;
    const tail = await follow([], {
      onRecords: async () => {
        tries += 1;
        throw new Error('slow reader');
      },
    });
    const fetched = kafka.last.fetched('t', 0, [message(0)]);
    await until(() => tries === 2);
    await tail.stop();
    await fetched;
    expect(tries).toBe(2);
    expect(kafka.last.resolved).toEqual([]);
  });
});

describe('reading a stretch', () => {
  const read = (fromOffset: number, limit: number, patienceMs = 5_000) =>
    readStretch(parts(), { topic: 't', partition: 1, fromOffset, limit }, patienceMs);

  it('ends at the limit, and leaves no group behind', async () => {
    const reading = read(4, 2);
    await until(() => kafka.consumers.length === 1 && kafka.last.running);
    expect(kafka.last.calls).toContain('seek 0 3');
    await kafka.last.fetched('t', 1, [message(4), message(5), message(6)]);
    expect((await reading).map(({ offset }) => offset)).toEqual([4, 5]);
    expect(forgotten).toHaveLength(1);
  });

  it('ends at what was the end when it began', async () => {
    const reading = read(7, 100);
    await until(() => kafka.consumers.length === 1 && kafka.last.running);
    await kafka.last.fetched('t', 1, [message(7), message(8)]);
    expect(await reading).toHaveLength(2);
  });

  it('asks nobody when there is nothing to read', async () => {
    expect(await read(9, 5)).toEqual([]);
    expect(await read(0, 0)).toEqual([]);
    expect(await readStretch(parts(), { topic: 't', partition: 7, fromOffset: 0, limit: 5 })).toEqual([]);
    expect(kafka.consumers).toHaveLength(0);
  });

  it('gives up when the records do not come', async () => {
    await expect(read(4, 2, 20)).rejects.toMatchObject({
      code: 'log.unavailable',
      message: 'expected records of t within 20 ms, found 0',
    });
    expect(forgotten).toHaveLength(1);
  });
});

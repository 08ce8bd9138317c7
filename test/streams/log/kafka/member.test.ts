/** A member of a group over a client that is moved by hand: what is committed when, and what happens when kafkajs gives up. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { joinGroup } from '../../../../streams/log/kafka/member.js';
import type { ConsumerOptions, RecordBatch } from '../../../../streams/log/port.js';
import { type FakeConsumer, FakeKafka, message, until } from './fake.js';

let kafka: FakeKafka;
let stops: Set<() => Promise<void>>;
beforeEach(() => {
  kafka = new FakeKafka();
  stops = new Set();
});

const join = (options: Partial<ConsumerOptions> = {}) =>
  joinGroup(kafka.client, { group: 'g', topics: ['t'], onBatch: async () => undefined, ...options }, stops);

const values = ({ records }: RecordBatch): string[] => records.map(({ value }) => String(value));

describe('a member of a group', () => {
  it('resolves what was fetched for the next fetch, and commits each part after its handler', async () => {
    const seen: string[][] = [];
    const consumer = await join({ maxBatch: 2, onBatch: async (batch) => void seen.push(values(batch)) });
    await kafka.last.fetched('t', 0, [message(5), message(6), message(7)]);
    expect(kafka.last.resolved).toEqual(['7']);
    await until(() => kafka.last.committed.length === 2);
    expect(seen).toEqual([['5', '6'], ['7']]);
    expect(kafka.last.committed).toEqual(['7', '8']);
    expect(consumer.ready).toBe(true);
    await consumer.stop();
    expect(consumer.ready).toBe(false);
    expect(stops.size).toBe(0);
  });

  it('begins where it is told when the group has no offsets', async () => {
    await join({ from: 'end' });
    expect(kafka.last.calls).toContain('subscribe end');
    await join();
    expect(kafka.last.calls).toContain('subscribe beginning');
  });

  it('tries a failed batch again, and commits nothing of it before', async () => {
    let tries = 0;
    const errors: unknown[] = [];
    await join({
      onBatch: async () => {
        if (++tries < 3) throw new Error('not yet');
        expect(kafka.last.committed).toEqual([]);
      },
      onError: (error, at) => errors.push([String(error), at]),
    });
    await kafka.last.fetched('t', 1, [message(0)]);
    await until(() => kafka.last.committed.length === 1);
    expect(tries).toBe(3);
    expect(errors).toEqual([
      ['Error: not yet', { topic: 't', partition: 1 }],
      ['Error: not yet', { topic: 't', partition: 1 }],
    ]);
    expect(kafka.last.committed).toEqual(['1']);
  });

  it('goes on although a commit failed: the records come again', async () => {
    const errors: unknown[] = [];
    await join({ onError: (error) => errors.push(error) });
    kafka.last.failing = { call: 'commit', error: new Error('coordinator moved') };
    await kafka.last.fetched('t', 0, [message(0)]);
    await until(() => errors.length === 1);
    await kafka.last.fetched('t', 0, [message(1)]);
    await until(() => kafka.last.committed.length === 1);
    expect(kafka.last.committed).toEqual(['2']);
  });

  it('does not take a heartbeat that failed for a loss: kafkajs finds out, and joins again', async () => {
    const signals: AbortSignal[] = [];
    await join({
      onBatch: async ({ signal, heartbeat }) => {
        signals.push(signal);
        await heartbeat();
      },
    });
    kafka.last.rebalancing = true;
    await expect(kafka.last.fetched('t', 0, [message(0)])).rejects.toThrow('rebalancing');
    await until(() => kafka.last.committed.length === 1);
    expect(signals[0]?.aborted).toBe(false);
  });

  it('commits nothing of a partition that it may have lost meanwhile', async () => {
    let release = (): void => undefined;
    let begun = false;
    let ended = 0;
    const consumer = await join({
      onBatch: async () => {
        begun = true;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        ended += 1;
      },
    });
    await kafka.last.fetched('t', 0, [message(0)]);
    await until(() => begun);
    kafka.last.emit('consumer.rebalancing');
    release();
    await until(() => ended === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(kafka.last.committed).toEqual([]);
    await consumer.stop();
  });

  it('tells the handler in hand and drops what waits when the group is dealt out anew', async () => {
    const seen: string[][] = [];
    const signals: AbortSignal[] = [];
    let release = (): void => undefined;
    let rebalances = 0;
    const consumer = await join({
      maxBatch: 1,
      onRebalance: () => {
        rebalances += 1;
      },
      onBatch: async (batch) => {
        seen.push(values(batch));
        signals.push(batch.signal);
        if (seen.length > 1) return;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        throw new Error('abandoned');
      },
    });
    await kafka.last.fetched('t', 0, [message(0), message(1)]);
    await until(() => seen.length === 1);
    kafka.last.emit('consumer.rebalancing');
    expect([signals[0]?.aborted, rebalances]).toEqual([true, 1]);
    release();
    kafka.last.join();
    await kafka.last.fetched('t', 0, [message(0)]);
    await until(() => kafka.last.committed.length === 1);
    expect(seen).toEqual([['0'], ['0']]);
    expect(kafka.last.committed).toEqual(['1']);
    await consumer.stop();
  });

  it('lets one partition wait for its handler while others go on, and pauses it while too much of it waits', async () => {
    const seen: string[] = [];
    let release = (): void => undefined;
    const consumer = await join({
      concurrency: 2,
      maxBatch: 1,
      onBatch: async (batch) => {
        if (batch.partition === 0)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        seen.push(...values(batch).map((value) => `${batch.partition}:${value.length}`));
      },
    });
    const large = 'x'.repeat(900_000);
    await kafka.last.fetched('t', 0, [message(0, large), message(1, large)]);
    expect(kafka.last.calls.filter((call) => call.startsWith('pause'))).toEqual([]);
    await kafka.last.fetched('t', 0, [message(2, large)]);
    expect(kafka.last.calls.at(-1)).toBe('pause [{"topic":"t","partitions":[0]}]');
    await kafka.last.fetched('t', 1, [message(0)]);
    await until(() => seen.length === 1);
    expect(seen).toEqual(['1:1']);
    release();
    await until(() => kafka.last.committed.length === 2);
    expect(kafka.last.calls.filter((call) => call.startsWith('resume'))).toHaveLength(2);
    release();
    await until(() => kafka.last.committed.length === 3);
    expect(kafka.last.calls.filter((call) => call.startsWith('resume'))).toHaveLength(3);
    release();
    await until(() => kafka.last.committed.length === 4);
    await consumer.stop();
  });

  it('gives each owner its share of the places, however much the other has waiting', async () => {
    const seen: string[] = [];
    let release = (): void => undefined;
    const consumer = await join({
      topics: ['flood', 'few'],
      maxBatch: 1,
      shareOf: (topic) => topic,
      onBatch: async (batch) => {
        seen.push(`${batch.topic} ${batch.partition}`);
        if (seen.length === 1)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
      },
    });
    for (const partition of [0, 1, 2, 3])
      await kafka.last.fetched('flood', partition, [message(0), message(1)]);
    await kafka.last.fetched('few', 0, [message(0)]);
    await until(() => seen.length === 1);
    release();
    await until(() => seen.length === 9);
    expect(seen.indexOf('few 0')).toBe(1);
    await consumer.stop();
  });

  it('tells the handler in hand at once when it is stopped, waits for it, and commits what it finished', async () => {
    let signal: AbortSignal | undefined;
    const consumer = await join({
      onBatch: async (batch) => {
        signal = batch.signal;
        await new Promise((resolve) => batch.signal.addEventListener('abort', resolve));
      },
    });
    const fetched = kafka.last.fetched('t', 0, [message(0)]);
    await until(() => signal !== undefined);
    await consumer.stop();
    await fetched;
    expect(kafka.last.committed).toEqual(['1']);
    expect(kafka.last.calls.indexOf('commit')).toBeLessThan(kafka.last.calls.indexOf('disconnect'));
  });

  it('hands over nothing that is paused, by topic and by partition', async () => {
    const seen: string[] = [];
    const consumer = await join({ onBatch: async (batch) => void seen.push(...values(batch)) });
    consumer.pause([{ topic: 't', partitions: [0] }]);
    consumer.pause([{ topic: 't', partitions: [1] }]);
    await kafka.last.fetched('t', 0, [message(0)]);
    await kafka.last.fetched('t', 1, [message(1)]);
    await kafka.last.fetched('t', 2, [message(2)]);
    await until(() => kafka.last.committed.length === 1);
    expect(seen).toEqual(['2']);
    consumer.resume([{ topic: 't', partitions: [1] }]);
    expect(kafka.last.calls.filter((call) => call.startsWith('pause')).at(-1)).toBe(
      'pause [{"topic":"t","partitions":[0]}]',
    );
    await kafka.last.fetched('t', 1, [message(1)]);
    await until(() => kafka.last.committed.length === 2);
    expect(seen).toEqual(['2', '1']);
    consumer.pause([{ topic: 't' }]);
    consumer.resume([{ topic: 't' }]);
    await kafka.last.fetched('t', 0, [message(0)]);
    expect(seen).toEqual(['2', '1']);
  });
});

describe('a member that kafkajs has given up on', () => {
  it('is built anew, with what was paused still paused', async () => {
    const errors: unknown[] = [];
    const seen: string[] = [];
    const consumer = await join({
      onBatch: async (batch) => void seen.push(...values(batch)),
      onError: (error) => errors.push(error),
    });
    consumer.pause([{ topic: 't', partitions: [3] }]);
    const first = kafka.last;
    first.crash();
    expect(consumer.ready).toBe(false);
    consumer.pause([{ topic: 't', partitions: [4] }]);
    await until(() => kafka.consumers.length === 2 && consumer.ready);
    expect(first.calls.at(-1)).toBe('disconnect');
    await until(() => kafka.last.calls.some((call) => call.startsWith('pause')));
    expect(kafka.last.calls.at(-1)).toBe('pause [{"topic":"t","partitions":[3,4]}]');
    await kafka.last.fetched('t', 0, [message(9)]);
    await until(() => seen.length === 1);
    expect(seen).toEqual(['9']);
    expect(errors).toHaveLength(1);
    await consumer.stop();
    expect(kafka.last.calls.at(-1)).toBe('disconnect');
  });

  it('is left alone when kafkajs restarts it by itself', async () => {
    const consumer = await join();
    kafka.last.crash(true);
    expect(consumer.ready).toBe(false);
    consumer.pause([{ topic: 't' }]);
    kafka.last.join();
    expect(consumer.ready).toBe(true);
    expect(kafka.last.calls.at(-1)).toBe('pause [{"topic":"t"}]');
    expect(kafka.consumers).toHaveLength(1);
    await consumer.stop();
  });

  it('is ready once kafkajs has joined the group by itself, when the first join failed for a while', async () => {
    kafka.prepare = (consumer) => {
      consumer.crashesAtJoin = true;
    };
    const consumer = await join();
    expect(consumer.ready).toBe(false);
    kafka.last.join();
    expect(consumer.ready).toBe(true);
    await consumer.stop();
  });

  it('is tried until the cluster is back, each failed try put down', async () => {
    kafka.prepare = (consumer: FakeConsumer, at: number) => {
      if (at === 1) consumer.failing = { call: 'run', error: new Error('still away') };
    };
    const errors: string[] = [];
    const consumer = await join({ onError: (error) => errors.push((error as Error).message) });
    kafka.last.crash();
    await until(() => kafka.consumers.length === 3 && consumer.ready);
    expect(errors).toEqual(['crashed', 'still away']);
    expect(kafka.consumers[1]?.calls.at(-1)).toBe('disconnect');
    await consumer.stop();
  });

  it('is built no more once it is stopped', async () => {
    const consumer = await join();
    kafka.last.crash();
    await consumer.stop();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(kafka.consumers).toHaveLength(1);
  });

  it('at the very start is an error of the caller, and nothing is left open', async () => {
    kafka.prepare = (consumer) => {
      consumer.failing = { call: 'connect', error: new Error('no broker') };
    };
    await expect(join()).rejects.toMatchObject({ code: 'log.unavailable', message: 'Kafka: no broker' });
    expect(kafka.last.calls).toEqual(['connect', 'disconnect']);
  });

  it('while it joins for the first time is an error of the caller too, although run resolves', async () => {
    kafka.prepare = (consumer) => {
      consumer.on('consumer.group_join', () => consumer.crash());
    };
    await expect(join()).rejects.toMatchObject({ code: 'log.unavailable' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(kafka.consumers).toHaveLength(1);
  });
});

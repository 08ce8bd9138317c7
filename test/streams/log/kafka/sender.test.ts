/** What is sent arrives in order, once acknowledged, also over producers that fail. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Admin, Kafka, KafkaMessage, Producer } from 'kafkajs';
import { AssayError } from '../../../../schemas/errors.js';
import { Questions } from '../../../../streams/log/kafka/questions.js';
import { requests, toRecord, translate } from '../../../../streams/log/kafka/record.js';
import { Sender } from '../../../../streams/log/kafka/sender.js';
import { differences, ensureTopics } from '../../../../streams/log/kafka/topics.js';
import { MAX_RECORD_BYTES } from '../../../../streams/log/record-size.js';
import { message } from './fake.js';

const record = (value: string) => ({ key: 'k', value: Buffer.from(value), headers: { a: 'b' } });

/** Producers that fail as often as told, and a list of what happened to them. */
function producers(failures: { connect?: number; send?: number } = {}) {
  const log: string[] = [];
  const sent: string[] = [];
  let made = 0;
  const left = { connect: failures.connect ?? 0, send: failures.send ?? 0 };
  const create = (): Producer => {
    const id = ++made;
    return {
      async connect() {
        log.push(`connect ${id}`);
        if (left.connect-- > 0) throw new Error('no broker');
      },
      async send({ messages }: { messages: { value: Buffer }[] }) {
        if (left.send-- > 0) throw new Error('not acknowledged');
        sent.push(...messages.map(({ value }) => String(value)));
      },
      async disconnect() {
        log.push(`disconnect ${id}`);
        throw new Error('it was dead already');
      },
    } as unknown as Producer;
  };
  return { create, log, sent };
}

describe('the sender', () => {
  it('sends in the order of calls through one producer', async () => {
    const { create, log, sent } = producers();
    const sender = new Sender(create);
    await Promise.all([sender.send('t', [record('1'), record('2')]), sender.send('t', [record('3')])]);
    await sender.close();
    expect(sent).toEqual(['1', '2', '3']);
    expect(log).toEqual(['connect 1', 'disconnect 1']);
  });

  it('puts down a producer that failed, and sends the same again through another', async () => {
    const { create, log, sent } = producers({ connect: 1, send: 1 });
    const sender = new Sender(create);
    await sender.send('t', [record('1')]);
    await sender.close();
    expect(sent).toEqual(['1']);
    expect(log).toEqual([
      'connect 1',
      'disconnect 1',
      'connect 2',
      'disconnect 2',
      'connect 3',
      'disconnect 3',
    ]);
  });

  it('without a call has nothing to close', async () => {
    const { create, log } = producers();
    await new Sender(create).close();
    expect(log).toEqual([]);
  });
});

describe('requests', () => {
  it('carry every record once, in order, each below the limit unless a record is that large by itself', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 12 }), (sizes) => {
        const records = sizes.map((size) => ({ key: 'k', value: Buffer.alloc(size) }));
        const parts = [...requests(records)];
        expect(parts.flat()).toEqual(records);
        for (const part of parts) {
          const bytes = part.reduce((sum, { value }) => sum + value!.length, 0);
          expect(part.length === 1 || bytes <= MAX_RECORD_BYTES).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a record from Kafka', () => {
  it('keeps bytes and offset; repeated headers give the first, empty ones nothing', () => {
    const headers = { one: Buffer.from('ä'), many: [Buffer.from('x'), Buffer.from('y')], none: undefined };
    expect(toRecord('t', 2, message(7, 'v', headers))).toEqual({
      topic: 't',
      partition: 2,
      offset: 7,
      key: 'k',
      value: Buffer.from('v'),
      headers: { one: 'ä', many: 'x', none: '' },
      timestamp: 1000,
    });
    const bare = { ...message(0), key: null, value: null, headers: undefined } as KafkaMessage;
    expect(toRecord('t', 0, bare)).toMatchObject({ key: null, value: null, headers: {} });
  });

  it('has its errors in our words', () => {
    const own = new AssayError('log.topic_mismatch');
    expect(translate(own)).toBe(own);
    expect(translate(new Error('x'))).toMatchObject({ code: 'log.unavailable', message: 'Kafka: x' });
    expect(translate('thrown')).toMatchObject({ message: 'Kafka: unknown error' });
  });
});

describe('questions to the cluster', () => {
  const cluster = (answers: Partial<Admin>, failures = 0) => {
    let left = failures;
    let connects = 0;
    const admin = {
      async connect() {
        connects += 1;
        if (left-- > 0) throw new Error('no broker');
      },
      disconnect: async () => undefined,
      ...answers,
    } as Admin;
    return {
      questions: new Questions({ admin: () => admin } as unknown as Pick<Kafka, 'admin'>),
      connects: () => connects,
    };
  };

  it('are asked again while the cluster comes up, over a new connection, and fail after four tries', async () => {
    const listTopics = async () => ['t'];
    const coming = cluster({ listTopics }, 2);
    expect(await coming.questions.ask((admin) => admin.listTopics())).toEqual(['t']);
    expect(coming.connects()).toBe(3);
    const away = cluster({ listTopics }, 9);
    await expect(away.questions.ask((admin) => admin.listTopics())).rejects.toMatchObject({
      code: 'log.unavailable',
    });
    expect(away.connects()).toBe(4);
  });

  it('are answered in order of partitions; an offset that was never committed is none', async () => {
    const { questions } = cluster({
      fetchTopicOffsets: async () => [
        { partition: 1, offset: '9', low: '2', high: '9' },
        { partition: 0, offset: '3', low: '0', high: '3' },
      ],
      fetchOffsets: (async () => [
        {
          topic: 't',
          partitions: [
            { partition: 1, offset: '-1', metadata: null },
            { partition: 0, offset: '2', metadata: null },
          ],
        },
      ]) as Admin['fetchOffsets'],
    });
    expect(await questions.bounds('t')).toEqual([
      { partition: 0, first: 0, next: 3 },
      { partition: 1, first: 2, next: 9 },
    ]);
    expect(await questions.committed('g', 't')).toEqual([
      { partition: 0, offset: 2 },
      { partition: 1, offset: null },
    ]);
    await questions.close();
  });

  it('about a group to forget may fail: the broker forgets it later by itself', async () => {
    const { questions } = cluster({
      deleteGroups: async () => Promise.reject(new Error('not empty')),
    });
    await questions.forget('g');
  });

  it('create topics that are missing, and refuse one with other settings', async () => {
    const created: unknown[] = [];
    const { questions } = cluster({
      listTopics: async () => ['old'],
      createTopics: async (request) => created.push(...request.topics) > 0,
      fetchTopicMetadata: (async () => ({
        topics: [{ name: 'old', partitions: [{}, {}] }],
      })) as unknown as Admin['fetchTopicMetadata'],
      describeConfigs: (async () => ({
        resources: [
          {
            resourceName: 'old',
            configEntries: [
              { configName: 'cleanup.policy', configValue: 'delete' },
              { configName: 'retention.ms', configValue: '1000' },
            ],
          },
        ],
      })) as unknown as Admin['describeConfigs'],
    });
    const old = { name: 'old', partitions: 2, retentionMs: 1_000 };
    await ensureTopics(questions, [old]);
    expect(created).toEqual([]);
    await ensureTopics(questions, [old, { name: 'new', partitions: 3, retentionMs: null, compact: true }]);
    expect(created).toEqual([
      {
        topic: 'new',
        numPartitions: 3,
        configEntries: [
          { name: 'cleanup.policy', value: 'compact' },
          { name: 'retention.ms', value: '-1' },
        ],
      },
    ]);
    await ensureTopics(questions, [{ ...old, retentionMs: 5, anyRetention: true }]);
    const others: [object, string][] = [
      [{ partitions: 4 }, 'Topic old: expected partitions 4, found 2.'],
      [{ compact: true }, 'Topic old: expected cleanup.policy compact, found delete.'],
      [{ retentionMs: null }, 'Topic old: expected retention.ms -1, found 1000.'],
      [
        { partitions: 1, retentionMs: 5 },
        'Topic old: expected partitions 1, found 2; expected retention.ms 5, found 1000.',
      ],
    ];
    for (const [other, words] of others) {
      await expect(ensureTopics(questions, [{ ...old, ...other }])).rejects.toMatchObject({
        code: 'log.topic_mismatch',
        message: expect.stringContaining(words),
      });
    }
    expect(created).toHaveLength(1);
  });

  it('say of every topic how it differs from what is wanted', () => {
    const found = { partitions: 3, settings: new Map([['cleanup.policy', 'compact']]) };
    const spec = { name: 't', partitions: 3, retentionMs: 7 };
    expect(differences({ ...spec, compact: true }, found)).toEqual([]);
    expect(differences(spec, found)).toEqual([
      'expected cleanup.policy delete, found compact',
      'expected retention.ms 7, found none',
    ]);
    expect(differences(spec, { partitions: 0, settings: new Map() })).toHaveLength(3);
  });
});

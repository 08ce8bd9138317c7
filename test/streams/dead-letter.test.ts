import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Store } from '../../schemas/store/port.js';
import { expire, replay, setAside, stackHash } from '../../streams/dead-letter.js';
import type { Log, OutgoingRecord } from '../../streams/log/port.js';
import { assertRecordSizes, MAX_RECORD_BYTES } from '../../streams/log/record-size.js';
import type { RecordCollections } from '../../streams/records.js';
import { NOW, openMemoryStore, recordMaker, replacing, SentLog } from './harness/parts.js';

let store: Store;
let collections: RecordCollections;
beforeAll(() => {
  ({ store, collections } = openMemoryStore());
});
afterAll(() => store.close());

const make = recordMaker();

async function aside(tenant: string, now: number): Promise<{ log: SentLog; id: string }> {
  const log = new SentLog();
  const record = make(Buffer.from('{"broken'), 'post.created', { 'x-mark': 'é' });
  const error = new AssayError('item.invalid', 'found é\nexpected e');
  const { deadLetters } = collections;
  await setAside([{ record, tenant, error }], 1, { deadLetters, log: log as unknown as Log, now });
  return { log, id: log.sent[0]?.record.headers?.['assay-dead-letter'] ?? '' };
}

describe('a dead letter', () => {
  it('goes back to its topic byte for byte, and says so', async () => {
    const { log, id } = await aside('acme', NOW);
    const parts = { deadLetters: collections.deadLetters, log: log as unknown as Log, now: NOW + 1 };
    const doc = await replay(id, 'acme', parts);
    expect(doc).toMatchObject({ state: 'replayed', replayedMs: NOW + 1 });
    expect(log.sent[1]).toMatchObject({
      topic: 'posts',
      record: {
        key: 'any',
        value: Buffer.from('{"broken'),
        headers: { 'x-mark': 'é', ce_type: 'post.created' },
      },
    });
    expect(log.sent[1]?.record.headers).not.toHaveProperty('assay-reason');
  });

  it('is described on its topic in headers every broker takes', async () => {
    const { log } = await aside('acme', NOW);
    expect(log.sent[0]?.record.headers?.['assay-detail']).toBe('found ??expected e');
  });

  it('tells failures at one place of the code from those at another, and keeps nothing of what they say', async () => {
    const fail = (message: string) => new TypeError(message);
    const [one, same] = ['a secret', 'another'].map((message) => stackHash(fail(message)));
    expect(one).toBe(same);
    expect(stackHash(new TypeError('a secret'))).not.toBe(one);
    const wrapped = (message: string) =>
      stackHash(new AssayError('internal', 'failed', { cause: fail(message) }));
    const [first, second] = ['a secret', 'another'].map((message) => wrapped(message));
    expect(first).toBe(second);
    const at = (folder: string) =>
      stackHash(
        Object.assign(new Error('x'), {
          stack: `Error: x\n    at score (file://${folder}/dist/streams/2-score.js:10:5)\n    at ${folder}/dist/src/flow.js:1:1`,
        }),
      );
    expect(at('/opt/assay')).toBe(at('/home/somebody/src'));
    expect(at('/opt/assay')).not.toBe(stackHash(new Error('x')));
    const { log, id } = await aside('acme', NOW);
    const headers = log.sent[0]?.record.headers;
    expect(headers?.['assay-stack-hash']).toBe((await collections.deadLetters.get(id))?.stackHash);
    expect(headers).toMatchObject({ 'assay-tries': '1', 'assay-topic': 'posts', 'x-mark': 'é' });
  });

  it('that no record could carry is on its topic without its bytes, and in the store with all of them', async () => {
    const log = new SentLog();
    const sized = replacing(log, {
      send: async (topic: string, records: readonly OutgoingRecord[]) => {
        assertRecordSizes(topic, records);
        return log.send(topic, records);
      },
    });
    const value = Buffer.alloc(MAX_RECORD_BYTES - 100, 'x');
    const headers = { 'x-long': 'h'.repeat(50) };
    const record = make(value, 'post.created', headers);
    const small = make(Buffer.from('{'), 'post.created');
    const error = new AssayError('request.malformed_json');
    const parts = { deadLetters: collections.deadLetters, log: sized as unknown as Log, now: NOW };
    await setAside(
      [record, small].map((each) => ({ record: each, tenant: 'acme', error })),
      1,
      parts,
    );
    const [large, other] = log.sent.map(({ record: sent }) => sent);
    expect(large?.value).toHaveLength(0);
    expect(large?.headers).toMatchObject({ 'assay-reason': error.code, 'assay-omitted': 'value, headers' });
    expect(large?.headers).not.toHaveProperty('x-long');
    expect(String(other?.value)).toBe('{');
    expect(other?.headers).not.toHaveProperty('assay-omitted');
    const doc = await collections.deadLetters.get(large?.key ?? '');
    expect(Buffer.from(doc?.value ?? '', 'base64').equals(value)).toBe(true);
    expect(doc?.headers).toMatchObject(headers);
  });

  it('is not replayed by another tenant, nor when it does not exist', async () => {
    const { log, id } = await aside('acme', NOW);
    const parts = { deadLetters: collections.deadLetters, log: log as unknown as Log, now: NOW };
    await expect(replay(id, 'other', parts)).rejects.toMatchObject({ code: 'request.not_found' });
    await expect(replay('none', null, parts)).rejects.toMatchObject({ code: 'request.not_found' });
    expect(log.sent).toHaveLength(1);
  });

  it('expires after thirty days', async () => {
    const { id: old } = await aside('acme', NOW - LIMITS.deadLetterMs - 1);
    const { id: young } = await aside('acme', NOW - LIMITS.deadLetterMs + 1);
    expect(await expire(collections.deadLetters, NOW)).toBe(1);
    expect(await collections.deadLetters.get(old)).toBeNull();
    expect(await collections.deadLetters.get(young)).not.toBeNull();
  });
});

/** The five stages over records as they come, good and bad. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../schemas/errors.js';
import { contentHash, itemId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Store } from '../../schemas/store/port.js';
import type { Verdict } from '../../schemas/verdict.js';
import { Announcer } from '../../streams/5-announce.js';
import { compareCounters, rebuildCounters } from '../../streams/counters.js';
import type { LogRecord } from '../../streams/log/port.js';
import { processRecords } from '../../streams/pipeline.js';
import type { PipelineParts, RecordCollections } from '../../streams/records.js';
import {
  deletion,
  judge,
  NOW,
  openMemoryStore,
  post,
  recordMaker,
  SentLog,
  silent,
  testParts,
} from './harness/parts.js';

let store: Store;
let collections: RecordCollections;
let log: SentLog;
let parts: PipelineParts;
let make: ReturnType<typeof recordMaker>;

beforeEach(() => {
  ({ store, collections } = openMemoryStore());
  log = new SentLog();
  parts = testParts(collections, log);
  make = recordMaker();
});
afterEach(() => store.close());

const run = (records: readonly LogRecord[], more: Partial<PipelineParts> = {}): Promise<void> =>
  processRecords(records, { ...parts, ...more }, { wake: () => undefined });

const announce = (): Promise<void> => new Announcer({ log: parts.log, collections, logger: silent }).drain();

const id = (external: string): string => itemId('acme', 'post', 'forum', external);

const letters = async () =>
  (await collections.deadLetters.page({ index: 'by_failed', limit: 100 })).docs.sort(
    (a, b) => a.offset - b.offset,
  );

const versions = async (external: string) =>
  (
    await collections.verdicts.page({
      index: 'by_item_revision',
      where: { itemId: id(external) },
      limit: 100,
    })
  ).docs;

describe('a post', () => {
  it('becomes an item with its verdict, its words and its place', async () => {
    const records = [
      make(post('1', 1, 'The Machine wrote this, café!', { conversationId: 'c' }), 'post.created'),
      make(post('2', 1, 'a person answers the machine', { inReplyTo: '1' }), 'post.created'),
    ];
    await run(records);
    const item = await collections.items.get(id('1'));
    expect(item).toMatchObject({
      tenant: 'acme',
      kind: 'post',
      platform: 'forum',
      externalId: '1',
      conversationId: 'c',
      authorId: 'author-1',
      handle: 'ann',
      version: 1,
      revision: 1,
      format: 'text',
      text: 'The Machine wrote this, café!',
      words: ['the', 'machine', 'wrote', 'this', 'cafe'],
      symbols: ['text.word'],
      hal: -1,
      receivedMs: NOW,
      deleted: false,
    });
    expect((await collections.items.get(id('2')))?.conversationId).toBe('c');
  });

  it('joins the conversation of a parent that is already stored', async () => {
    await run([make(post('1', 1, 'first', { conversationId: 'root' }), 'post.created')]);
    await run([make(post('2', 1, 'second', { inReplyTo: '1', conversationId: 'other' }), 'post.created')]);
    expect((await collections.items.get(id('2')))?.conversationId).toBe('root');
  });

  it('with the same version and another text gets a new revision and keeps the former text', async () => {
    await run([make(post('1', 1, 'a person wrote'), 'post.created')]);
    await run([make(post('1', 1, 'a machine wrote'), 'post.created')]);
    const item = await collections.items.get(id('1'));
    expect(item).toMatchObject({ text: 'a machine wrote', revision: 2, band: 'machine' });
    expect((await versions('1')).map(({ revision }) => revision)).toEqual([1, 2]);
    const history = await collections.itemVersions.page({ index: '_id', limit: 10 });
    expect(history.docs).toMatchObject([{ version: 1, text: 'a person wrote' }]);
    await announce();
    expect(await compareCounters(collections)).toEqual([]);
    const counters = (await collections.counters.page({ index: '_id', limit: 10 })).docs;
    expect(counters.map(({ band, n }) => [band, n])).toEqual([['machine', 1]]);
  });

  it('that comes twice is not judged twice', async () => {
    let judged = 0;
    const counting = {
      ...judge,
      judge: (inputs: Parameters<typeof judge.judge>[0]) => {
        judged += inputs.length;
        return judge.judge(inputs);
      },
    };
    const record = make(post('1', 1, 'once'), 'post.created');
    await run([record, record], { judge: counting });
    await run([record], { judge: counting });
    expect(judged).toBe(1);
    expect(await versions('1')).toHaveLength(1);
  });

  it('keeps what its attestation was worth at ingest', async () => {
    await run([
      make(post('1', 1, 'signed', { attestation: 'good' }), 'post.created'),
      make(post('2', 1, 'copied', { attestation: 'bad' }), 'post.created'),
    ]);
    expect((await collections.items.get(id('1')))?.hal).toBe(2);
    expect((await collections.items.get(id('2')))?.hal).toBe(-1);
  });

  it('in HTML is searched by its words, not by its tags', async () => {
    const { text: _, ...rest } = post('1', 1, '');
    await run([make({ ...rest, html: '<p class="shiny">Hello <b>world</b></p>' }, 'post.created')]);
    expect(await collections.items.get(id('1'))).toMatchObject({
      format: 'html',
      text: null,
      words: ['hello', 'world'],
    });
  });

  it('opens for review when it is called machine, and stays as reviewers left it', async () => {
    await run([make(post('1', 1, 'by a machine'), 'post.created')]);
    expect((await collections.items.get(id('1')))?.reviewState).toBe('open');
    await collections.items.update(id('1'), { set: { reviewState: 'claimed' } });
    await run([make(post('1', 2, 'by a machine again'), 'post.edited')]);
    expect(await collections.items.get(id('1'))).toMatchObject({ reviewState: 'claimed', version: 2 });
  });
});

describe('a deletion', () => {
  it('takes text, words and spans away and is announced as a tombstone', async () => {
    await run([
      make(post('1', 1, 'a machine wrote'), 'post.created'),
      make(post('1', 2, 'edited'), 'post.edited'),
    ]);
    await run([make(deletion('1', 2), 'post.deleted')]);
    await announce();
    expect(await collections.items.get(id('1'))).toMatchObject({
      deleted: true,
      text: null,
      words: [],
      handle: null,
    });
    const stored = JSON.stringify([
      await versions('1'),
      (await collections.itemVersions.page({ index: '_id', limit: 10 })).docs,
    ]);
    expect(stored).not.toContain('wrote');
    expect(stored).not.toContain('spans');
    const tombstone = log.of<Verdict>('verdicts').find(({ kind }) => kind === 'tombstone');
    expect(tombstone).toMatchObject({ itemId: id('1'), version: 2, revision: 3 });
    expect(log.of<{ deleted?: boolean }>('evidence').filter(({ deleted }) => deleted)).toHaveLength(1);
  });

  it('that overtakes its post keeps the text from ever being stored', async () => {
    await run([make(deletion('1', 5), 'post.deleted')]);
    await run([make(post('1', 4, 'a late text'), 'post.created')]);
    expect(await collections.items.get(id('1'))).toMatchObject({ deleted: true, text: null });
    expect(await versions('1')).toHaveLength(1);
    expect((await collections.itemVersions.page({ index: '_id', limit: 10 })).docs).toEqual([]);
  });
});

describe('a mail', () => {
  const raw = Buffer.from(
    'From: ann@example.org\r\nSubject: Hello\r\nMessage-ID: <2>\r\nReferences: <1> <x>\r\n\r\na machine wrote',
  );
  const mail = { receivedAt: new Date(NOW).toISOString(), envelope: { mailFrom: 'b@x', rcptTo: ['c@x'] } };

  it('becomes an item that is found by subject and body', async () => {
    const record = {
      ...make({ ...mail, id: 'd1', raw: raw.toString('base64') }, 'email.received'),
      topic: 'emails',
    };
    await run([record]);
    expect(await collections.items.get(itemId('acme', 'email', 'mail', 'd1'))).toMatchObject({
      kind: 'email',
      platform: 'mail',
      version: 0,
      subject: 'Hello',
      text: 'a machine wrote',
      authorId: 'ann@example.org',
      conversationId: '<1>',
      contentHash: contentHash('raw', raw),
      words: ['hello', 'machine', 'wrote'],
    });
  });

  it('whose bytes lie in the blob store is fetched from there, and refused when they are not the same', async () => {
    const blob = await parts.blobs.put(raw);
    const good = { ...make({ ...mail, id: 'd1', blob }, 'email.received'), topic: 'emails' };
    const other = {
      ...make({ ...mail, id: 'd2', blob: { ...blob, sha256: 'f00' } }, 'email.received'),
      topic: 'emails',
    };
    const gone = {
      ...make({ ...mail, id: 'd3', blob: { ...blob, ref: 'no' } }, 'email.received'),
      topic: 'emails',
    };
    await run([good, other, gone]);
    expect((await collections.items.get(itemId('acme', 'email', 'mail', 'd1')))?.raw).toEqual(blob);
    expect((await letters()).map(({ code, offset }) => [offset, code])).toEqual([
      [1, 'item.unparsable'],
      [2, 'item.unparsable'],
    ]);
  });

  it('without a delivery id is known by envelope and bytes, never by its Message-ID', async () => {
    const one = { ...make({ ...mail, raw: raw.toString('base64') }, 'email.received'), topic: 'emails' };
    const other = {
      ...one,
      value: Buffer.from(
        JSON.stringify({
          ...mail,
          envelope: { mailFrom: 'z@x', rcptTo: ['c@x'] },
          raw: raw.toString('base64'),
        }),
      ),
    };
    await run([one, other, one]);
    expect((await collections.items.page({ index: '_id', limit: 10 })).docs).toHaveLength(2);
  });
});

describe('what cannot be judged', () => {
  const bad: [string, unknown, string, string][] = [
    ['no value at all', null, 'post.created', 'item.unparsable'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'post.created', 'request.invalid_utf8'],
    ['bytes that are not JSON', Buffer.from('{"a":'), 'post.created', 'request.malformed_json'],
    ['a nesting bomb', Buffer.from('['.repeat(50_000)), 'post.created', 'request.too_deep'],
    ['another shape', { hello: 1 }, 'post.created', 'item.invalid'],
    ['an event we do not know', post('1', 1, 'x'), 'post.liked', 'item.invalid'],
    ['both text and html', post('1', 1, 'x', { html: 'x' }), 'post.created', 'item.invalid'],
    [
      'a text beyond the limit',
      post('1', 1, 'é'.repeat(LIMITS.textCodePoints + 1)),
      'post.created',
      'item.text_too_long',
    ],
    [
      'a lone surrogate',
      Buffer.from(JSON.stringify(post('1', 1, 'x')).replace('"x"', '"\\ud800"')),
      'post.created',
      'item.ill_formed_text',
    ],
    ['a NUL character', post('1', 1, 'a\u0000b'), 'post.created', 'item.ill_formed_text'],
    [
      'a clock years ahead',
      post('1', 1, 'x', { publishedAt: '2031-01-01T00:00:00Z' }),
      'post.created',
      'item.clock',
    ],
    [
      'a clock before all platforms',
      post('1', 1, 'x', { publishedAt: '1970-01-01T00:00:00Z' }),
      'post.created',
      'item.clock',
    ],
    ['a deletion without a time', { platform: 'forum', id: '1' }, 'post.deleted', 'item.invalid'],
  ];

  it.each(bad)('is set aside with its reason: %s', async (_name, value, type, code) => {
    const record = make(value === null ? {} : value, type, { 'x-producer': 'test' });
    const broken = value === null ? { ...record, value: null } : record;
    await run([
      make(post('0', 1, 'a good one'), 'post.created'),
      broken,
      make(post('9', 1, 'another'), 'post.created'),
    ]);
    expect(await collections.items.get(id('0'))).not.toBeNull();
    expect(await collections.items.get(id('9'))).not.toBeNull();
    const [letter] = await letters();
    expect(letter).toMatchObject({ code, tenant: 'acme', topic: 'posts', state: 'open', tries: 1 });
    expect(Buffer.from(letter?.value ?? '', 'base64')).toEqual(broken.value ?? Buffer.alloc(0));
    expect(letter?.headers['x-producer']).toBe('test');
    const [sent] = log.sent.filter(({ topic }) => topic === 'dead-letters');
    expect(sent?.record.headers).toMatchObject({
      'assay-reason': code,
      'assay-topic': 'posts',
      ce_type: type,
    });
  });

  it('has an answer that takes in what is merely long or unknown', async () => {
    await run([
      make(post('1', 1, `e${'\u0301'.repeat(100_000 - 1)}`), 'post.created'),
      make(post('2', 1, 'x', { color: 'red', nested: { more: 1 } }), 'post.created'),
    ]);
    expect(await letters()).toEqual([]);
    expect((await collections.items.get(id('1')))?.words).toEqual([]);
    expect(await collections.items.get(id('2'))).not.toBeNull();
  });

  it('makes no second dead letter when it comes again', async () => {
    const record = make({ hello: 1 }, 'post.created');
    await run([record]);
    await run([record]);
    expect(await letters()).toHaveLength(1);
  });

  it('and breaks the judge is isolated from its neighbours and set aside after some tries', async () => {
    const texts = ['one', 'two', 'poison', 'four', 'five'];
    await run(texts.map((text, at) => make(post(String(at), 1, text), 'post.created')));
    expect(await letters()).toMatchObject([{ code: 'internal', offset: 2, tries: LIMITS.recordTries }]);
    for (const at of [0, 1, 3, 4]) expect(await collections.items.get(id(String(at)))).not.toBeNull();
    expect((await letters())[0]?.detail).not.toContain('poison');
  });

  it('for reasons outside the records is not set aside but comes again', async () => {
    const down = {
      ...parts.collections.verdicts,
      bulk: async () => Promise.reject(new AssayError('store.unavailable')),
    };
    const broken = { ...collections, verdicts: Object.assign(Object.create(collections.verdicts), down) };
    const record = make(post('1', 1, 'patient'), 'post.created');
    await expect(run([record], { collections: broken })).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(await letters()).toEqual([]);
    await run([record]);
    expect(await versions('1')).toHaveLength(1);
  });

  it('is not blamed on a record while the log cannot be reached', async () => {
    const dead = Object.assign(Object.create(log), {
      ping: async () => Promise.reject(new AssayError('log.unavailable')),
    });
    const record = make(post('1', 1, 'poison'), 'post.created');
    await expect(run([record], { log: dead })).rejects.toMatchObject({ code: 'log.unavailable' });
    expect(await letters()).toEqual([]);
  });

  it('because the topic belongs to no tenant is a mistake of ours and stops the batch', async () => {
    const stray = { ...make(post('1', 1, 'x'), 'post.created'), topic: 'strays' };
    await expect(run([stray])).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('a batch that was taken back', () => {
  it('is abandoned before anything is recorded', async () => {
    const record = make(post('1', 1, 'x'), 'post.created');
    const options = { signal: AbortSignal.abort() };
    await expect(processRecords([record], parts, { wake: () => undefined }, options)).rejects.toMatchObject({
      code: 'log.unavailable',
    });
    expect(await versions('1')).toEqual([]);
  });
});

describe('counters', () => {
  it('are rebuilt from the items when they are wrong', async () => {
    await run([
      make(post('1', 1, 'a machine'), 'post.created'),
      make(post('2', 1, 'a person'), 'post.created'),
      make(post('3', 1, 'gone'), 'post.created'),
      make(deletion('3', 1), 'post.deleted'),
    ]);
    await announce();
    expect(await rebuildCounters(collections)).toEqual([]);
    const machine = 'acme:post:forum:machine';
    await collections.counters.update(machine, { set: { n: 7 } });
    await collections.counters.delete('acme:post:forum:no_machine_signs');
    expect(await rebuildCounters(collections)).toEqual([
      { id: machine, found: 7, expected: 1 },
      { id: 'acme:post:forum:no_machine_signs', found: 0, expected: 1 },
    ]);
    expect(await compareCounters(collections)).toEqual([]);
    await run([make(post('4', 1, 'another machine'), 'post.created')]);
    await announce();
    expect((await collections.counters.get(machine))?.n).toBe(2);
  });

  it('made anew are not given the last batch a second time by the next owner of a shard', async () => {
    await run(
      Array.from({ length: 9 }, (_, at) => make(post(String(at), 1, 'a person wrote'), 'post.created')),
    );
    await announce();
    const id = 'acme:post:forum:no_machine_signs';
    await collections.counters.delete(id);
    expect(await rebuildCounters(collections)).toEqual([{ id, found: 0, expected: 9 }]);
    await announce();
    expect((await collections.counters.get(id))?.n).toBe(9);
    await run([make(post('10', 1, 'a person wrote'), 'post.created')]);
    await announce();
    expect(await compareCounters(collections)).toEqual([]);
  });
});

/**
 * Bad input has its stated answer (docs/bad-input.md) on both ways in. Over HTTP a problem with a code; on the topic a
 * dead letter with that code, the original bytes and headers, which can be sent again. Nothing crashes, nothing is held
 * up, nothing disappears: after every case a good text still goes its whole way.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { canonicalise } from '../../../detectors/canonical/canonicalise.js';
import { readLetter } from '../../../detectors/email/read-letter.js';
import { checkPost } from '../../../schemas/check-item.js';
import { LIMITS } from '../../../schemas/limits.js';
import { EXAMPLE_EMAIL, EXAMPLE_POST } from '../../../src/api/intake-examples.js';
import { readLines } from '../../../src/http/body.js';
import { searchWords } from '../../../streams/search-words.js';
import { type Answer, startWhole, type WholeService } from './whole.js';

let service: WholeService;
let key: Record<string, string>;
let made = 0;

beforeAll(async () => {
  service = await startWhole({}, { readLetter });
  key = await service.key(['ingest', 'read', 'attest', 'admin'], 'default', 600_000);
});
afterAll(() => service.close());

const nextId = (): string => `n${made++}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const good = () => ({ ...EXAMPLE_POST, id: nextId() });
const post = (more: object) => json({ ...good(), ...more });
const mail = (more: object) => json({ ...EXAMPLE_EMAIL, id: nextId(), ...more });
const spliced = (bytes: Buffer, mark: string, insert: Buffer): Buffer => {
  const at = bytes.indexOf(mark);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + mark.length)]);
};

const MARKS = `a${'\u0301\u0323\u0489'.repeat(33_333)}`;
const BOMB = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
const YEARS_OFF = ['1970-01-01T00:00:00Z', '1989-12-31T23:59:59Z', '2999-01-01T00:00:00Z'];

interface Case {
  bytes: Buffer;
  status: number;
  /** Null where the text is taken. */
  code: string | null;
  /** Taken over HTTP, where a letter is not opened yet, and set aside when it is. */
  opened?: boolean;
  /** Where the answer says the mistake is. */
  pointer?: string;
}

const refused = (bytes: Buffer, status: number, code: string, pointer?: string): Case => ({
  bytes,
  status,
  code,
  ...(pointer === undefined ? {} : { pointer }),
});
const taken = (bytes: Buffer): Case => ({ bytes, status: 202, code: null });
const unreadable = (bytes: Buffer): Case => ({ bytes, status: 202, code: 'item.unparsable', opened: true });

const POSTS: Record<string, Case> = {
  'invalid UTF-8 in a text': refused(
    spliced(post({ text: 'caf@' }), '@', Buffer.from([0xe9])),
    400,
    'request.invalid_utf8',
  ),
  'an overlong encoding': refused(
    spliced(post({ text: '@' }), '@', Buffer.from([0xc0, 0x80])),
    400,
    'request.invalid_utf8',
  ),
  'UTF-16': refused(Buffer.from(JSON.stringify(good()), 'utf16le'), 400, 'request.malformed_json'),
  'a raw NUL byte': refused(
    spliced(post({ text: 'a@b' }), '@', Buffer.from([0])),
    400,
    'request.malformed_json',
  ),
  'an escaped NUL in a text': refused(post({ text: 'a\0b' }), 422, 'item.ill_formed_text', '/text'),
  'a NUL in an id': refused(post({ id: 'a\0b' }), 422, 'item.invalid', '/id'),
  'a lone surrogate in a text': refused(post({ text: 'a\ud800' }), 422, 'item.ill_formed_text', '/text'),
  'a lone surrogate in an author’s id': refused(
    post({ author: { id: '\udc00' } }),
    422,
    'item.ill_formed_text',
    '/author/id',
  ),
  'a JSON bomb of brackets': refused(Buffer.from(BOMB), 400, 'request.too_deep'),
  'a JSON bomb within an unknown field': refused(
    spliced(post({ extra: 'BOMB' }), '"BOMB"', Buffer.from(BOMB)),
    400,
    'request.too_deep',
  ),
  'a JSON bomb of values': refused(
    spliced(post({ facets: 'BOMB' }), '"BOMB"', Buffer.from(`[${'{},'.repeat(200_000)}{}]`)),
    400,
    'request.too_many_values',
  ),
  'JSON cut off in the middle': refused(post({}).subarray(0, 60), 400, 'request.malformed_json'),
  'no JSON at all': refused(Buffer.from('To whom it may concern'), 400, 'request.malformed_json'),
  'an empty body': refused(Buffer.alloc(0), 400, 'request.malformed_json'),
  'a name that stands twice': refused(
    spliced(post({ text: 'seen' }), '"text":', Buffer.from('"text":"hidden","text":')),
    400,
    'request.name_twice',
  ),
  'JSON that is no object': refused(json([1, 2]), 422, 'item.invalid', ''),
  'a text above its limit': refused(
    post({ text: 'x'.repeat(LIMITS.textCodePoints + 1) }),
    422,
    'item.text_too_long',
    '/text',
  ),
  'HTML above its limit': refused(
    post({ text: undefined, html: '<'.repeat(LIMITS.textCodePoints + 1) }),
    422,
    'item.text_too_long',
    '/html',
  ),
  'a number as text': refused(post({ text: 7 }), 422, 'item.invalid', '/text'),
  'a negative version': refused(post({ version: -1 }), 422, 'item.invalid', '/version'),
  'more facets than may be': refused(
    post({ facets: Array.from({ length: LIMITS.facets + 1 }, () => ({ start: 0, end: 1, type: 'tag' })) }),
    422,
    'item.invalid',
    '/facets',
  ),
  ...Object.fromEntries(
    YEARS_OFF.flatMap((at) => [
      [`published in ${at}`, refused(post({ publishedAt: at }), 422, 'item.clock', '/publishedAt')],
      [`edited in ${at}`, refused(post({ editedAt: at }), 422, 'item.clock', '/editedAt')],
    ]),
  ),
  '100,000 combining marks': taken(post({ text: MARKS })),
  'a text of 100,000 characters outside the basic plane': taken(post({ text: '😀'.repeat(100_000) })),
  'unknown fields': taken(
    post({ mood: 'fine', author: { id: 'ann', karma: 5 }, nested: { a: [1, { b: 2 }] } }),
  ),
  'a field named __proto__': taken(
    spliced(post({ mark: 1 }), '"mark":1', Buffer.from('"__proto__":{"polluted":true}')),
  ),
  'an empty text': taken(post({ text: '' })),
  'HTML that never ends its tags': taken(post({ text: undefined, html: '<a <b '.repeat(10_000) })),
};

const EMAILS: Record<string, Case> = {
  'raw that is not base64': refused(mail({ raw: 'RnJvbTog*' }), 422, 'item.invalid', '/raw'),
  'no recipients': refused(
    mail({ envelope: { mailFrom: 'a@x', rcptTo: [] } }),
    422,
    'item.invalid',
    '/envelope/rcptTo',
  ),
  'received years ago': refused(mail({ receivedAt: YEARS_OFF[0] }), 422, 'item.clock', '/receivedAt'),
  'a NUL in an address': refused(
    mail({ envelope: { mailFrom: 'a\0@x', rcptTo: ['b@x'] } }),
    422,
    'item.ill_formed_text',
    '/envelope/mailFrom',
  ),
  'a letter of 100,000 combining marks': taken(
    mail({
      raw: Buffer.from(`Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${MARKS}`).toString(
        'base64',
      ),
    }),
  ),
  'a letter of NUL bytes': unreadable(mail({ raw: Buffer.alloc(50_000).toString('base64') })),
  'a letter in no known encoding': unreadable(
    mail({ raw: Buffer.from(Array.from({ length: 4_096 }, (_none, n) => (n * 7) % 256)).toString('base64') }),
  ),
  'a letter without a byte': unreadable(mail({ raw: '' })),
};

const CASES = [
  ...Object.entries(POSTS).map(([name, one]) => ['posts', name, one] as const),
  ...Object.entries(EMAILS).map(([name, one]) => ['emails', name, one] as const),
];

/** A good text still goes its whole way. */
async function expectAlive(): Promise<void> {
  const { body } = await service.post('/v1/posts', good(), key);
  await service.settle();
  expect((await service.get(`/v1/items/${body.itemId}`, key)).status).toBe(200);
}

const idOf = (bytes: Buffer): string => JSON.parse(bytes.toString()).id;

async function expectItem(externalId: string): Promise<void> {
  const { items } = (await service.get('/v1/items?limit=200', key)).body;
  expect(items.map((one: { externalId: string }) => one.externalId)).toContain(externalId);
}

/** The newest letter with these bytes. */
async function letterOf(bytes: Buffer, state = 'open') {
  const { items } = (await service.get(`/v1/dead-letters?state=${state}`, key)).body;
  for (const { id } of items) {
    const { body } = await service.get(`/v1/dead-letters/${id}`, key);
    if (body.value === bytes.toString('base64')) return body;
  }
  return undefined;
}

describe('over HTTP', () => {
  test.each(CASES)('%s: %s', async (kind, _name, { bytes, status, code, pointer, opened }) => {
    const answer: Answer = await service.post(`/v1/${kind}`, bytes, key);
    expect(answer.status).toBe(status);
    await service.settle();
    if (code === null) return expectItem(idOf(bytes));
    if (opened) {
      const [letter] = (await service.get('/v1/dead-letters?limit=1', key)).body.items;
      const { body } = await service.get(`/v1/dead-letters/${letter.id}`, key);
      expect(body.code).toBe(code);
      expect(idOf(Buffer.from(body.value, 'base64'))).toBe(idOf(bytes));
      return;
    }
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.code).toBe(code);
    if (pointer !== undefined) expect(answer.body.errors[0].pointer).toBe(pointer);
    expect(await letterOf(bytes)).toBeUndefined();
  });

  test('a good text afterwards', expectAlive);

  test('one bad line spoils no other', async () => {
    const lines = Object.values(POSTS)
      .filter(({ bytes }) => !bytes.includes(0x0a) && bytes.length > 0)
      .map(({ bytes, code }) => ({ bytes, code }));
    expect(lines.length).toBeGreaterThan(30);
    const body = Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]));
    const { status, body: answer } = await service.post('/v1/posts', body, {
      ...key,
      'content-type': 'application/x-ndjson',
    });
    expect(status).toBe(202);
    const codes = answer.items.map((one: { error?: { code: string } }) => one.error?.code ?? null);
    expect(codes).toEqual(lines.map(({ code }) => code));
  });

  test('a body above the limit, also one that only unpacks to that: 413', async () => {
    const zipped = { ...key, 'content-encoding': 'gzip' };
    const one = gzipSync(post({ text: ' '.repeat(LIMITS.bodyBytes) }));
    const many = gzipSync(Buffer.alloc(LIMITS.batchBodyBytes + 1, ' '));
    const ndjson = { ...zipped, 'content-type': 'application/x-ndjson' };
    for (const [bytes, headers] of [
      [one, zipped],
      [many, ndjson],
    ] as const) {
      const { status, body } = await service.post('/v1/posts', bytes, headers);
      expect([status, body.code]).toEqual([413, 'request.too_large']);
    }
    const heavy = mail({ raw: Buffer.alloc(LIMITS.mailBytes + 1).toString('base64') });
    const refusedMail = await service.post('/v1/emails', heavy, key);
    expect([refusedMail.status, refusedMail.body.code]).toEqual([422, 'item.mail_too_large']);
    await expectAlive();
  });

  test('unknown fields of a request that is ours: 400', async () => {
    expect((await service.get('/v1/items?mood=fine', key)).body.code).toBe('request.invalid');
    expect((await service.post('/v1/score', { text: 'x', mood: 'fine' }, key)).body.code).toBe(
      'request.invalid',
    );
  });

  const told = (body: { code: string; errors?: { detail: string }[] }) => [
    body.code,
    body.errors?.[0]?.detail ?? '',
  ];

  test.each([
    ['a token to verify', '/v1/verify', { token: 'a.b.c', mood: 'fine' }],
    ['a policy of a verification', '/v1/verify', { token: 'a.b.c', policy: { mood: 'fine' } }],
    ['a post of a feed', '/v1/feed/filter', { policy: 'humans', items: [{ id: '1', mood: 'fine' }] }],
    ['a text to sign', '/v1/challenges', { subject: 'a', platform: 'forum', text: 'x', mood: 'fine' }],
    ['a platform', '/v1/platforms', { aud: 'forum', name: 'Forum', keys: [], mood: 'fine' }],
  ])('an unknown field in %s: 400, for it may be a wish misspelt', async (_what, path, body) => {
    const answer = await service.post(path, body, key);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body.errors)).toContain('mood');
  });

  test('a private key where a public one belongs: 400, and it is said', async () => {
    const keys = [{ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43), d: 'A'.repeat(43) }];
    const { body } = await service.post('/v1/platforms', { aud: 'forum', name: 'Forum', keys }, key);
    expect(told(body)).toEqual(['request.invalid', expect.stringContaining('private part')]);
    expect(body.errors[0].pointer).toBe('/keys/0/d');
  });

  test('neither of two shapes: the answer says what each expects', async () => {
    const feed = (policy: unknown) => service.post('/v1/feed/filter', { policy, items: [] }, key);
    const named = (await feed('human')).body.errors[0];
    expect(named).toMatchObject({ pointer: '/policy', detail: expect.stringContaining('"humans"') });
    const partial = (await feed({ minHal: 2 })).body.errors;
    expect(partial[0]).toMatchObject({ pointer: '/policy/requireAuthor' });
  });
});

describe('on the topic', () => {
  test.each(CASES)('%s: %s', async (kind, name, { bytes, code }) => {
    const headers = { ce_type: kind === 'posts' ? 'post.created' : 'email.received', 'x-trace': `${made}` };
    await service.log.send(kind, [{ key: `key of ${name}`, value: bytes, headers }]);
    const neighbour = good();
    await service.log.send('posts', [
      { key: `key of ${name}`, value: json(neighbour), headers: { ce_type: 'post.created' } },
    ]);
    await service.settle();
    await expectItem(neighbour.id);
    if (code === null) return expectItem(idOf(bytes));
    const letter = await letterOf(bytes);
    expect(letter).toMatchObject({ code, topic: kind, key: `key of ${name}`, headers, size: bytes.length });
    expect((await service.post(`/v1/dead-letters/${letter.id}/replay`, {}, key)).status).toBe(202);
    await service.settle();
    expect(await letterOf(bytes)).toMatchObject({ code, headers });
    expect((await letterOf(bytes, 'replayed')).id).toBe(letter.id);
  });

  test.each([
    ['no value', null, { ce_type: 'post.created' }, 'item.unparsable'],
    ['no type', json(EXAMPLE_POST), {}, 'item.invalid'],
    ['a type that is no post’s', json(EXAMPLE_POST), { ce_type: 'post.liked' }, 'item.invalid'],
    [
      'a deletion without its time',
      json({ platform: 'forum', id: '1' }),
      { ce_type: 'post.deleted' },
      'item.invalid',
    ],
  ])('a record with %s', async (_what, value, headers, code) => {
    await service.log.send('posts', [{ key: 'k', value, headers: headers as Record<string, string> }]);
    await service.settle();
    const [letter] = (await service.get('/v1/dead-letters?limit=1', key)).body.items;
    expect(letter).toMatchObject({ code, size: value?.length ?? 0 });
  });

  test('a good text afterwards', expectAlive);

  test('nothing is left waiting', async () => {
    expect(await service.worker.lag()).toBe(0);
  });
});

test('the same id with another text is a new revision; both texts are kept', async () => {
  const id = nextId();
  const version = Date.parse(EXAMPLE_POST.publishedAt);
  const first = await service.post('/v1/posts', { ...EXAMPLE_POST, id, text: 'first text' }, key);
  await service.settle();
  await service.post('/v1/posts', { ...EXAMPLE_POST, id, text: 'second text' }, key);
  await service.settle();
  const { body } = await service.get(`/v1/items/${first.body.itemId}`, key);
  expect(body).toMatchObject({ version, text: { content: 'second text' }, verdict: { revision: 2 } });
  expect(body.revisions.items).toHaveLength(2);
  const { docs } = await service.context.collections.itemVersions.page({
    index: 'by_item',
    where: { itemId: first.body.itemId },
    limit: 10,
  });
  expect(docs).toMatchObject([{ text: 'first text', version }]);
});

test('nothing from outside reaches a prototype', () => {
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

describe('the work is bounded by the size of the input', () => {
  /** UTF-16 units handed to normalisation while `work` runs. */
  function normalised(work: () => void): number {
    const spy = jest.spyOn(String.prototype, 'normalize');
    try {
      work();
      return spy.mock.contexts.reduce((sum: number, text) => sum + String(text).length, 0);
    } finally {
      spy.mockRestore();
    }
  }

  test('a pile of combining marks is one word, cut where words end', () => {
    expect(normalised(() => searchWords(MARKS))).toBeLessThanOrEqual(2 * 64);
    const words = searchWords(`${MARKS} ${'b'.repeat(1_000)} c2`);
    for (const word of words) expect(word.length).toBeLessThanOrEqual(LIMITS.searchWordLength);
  });

  test('canonicalising a pile of marks normalises each of them a few times at most', () => {
    expect(normalised(() => canonicalise(MARKS))).toBeLessThanOrEqual(8 * MARKS.length);
  });

  test('the characters of a text far too long are counted up to the limit', () => {
    const text = 'ab'.repeat(LIMITS.textCodePoints * 5);
    let steps = 0;
    const original = String.prototype[Symbol.iterator];
    const spy = jest.spyOn(String.prototype, Symbol.iterator).mockImplementation(function* (this: string) {
      for (const character of { [Symbol.iterator]: () => original.call(this) }) {
        steps += 1;
        yield character;
      }
      return undefined;
    } as never);
    try {
      expect(() => checkPost({ ...EXAMPLE_POST, text }, Date.now())).toThrow(
        expect.objectContaining({ code: 'item.text_too_long' }),
      );
    } finally {
      spy.mockRestore();
    }
    expect(steps).toBeLessThanOrEqual(LIMITS.textCodePoints + 1);
  });

  test('a batch of nothing but line ends is given up after a bounded number of lines', () => {
    const bytes = Buffer.alloc(LIMITS.batchBodyBytes, '\n');
    const looks = jest.spyOn(bytes, 'subarray');
    expect(() => readLines(bytes, (value) => value)).toThrow(
      expect.objectContaining({ code: 'request.too_large' }),
    );
    expect(looks.mock.calls.length).toBeLessThanOrEqual(LIMITS.batchLines);
  });
});

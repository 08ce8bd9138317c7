/** One text scored now: the stream's own decision, a deadline that holds, and nothing left behind. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contentHash } from '../../../schemas/ids.js';
import type { ScoreInput, ScoreNow } from '../../../src/api/context.js';
import { decide, judge } from '../../streams/harness/parts.js';
import { startService, type TestService } from './service.js';

const seen: { input?: ScoreInput; signal?: AbortSignal } = {};

const scoreNow: ScoreNow = async (input, signal) => {
  Object.assign(seen, { input, signal });
  if (input.content === 'slow') await new Promise(() => undefined);
  const { kind, format, content } = input;
  const [judgement] = await judge.judge([
    { kind, format, content, contentHash: contentHash(format, content) },
  ]);
  return { judgement: judgement!, decision: { ...decide(judgement as never), prior: input.prior ?? 0.5 } };
};

let service: TestService;
let key: Record<string, string>;
beforeAll(async () => {
  service = await startService({ scoreNow, sentenceOf: (name) => `In words: ${name}.` });
  key = await service.key(['read'], 'default', 6_000);
});
afterAll(() => service.close());

async function score(body: unknown) {
  const response = await fetch(`${service.url}/v1/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...key },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  return { status: response.status, body: (await response.json()) as any };
}

test('a text gets band, probability, reasons in words, and who judged; nothing is stored', async () => {
  const { status, body } = await score({ text: 'a machine wrote this', prior: 0.1, lang: 'en', facets: [] });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    band: 'machine',
    prior: 0.1,
    llr: 4,
    words: 4,
    because: 'word',
    plain: 'In words: word.',
    reasons: [{ name: 'text.word', plain: 'In words: word.', spans: [{ start: 0, end: 4 }] }],
    detectors: [{ id: 'word' }],
    contentHash: contentHash('text', 'a machine wrote this'),
  });
  expect(seen.input).toEqual({
    kind: 'post',
    format: 'text',
    content: 'a machine wrote this',
    prior: 0.1,
    lang: 'en',
    facets: [],
  });
  const { items, verdicts } = service.context.collections;
  expect(await items.count({ index: '_id', limit: 1 })).toBe(0);
  expect(await verdicts.count({ index: '_id', limit: 1 })).toBe(0);
});

test('HTML and letters are said to be what they are', async () => {
  await score({ kind: 'email', html: '<p>By a person</p>' });
  expect(seen.input).toEqual({ kind: 'email', format: 'html', content: '<p>By a person</p>' });
});

test('a deadline that passes: 503, and the work is told', async () => {
  const { status, body } = await score({ text: 'slow', deadlineMs: 20 });
  expect(status).toBe(503);
  expect(body).toMatchObject({ code: 'request.timeout', detail: 'expected a score within 20 ms' });
  expect(seen.signal?.aborted).toBe(true);
});

test.each([
  ['neither text nor html', {}, 400, '/text'],
  ['both', { text: 'a', html: 'b' }, 400, '/text'],
  ['an unknown field', { text: 'a', deadline: 5 }, 400, ''],
  ['a prior of one', { text: 'a', prior: 1 }, 400, '/prior'],
  ['a deadline above the limit', { text: 'a', deadlineMs: 60_000 }, 400, '/deadlineMs'],
  ['a NUL character', { text: 'a\0' }, 422, '/text'],
  ['a lone surrogate', { html: 'a\ud800' }, 422, '/html'],
  ['too many characters', { text: 'a'.repeat(100_001) }, 422, '/text'],
])('refused with a pointer: %s', async (_what, body, status, pointer) => {
  expect(await score(body)).toMatchObject({ status, body: { errors: [{ pointer }] } });
});

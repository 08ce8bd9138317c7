/** Limits of what comes in are exact: what lies on one passes, what lies one past it is refused where it stands. */
import { describe, expect, test } from '@jest/globals';
import { checkEmail, checkPost } from '../../schemas/check-item.js';
import { LIMITS } from '../../schemas/limits.js';

const NOW = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(ms).toISOString();

const post = (more: object) => ({
  platform: 'forum',
  id: 'p',
  author: { id: 'a' },
  text: 'A text.',
  publishedAt: at(NOW),
  ...more,
});
const letter = (more: object, envelope: object = {}) => ({
  receivedAt: at(NOW),
  envelope: { mailFrom: 'a@example.org', rcptTo: ['b@example.org'], ...envelope },
  raw: Buffer.from('Subject: a\r\n\r\nb').toString('base64'),
  ...more,
});
const facet = { start: 0, end: 1, type: 'tag' };
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

type Case = [limit: string, on: object, past: object, code: string, pointer: string];

/** A case of a field that may be so long, made by `of`. */
const sized = (limit: number, of: (size: number) => object): [object, object] => [of(limit), of(limit + 1)];

const posts: Case[] = [
  ['idLength', ...sized(LIMITS.idLength, (n) => ({ id: 'x'.repeat(n) })), 'item.invalid', '/id'],
  [
    'handleLength',
    ...sized(LIMITS.handleLength, (n) => ({ author: { id: 'a', handle: 'x'.repeat(n) } })),
    'item.invalid',
    '/author/handle',
  ],
  ['facets', ...sized(LIMITS.facets, (n) => ({ facets: many(n, facet) })), 'item.invalid', '/facets'],
  [
    'tokenReadBytes',
    ...sized(LIMITS.tokenReadBytes, (n) => ({ attestation: 'x'.repeat(n) })),
    'item.invalid',
    '/attestation',
  ],
  [
    'textCodePoints, not UTF-16 units',
    ...sized(LIMITS.textCodePoints, (n) => ({ text: '😀'.repeat(n) })),
    'item.text_too_long',
    '/text',
  ],
  [
    'futureMs',
    ...sized(LIMITS.futureMs, (n) => ({ publishedAt: at(NOW + n) })),
    'item.clock',
    '/publishedAt',
  ],
  [
    'earliestMs',
    { publishedAt: at(LIMITS.earliestMs) },
    { publishedAt: at(LIMITS.earliestMs - 1) },
    'item.clock',
    '/publishedAt',
  ],
];

const letters: Case[] = [
  [
    'mailBytes',
    ...sized(LIMITS.mailBytes, (n) => ({ raw: Buffer.alloc(n, 'x').toString('base64') })),
    'item.mail_too_large',
    '/raw',
  ],
];

const refusal = (code: string, pointer: string) =>
  expect.objectContaining({ code, violations: [expect.objectContaining({ pointer })] });

describe('of a post', () => {
  test.each(posts)('%s', (_limit, on, past, code, pointer) => {
    expect(checkPost(post(on), NOW)).toMatchObject(on);
    expect(() => checkPost(post(past), NOW)).toThrow(refusal(code, pointer));
  });
});

describe('of a letter', () => {
  test.each(letters)('%s', (_limit, on, past, code, pointer) => {
    expect(checkEmail(letter(on), NOW).receivedAt).toBe(at(NOW));
    expect(() => checkEmail(letter(past), NOW)).toThrow(refusal(code, pointer));
  });

  test('recipients', () => {
    const to = (count: number) => letter({}, { rcptTo: many(count, 'b@example.org') });
    expect(checkEmail(to(LIMITS.recipients), NOW).envelope.rcptTo).toHaveLength(LIMITS.recipients);
    expect(() => checkEmail(to(LIMITS.recipients + 1), NOW)).toThrow(
      refusal('item.invalid', '/envelope/rcptTo'),
    );
  });
});

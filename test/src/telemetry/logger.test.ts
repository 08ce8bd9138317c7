/** What a log line may say: never a text, a token or a secret, whatever was handed over. */
import { describe, expect, it } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import { createLogger, errorFacts } from '../../../src/telemetry/logger.js';

function capture(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(level, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { logger, lines };
}

describe('the logger', () => {
  it('writes one JSON object a line with level, service and time, from its level up', () => {
    const { logger, lines } = capture('warn');
    logger.info('too quiet');
    logger.warn({ topic: 'posts' }, 'a batch failed');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      service: 'assay',
      topic: 'posts',
      msg: 'a batch failed',
    });
    expect(Date.parse(String(lines[0]?.['time']))).not.toBeNaN();
  });

  it('redacts texts, addresses and secrets up to three levels deep', () => {
    const { logger, lines } = capture();
    const secret = 'do not print me';
    logger.info({
      text: secret,
      item: { html: secret, author: { handle: secret } },
      request: { headers: { authorization: secret, cookie: secret } },
    });
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(lines[0]).toMatchObject({ text: '[redacted]', item: { author: { handle: '[redacted]' } } });
  });

  it('does not repeat what a foreign error quotes, and keeps its code and frames', () => {
    const { logger, lines } = capture();
    const foreign = Object.assign(new TypeError('cannot read "the text of a person"'), { code: 'ERR_TEXT' });
    logger.error({ err: foreign }, 'failed');
    expect(JSON.stringify(lines)).not.toContain('the text of a person');
    expect(lines[0]?.['err']).toMatchObject({ type: 'TypeError', code: 'ERR_TEXT' });
    expect(lines[0]?.['err']).toMatchObject({ stack: expect.stringMatching(/^\s+at /) });
  });
});

describe('facts of an error', () => {
  it('are code and message of our own errors, with their causes', () => {
    const error = new AssayError('store.unavailable', 'The store did not answer.', {
      cause: Object.assign(new Error('secret host'), { code: 42 }),
    });
    expect(errorFacts(error)).toMatchObject({
      type: 'AssayError',
      code: 'store.unavailable',
      message: 'The store did not answer.',
      cause: { type: 'Error', code: '42' },
    });
  });

  it('end after three causes, and take whatever was thrown', () => {
    let error = new Error('0');
    for (let depth = 1; depth < 6; depth++) error = new Error(String(depth), { cause: error });
    const depth = (facts: ReturnType<typeof errorFacts> | undefined): number =>
      facts === undefined ? 0 : 1 + depth(facts.cause);
    expect(depth(errorFacts(error))).toBe(4);
    expect(errorFacts('thrown text')).toEqual({ type: 'string' });
    expect(errorFacts(null)).toEqual({ type: 'object' });
    const bare = new Error('no stack');
    bare.stack = undefined as unknown as string;
    expect(errorFacts(bare).stack).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonShape, membersOf, parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

const NO_LIMITS = { depth: 100, values: 1_000_000 };

const valuesOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((sum: number, one) => sum + valuesOf(one), 0)
    : 1;

const emptyOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value);
  return inner.length === 0 ? 1 : inner.reduce((sum: number, one) => sum + emptyOf(one), 0);
};

/** Bytes that count how often they are looked at. */
function watched(given: Buffer): { bytes: Uint8Array; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(given, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1;
      return Reflect.get(target, name, target);
    },
  });
  return { bytes: proxy, reads: () => reads };
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('JSON from strangers', () => {
  it('is read as any JSON parser reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is measured as deep as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(jsonShape(bytes(JSON.stringify(value)), NO_LIMITS)).toEqual({
          depth: depthOf(plain),
          values: valuesOf(plain) + emptyOf(plain),
          members: membersOf(plain),
        });
      }),
    );
    expect(jsonShape(bytes('"[[[\\"[[,"'), NO_LIMITS)).toEqual({ depth: 0, values: 1, members: 0 });
  });

  it('that is a bomb is looked at no further than the limits', () => {
    const limits = { depth: 16, values: 1_000 };
    for (const bomb of [
      '['.repeat(1_000_000),
      '[{},'.padEnd(1_000_000, '{},'),
      `[${','.repeat(1_000_000)}`,
    ]) {
      const { bytes: counted, reads } = watched(bytes(bomb));
      jsonShape(counted, limits);
      expect(reads()).toBeLessThanOrEqual(2 * limits.values);
    }
  });

  it.each([
    ['too deep', '['.repeat(LIMITS.jsonDepth + 1), 'request.too_deep'],
    ['too many values', `[${'{},'.repeat(LIMITS.jsonValues / 2)}{}]`, 'request.too_many_values'],
    ['not JSON', '{"secret text', 'request.malformed_json'],
    ['a name twice', '{"text":"seen","text":"hidden"}', 'request.name_twice'],
    ['a name twice, once in escapes, deep inside', '[{"a":[{"b":1,"\\u0062":2}]}]', 'request.name_twice'],
  ])('is refused when it is %s, without a quotation', (_name, text, code) => {
    expect(() => parseJson(bytes(text))).toThrow(expect.objectContaining({ code }));
    expect(() => parseJson(bytes(text))).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });

  it('is refused when it is not UTF-8', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow(
      expect.objectContaining({ code: 'request.invalid_utf8' }),
    );
  });
});

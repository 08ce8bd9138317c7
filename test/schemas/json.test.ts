import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonDepth, parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

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
        expect(jsonDepth(bytes(JSON.stringify(value)), 100)).toBe(depthOf(JSON.parse(JSON.stringify(value))));
      }),
    );
    expect(jsonDepth(bytes('"[[[\\"[["'))).toBe(0);
  });

  it.each([
    ['too deep', '['.repeat(LIMITS.jsonDepth + 1), 'request.too_deep'],
    ['not JSON', '{"secret text', 'request.malformed_json'],
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

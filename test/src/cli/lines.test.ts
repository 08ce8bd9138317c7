import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLines } from '../../../src/cli/lines.js';

const read = async (chunks: readonly (Buffer | string)[], maxBytes = 1_000) => {
  const lines = [];
  for await (const one of readLines(Readable.from(chunks), maxBytes)) {
    lines.push('bytes' in one ? { line: one.line, text: one.bytes.toString() } : one);
  }
  return lines;
};

describe('lines of a stream', () => {
  it('are counted from 1, blank ones included and skipped', async () => {
    expect(await read(['a\n\n \t\r\nb\r\nc'])).toEqual([
      { line: 1, text: 'a' },
      { line: 4, text: 'b\r' },
      { line: 5, text: 'c' },
    ]);
    expect(await read(['\n\n'])).toEqual([]);
    expect(await read([])).toEqual([]);
  });

  it('are told and skipped when too long, also without an end', async () => {
    expect(await read([`${'x'.repeat(11)}\nb\n`, 'y'.repeat(30)], 10)).toEqual([
      { line: 1, tooLong: 11 },
      { line: 2, text: 'b' },
      { line: 3, tooLong: 30 },
    ]);
  });

  it('are the same however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'b', '\n', 'é') }),
        fc.nat(5),
        async (text, size) => {
          const bytes = Buffer.from(text);
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size + 1) chunks.push(bytes.subarray(at, at + size + 1));
          const expected = text
            .split('\n')
            .map((line, at) => ({ line: at + 1, text: line }))
            .filter((line) => line.text !== '');
          expect(await read(chunks)).toEqual(expected);
        },
      ),
    );
  });
});

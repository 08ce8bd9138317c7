/** Our SHA-256 against Node's, byte for byte. */
import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sha256 } from '../../../src/client/sha256.js';

const theirs = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const ours = (bytes: Uint8Array) => Buffer.from(sha256(bytes)).toString('hex');

test('is the same for every length around the edges of blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 0xff);
    expect([length, ours(bytes)]).toEqual([length, theirs(bytes)]);
  }
});

test('is the same for any bytes, and for a megabyte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      expect(ours(bytes)).toBe(theirs(bytes));
    }),
    { numRuns: 500 },
  );
  const large = new Uint8Array(1_048_577).fill(0xa5);
  expect(ours(large)).toBe(theirs(large));
});

test('is that of the standard (FIPS 180-4, appendix B)', () => {
  expect(ours(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

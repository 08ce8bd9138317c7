import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePosition, encodePosition, startingOffsets } from '../../../src/live/position.js';

const BOUNDS = [
  { partition: 1, first: 5, next: 9 },
  { partition: 0, first: 0, next: 40 },
];

describe('a position', () => {
  test('comes back as it was, for every number of partitions', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 50 - 1), { minLength: 1, maxLength: 1_024 }), (offsets) => {
        const text = encodePosition(offsets);
        expect(text).toMatch(/^[0-9a-z.]+$/);
        expect(decodePosition(text)).toEqual(offsets);
      }),
    );
  });

  test('is taken as the places to begin at', () => {
    expect(startingOffsets(BOUNDS, encodePosition([40, 5]))).toEqual([40, 5]);
    expect(startingOffsets(BOUNDS, 'now')).toEqual([40, 9]);
    expect(startingOffsets(BOUNDS, 'earliest')).toEqual([0, 5]);
  });

  test('that knows fewer partitions begins at the beginning of the new ones', () => {
    expect(startingOffsets(BOUNDS, encodePosition([7]))).toEqual([7, 5]);
  });

  test('before what the log keeps is expired', () => {
    expect(() => startingOffsets(BOUNDS, encodePosition([0, 4]))).toThrow(
      expect.objectContaining({ code: 'stream.expired' }),
    );
  });

  test.each([
    ['of another log', encodePosition([41, 5])],
    ['with more partitions', encodePosition([1, 5, 1])],
    ['of another version', '2.1.5'],
    ['without offsets', '1'],
    ['with an empty offset', '1..5'],
    ['with a sign', '1.-1.5'],
    ['with capital letters', '1.A.5'],
    ['beyond safe integers', '1.zzzzzzzzzzz.5'],
    ['that is no position', 'yesterday'],
    ['of a million dots', '1'.padEnd(1_000_000, '.')],
  ])('%s is refused', (_what, text) => {
    expect(() => startingOffsets(BOUNDS, text)).toThrow(expect.objectContaining({ code: 'request.cursor' }));
  });
});

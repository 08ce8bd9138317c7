/** Long texts are cut into windows by one rule, in serving and in training. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MOST_WINDOWS, WINDOW_PIECES, windowStarts, windowsOf } from '../../../detectors/runtime/windows.js';

const MARKS = { cls: 2, sep: 3 };
const piecesOf = (length: number) => {
  const ids = Int32Array.from({ length }, (_, i) => 10 + i);
  return { ids, starts: ids, ends: ids };
};

describe('the windows of a text', () => {
  it.each([
    [0, [0]],
    [126, [0]],
    [127, [0, 1]],
    [252, [0, 126]],
    [253, [0, 64, 127]],
    [379, [0, 84, 169, 253]],
    [10_000, [0, 3291, 6583, 9874]],
  ])('of %i pieces begin at %j', (length, starts) => {
    expect(windowStarts(length)).toEqual(starts);
  });

  it('are those that training cuts', () => {
    // python training/encoder/windows.py | sha256sum
    const all = Array.from({ length: 5001 }, (_, length) => `${windowStarts(length).join(' ')}\n`).join('');
    expect(createHash('sha256').update(all).digest('hex')).toBe(
      '3e3a44c64b4a6894d3498e1afe2e6ef671299505e27429a90502cb9dee903232',
    );
  });

  it('begin at the first piece, end at the last, and cover all where four suffice', () => {
    fc.assert(
      fc.property(fc.nat(20_000), (length) => {
        const starts = windowStarts(length);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)).toBe(Math.max(0, length - WINDOW_PIECES));
        expect(starts.length).toBeLessThanOrEqual(MOST_WINDOWS);
        const widest = Math.max(0, ...starts.slice(1).map((start, i) => start - starts[i]!));
        if (length <= MOST_WINDOWS * WINDOW_PIECES) expect(widest).toBeLessThanOrEqual(WINDOW_PIECES);
      }),
    );
  });

  it('stand between the marks of the model', () => {
    expect(windowsOf(piecesOf(0), MARKS)).toEqual([Int32Array.of(2, 3)]);
    expect(windowsOf(piecesOf(2), MARKS)).toEqual([Int32Array.of(2, 10, 11, 3)]);
    const [first, second] = windowsOf(piecesOf(200), MARKS);
    expect([first?.length, second?.length]).toEqual([128, 128]);
    expect([second?.[1], second?.at(-2), second?.at(-1)]).toEqual([10 + 74, 10 + 199, 3]);
  });
});

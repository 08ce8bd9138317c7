/** The line between the logits of two modes, and errors drawn from those found. */
import { describe, expect, it } from '@jest/globals';
import { errorsOf } from '../../../training/encoder/fast-errors.js';
import { seeded } from '../../../training/random.js';

const exact = Array.from({ length: 400 }, (_, i) => (i - 200) / 20);
const noise = exact.map((_, i) => 0.1 * Math.sin(7 * i));

describe('the errors of the fast mode', () => {
  it('are what is left over beside the line', () => {
    const { slope, shift, spread } = errorsOf(
      exact,
      exact.map((logit, i) => 0.9 * logit + 0.3 + noise[i]!),
    );
    expect(slope).toBeCloseTo(0.9, 2);
    expect(shift).toBeCloseTo(0.3, 2);
    expect(spread).toBeCloseTo(0.1 / Math.SQRT2, 2);
  });

  it('are drawn for other logits as they were found', () => {
    const { moved, spread } = errorsOf(
      exact,
      exact.map((logit, i) => 2 * logit - 1 + noise[i]!),
    );
    const random = seeded(4);
    const drawn = Array.from({ length: 2_000 }, () => moved(30, random) - 59);
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThan(0.12);
    const square = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
    expect(Math.sqrt(square)).toBeCloseTo(spread, 2);
  });

  it('cannot be known from texts that are all alike, or of which one mode read fewer', () => {
    expect(() => errorsOf([1, 1], [1, 2])).toThrow('not all alike');
    expect(() => errorsOf([], [])).toThrow('not all alike');
    expect(() => errorsOf([1, 2], [1])).toThrow('expected logits of the same texts');
  });
});

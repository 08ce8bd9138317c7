/** Logistic regression on a few dense features. */
import { describe, expect, it } from '@jest/globals';
import { fitDense } from '../../training/dense-logistic.js';
import { seeded } from '../../training/random.js';

/** Normal draws, by twelve uniform ones. */
const normal = (random: () => number): number =>
  Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);

describe('a fit', () => {
  it('finds the log-odds of two normal classes, whatever the units and however common each is', () => {
    const random = seeded(9);
    const examples = Array.from({ length: 4_000 }, (_, i) => {
      const yes = i % 5 === 0;
      return { yes, features: [1000 * (normal(random) + (yes ? 1 : -1)), normal(random), 7] };
    });
    const odds = fitDense(examples, 0.01);
    // Equal variances of one, means two apart: the log-odds are 2x, and nothing at the middle.
    expect(odds([0, 0, 7])).toBeCloseTo(0, 0);
    expect(odds([1000, 0, 7]) - odds([-1000, 0, 7])).toBeGreaterThan(3.5);
    expect(odds([1000, 0, 7]) - odds([-1000, 0, 7])).toBeLessThan(4.5);
    expect(Math.abs(odds([0, 2, 7]) - odds([0, -2, 7]))).toBeLessThan(0.6);
  });

  it('stays finite where the classes lie apart', () => {
    const examples = [-3, -2, 2, 3].map((x) => ({ yes: x > 0, features: [x] }));
    const odds = fitDense(examples);
    expect(odds([3])).toBeGreaterThan(0);
    expect(Number.isFinite(odds([3]))).toBe(true);
  });

  it('needs examples of both classes', () => {
    expect(() => fitDense([{ yes: true, features: [1] }])).toThrow('expected examples of both classes');
  });
});

import { expect, test } from '@jest/globals';
import { auroc, bootstrap, calibrationError, cutFor, shareAbove } from '../../training/metrics.js';
import { seeded, shuffle } from '../../training/random.js';

test('AUROC is the share of pairs in the right order, ties half', () => {
  expect(auroc([1, 2, 3, 4], [false, false, true, true])).toBe(1);
  expect(auroc([4, 3, 2, 1], [false, false, true, true])).toBe(0);
  expect(auroc([1, 1, 1, 1], [false, true, false, true])).toBe(0.5);
  expect(auroc([1, 2, 2, 3], [0, 1, 0, 1])).toBe(0.875);
  expect(auroc([1, 2], [true, true])).toBeNaN();
});

test('a cut lets at most the given share reach it, ties included', () => {
  const scores = Array.from({ length: 1_000 }, (_, i) => i / 10);
  const cut = cutFor(scores, 0.01);
  expect(shareAbove(scores, cut)).toBe(0.01);
  expect(shareAbove([5, 5, 5, 1], cutFor([5, 5, 5, 1], 0.5))).toBe(0);
  expect(cutFor([], 0.5)).toBe(Number.POSITIVE_INFINITY);
  expect(shareAbove([], 0)).toBeNaN();
});

test('calibration error is nought for true probabilities and the gap for false ones', () => {
  const random = seeded(3);
  const probability: number[] = [];
  const machine: boolean[] = [];
  for (let i = 0; i < 50_000; i++) {
    const p = random();
    probability.push(p);
    machine.push(random() < p);
  }
  const weight = probability.map(() => 1);
  expect(calibrationError(probability, machine, weight)).toBeLessThan(0.01);
  expect(
    calibrationError(
      probability.map(() => 0.9),
      machine,
      weight,
    ),
  ).toBeCloseTo(0.4, 1);
});

test('a bootstrap interval holds the figure, and is the same for the same seed', () => {
  const values = Array.from({ length: 400 }, (_, i) => i % 10);
  const mean = (drawn: Int32Array): number => drawn.reduce((sum, i) => sum + values[i]!, 0) / drawn.length;
  const [low, high] = bootstrap(values.length, mean);
  expect(low).toBeLessThan(4.5);
  expect(high).toBeGreaterThan(4.5);
  expect(high - low).toBeLessThan(1);
  expect(bootstrap(values.length, mean)).toEqual([low, high]);
  expect(bootstrap(3, () => Number.NaN)).toEqual([Number.NaN, Number.NaN]);
});

test('a shuffle keeps every value and repeats with its seed', () => {
  const shuffled = (seed: number): number[] => {
    const values = Array.from({ length: 50 }, (_, i) => i);
    shuffle(values, seeded(seed));
    return values;
  };
  expect(shuffled(1)).toEqual(shuffled(1));
  expect(shuffled(1)).not.toEqual(shuffled(2));
  expect(shuffled(1).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

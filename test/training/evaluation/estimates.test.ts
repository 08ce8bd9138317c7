import { expect, test } from '@jest/globals';
import {
  highest,
  meanRate,
  negated,
  pairedDifference,
  rateRatio,
} from '../../../training/evaluation/estimates.js';

test('a mean over sources counts sources, and its interval is that of other sources', () => {
  const easy = Array.from({ length: 400 }, () => 1);
  const hard = Array.from({ length: 40 }, () => 0);
  const figure = meanRate([easy, hard], 0.5);
  expect(figure).toMatchObject({ n: 440, value: 0.5 });
  // With two sources this far apart, others may be anywhere.
  expect(figure.interval).toEqual([0, 1]);
  const alike = Array.from({ length: 30 }, () => Array.from({ length: 200 }, (_, i) => i % 2));
  const [low, high] = meanRate(alike, 0.5).interval;
  expect(low).toBeGreaterThan(0.48);
  expect(high).toBeLessThan(0.52);
  expect(meanRate(alike, 0.5)).toEqual(meanRate(alike, 0.5));
});

test('twins are counted against each other: the interval is narrower than that of two rates', () => {
  const before = Array.from({ length: 1_000 }, (_, i) => (i < 500 ? 1 : 0));
  const after = before.map((score, i) => (i < 20 ? 0 : i >= 990 ? 1 : score));
  const figure = pairedDifference(before, after, 0.5);
  expect(figure.value).toBe(-0.01);
  const [low, high] = figure.interval;
  expect(low).toBeGreaterThan(-0.022);
  expect(high).toBeLessThan(0.002);
  expect(negated(figure)).toEqual({ n: 1_000, value: 0.01, interval: [-high, -low] });
});

test('twins that do not differ leave room for a difference all the same', () => {
  const same = Array.from({ length: 100 }, (_, i) => i);
  const { value, interval } = pairedDifference(same, same, 50);
  expect(value).toBe(0);
  expect(interval[0]).toBeLessThan(0);
  expect(interval[1]).toBeGreaterThan(0);
});

test('a ratio of two detectors knows that they judge the same texts', () => {
  const reached = Array.from({ length: 1_000 }, (_, i) => ({ reference: i < 800, other: i < 784 }));
  const { value, interval } = rateRatio(reached);
  expect(value).toBe(0.98);
  expect(interval[0]).toBeGreaterThan(0.965);
  expect(interval[1]).toBeLessThan(0.995);
});

test('the highest of several is named, and of none there is none', () => {
  const figure = (value: number) => ({ n: 1, value, interval: [0, 1] as [number, number] });
  const named = [0.2, 0.7, 0.5].map((value) => ({ name: `at ${value}`, figure: figure(value) }));
  expect(highest(named)?.name).toBe('at 0.7');
  expect(highest([])).toBeNull();
});

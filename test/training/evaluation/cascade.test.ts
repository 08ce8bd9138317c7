import { expect, test } from '@jest/globals';
import { cascadeCurve, SHARES, type Staged, streamQuantile } from '../../../training/evaluation/cascade.js';
import { seeded } from '../../../training/random.js';
import { outcomes } from './made-up.js';

const COSTS = { first: 0.001, encoder: { human: 0.01, machine: 0.02 } };
/** The first stage sees the same as the encoder through noise. */
function staged(seed: number, split: 'valid' | 'train'): Staged[] {
  const random = seeded(seed);
  return outcomes(2_000, 2.5, seed, split).map(({ row, words, llr }) => ({
    row,
    words,
    first: 0.7 * llr + 2 * (random() - 0.5),
    both: llr,
  }));
}
const stages = {
  valid: staged(1, 'valid'),
  unseen: staged(2, 'train'),
  costs: COSTS,
  firstCut: 1,
  from: -0.5,
  minWords: 50,
};

const { rows, served } = cascadeCurve(stages);
const highest = rows.filter(({ choice }) => choice === 'highest');

test('a share of a stream counts people and machines as the stream holds them, not as the sample does', () => {
  const valued = Array.from({ length: 1_000 }, (_, i) => ({ value: i, machine: i >= 500 }));
  // Machines are the upper half of the sample, and the upper tenth of the stream.
  expect(streamQuantile(valued, 0.1, 0.9)).toBeCloseTo(499, -1);
  expect(streamQuantile(valued, 0.05, 0.9)).toBeCloseTo(750, -1);
  expect(streamQuantile(valued, 0.55, 0.9)).toBeCloseTo(250, -1);
  expect(streamQuantile(valued, 1)).toBe(Number.NEGATIVE_INFINITY);
  expect(streamQuantile(valued, 0)).toBe(Number.POSITIVE_INFINITY);
});

test('each row reads about its share, and costs what is read', () => {
  expect(highest).toHaveLength(SHARES.length);
  for (const [i, { read }] of highest.entries()) expect(read).toBeCloseTo(SHARES[i]!, 1);
  expect(highest[0]!.perSecond).toBeCloseTo(1 / (0.001 + 0.9 * 0.01 + 0.1 * 0.02), 6);
  expect(highest.at(-1)!.perSecond).toBeCloseTo(1_000, 6);
  for (let i = 1; i < highest.length; i++)
    expect(highest[i]!.perSecond).toBeGreaterThan(highest[i - 1]!.perSecond);
});

test('with cuts of its own, reading more is worth more than reading nothing, at the same budget', () => {
  const [full, none] = [highest[0]!, highest.at(-1)!];
  expect(full.kept.same.value).toBe(1);
  expect(full.kept.unseen).toBe(1);
  expect(none.kept.same.value).toBeLessThan(0.9);
  expect(served.kept.same.value).toBeGreaterThan(none.kept.same.value);
  for (const { unseen } of rows) expect(unseen.falsePositives.value).toBeLessThanOrEqual(0.02);
});

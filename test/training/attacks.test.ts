import { expect, test } from '@jest/globals';
import { canonicalise } from '../../detectors/canonical/canonicalise.js';
import { ATTACKS, type Attack, crop } from '../../training/attacks.js';
import { importanceOf } from '../../training/balance.js';
import { shingles } from '../../training/demo-texts.js';
import { FOLD_COUNT, foldOf } from '../../training/folds.js';
import { leaks } from '../../training/leakage.js';
import { seeded } from '../../training/random.js';

const TEXT =
  'The color of the sky was what I wanted to analyze that day. Nobody realized how long 24 hours can be. An old man sold apples near the center of the town, and he spoke to everyone who passed.';

test('every attack changes the text and repeats with its seed', () => {
  for (const attack of Object.keys(ATTACKS) as Attack[]) {
    const attacked = [1, 2, 3].map((seed) => ATTACKS[attack](TEXT, seeded(seed)));
    expect(attacked.some((text) => text !== TEXT)).toBe(true);
    expect([1, 2, 3].map((seed) => ATTACKS[attack](TEXT, seeded(seed)))).toEqual(attacked);
  }
});

test('the canonicaliser undoes character attacks entirely', () => {
  for (const attack of ['homoglyph', 'zero_width', 'whitespace'] as const) {
    expect(canonicalise(ATTACKS[attack](TEXT, seeded(2))).text).toBe(TEXT);
  }
});

test('a crop is whole words of the text, of the wanted length', () => {
  const random = seeded(8);
  for (let i = 0; i < 200; i++) {
    const part = crop(TEXT, random, 5, 12);
    expect(` ${TEXT} `).toContain(` ${part} `);
    expect(part.split(' ').length).toBeGreaterThanOrEqual(5);
    expect(part.split(' ').length).toBeLessThanOrEqual(12);
  }
  expect(crop('two words', random, 8, 60)).toBe('two words');
});

test('kin are left out together, and unknown sources get a fold of their own name', () => {
  expect(foldOf({ source: 'glimpse' })).toBe(foldOf({ source: 'fast-detect-gpt' }));
  expect(foldOf({ source: 'imbd-train' })).toBe(foldOf({ source: 'imbd' }));
  expect(foldOf({ source: 'something-new' })).toBeLessThan(FOLD_COUNT);
});

test('within a cell both classes weigh the same, whatever their sources', () => {
  const samples = [
    ...Array.from({ length: 90 }, () => ({ source: 'big', domain: 'qa', machine: false })),
    ...Array.from({ length: 10 }, () => ({ source: 'small', domain: 'qa', machine: false })),
    ...Array.from({ length: 80 }, () => ({ source: 'bots', domain: 'qa', machine: true })),
  ];
  const rows = Uint32Array.from(samples.keys());
  const importance = importanceOf(samples, new Uint16Array(samples.length).fill(100), rows);
  const mass = (keep: (i: number) => boolean): number =>
    samples.reduce((sum, _, i) => sum + (keep(i) ? importance[i]! : 0), 0);
  expect(mass((i) => samples[i]!.machine)).toBeCloseTo(
    mass((i) => !samples[i]!.machine),
    3,
  );
  expect(importance[95]).toBeGreaterThan(importance[0]!);
  expect(mass(() => true)).toBeCloseTo(samples.length, 3);
});

test('a text without its other class weighs little', () => {
  const samples = [
    { source: 'a', domain: 'qa', machine: false },
    { source: 'b', domain: 'qa', machine: true },
    { source: 'c', domain: 'wiki', machine: true },
  ];
  const importance = importanceOf(samples, Uint16Array.of(100, 100, 100), Uint32Array.of(0, 1, 2));
  expect(importance[2]! / importance[0]!).toBeCloseTo(0.3, 5);
});

test('leaks are found: the same letters, a shared group, most shingles in common', () => {
  const other =
    'Entirely different words stand in this sentence, and none of them were in the other one at all.';
  const found = leaks([
    { split: 'train', group: 'a', text: TEXT },
    { split: 'valid', group: 'a', text: TEXT.toUpperCase() },
    { split: 'calib', group: 'b', text: `${TEXT} And one more thing.` },
    { split: 'valid', group: 'c', text: other },
  ]);
  expect(found).toEqual({ held: 3, groupsInTwoSplits: 1, sameText: 1, nearDuplicates: 1 });
});

test('shingles do not see marks and casing; a short text is its own', () => {
  expect(shingles('One two, three FOUR five six seven.')).toEqual(
    shingles('one two three four five six seven'),
  );
  expect(shingles('one two three four five six seven')).toHaveLength(2);
  expect(shingles('hello there')).toHaveLength(1);
  expect(shingles('...')).toEqual([]);
});

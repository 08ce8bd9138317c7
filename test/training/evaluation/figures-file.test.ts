import { expect, test } from '@jest/globals';
import {
  type FiguresFile,
  namedFigures,
  sayWorse,
  worseThan,
} from '../../../training/evaluation/figures-file.js';
import { headlineOf } from '../../../training/evaluation/headline.js';
import { slicesIn } from '../../../training/evaluation/slices.js';
import { evaluation } from './made-up.js';

const file = (figures: FiguresFile['figures']): FiguresFile => ({ models: {}, date: '', figures });
const kept = file({
  'TPR of news': { n: 500, value: 0.7, interval: [0.66, 0.74], better: 'higher' },
  'FPR of news': { n: 500, value: 0.01, interval: [0.005, 0.02], better: 'lower' },
  'TPR of a small source': { n: 60, value: 0.5, interval: [0.4, 0.6], better: 'higher' },
});
const now = (values: Record<string, number>): FiguresFile =>
  file(
    Object.fromEntries(
      Object.entries(kept.figures).flatMap(([name, one]) =>
        values[name] === undefined ? [] : [[name, { ...one, value: values[name]! }]],
      ),
    ),
  );

test('a model passes when every slice stays within the kept interval, or gets better', () => {
  expect(worseThan(kept, kept)).toEqual([]);
  const better = { 'TPR of news': 0.9, 'FPR of news': 0, 'TPR of a small source': 0.5 };
  expect(worseThan(kept, now(better))).toEqual([]);
  expect(worseThan(kept, now({ ...better, 'TPR of news': 0.66, 'FPR of news': 0.02 }))).toEqual([]);
});

test('a slice that got worse beyond its interval is named, whichever way is worse', () => {
  const worse = worseThan(
    kept,
    now({ 'TPR of news': 0.65, 'FPR of news': 0.021, 'TPR of a small source': 0.5 }),
  );
  expect(worse.map(({ name }) => name)).toEqual(['TPR of news', 'FPR of news']);
  expect(sayWorse(worse[0]!)).toBe('TPR of news: 0.7 (0.66–0.74, n 500) → 0.65 (n 500)');
});

test('a slice that is gone counts as worse, one of few texts decides nothing', () => {
  const worse = worseThan(kept, now({ 'TPR of news': 0.7, 'TPR of a small source': 0.1 }));
  expect(worse.map(({ name, now: after }) => [name, after])).toEqual([['FPR of news', null]]);
  expect(sayWorse(worse[0]!)).toMatch(/→ gone$/);
});

test('the kept figures are those of the page, each finite, and a weaker detector fails against them', () => {
  const all = evaluation();
  const figuresOf = (one: typeof all): FiguresFile =>
    file(namedFigures(headlineOf(one), slicesIn(one), one.cascade.served));
  const before = figuresOf(all);
  expect(Object.values(before.figures).every(({ value }) => Number.isFinite(value))).toBe(true);
  expect(JSON.parse(JSON.stringify(before))).toEqual(before);
  expect(before.figures).toHaveProperty(['same sources / domain / qa / TPR at 1%']);
  const weaker = {
    ...all,
    valid: all.valid.map((one) => (one.row.machine ? { ...one, llr: one.llr - 1 } : one)),
  };
  expect(worseThan(before, figuresOf(weaker)).map(({ name }) => name)).toContain(
    'same sources / whole / 50 words and more / TPR at 1%',
  );
});

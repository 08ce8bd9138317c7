import { expect, test } from '@jest/globals';
import { headlineOf } from '../../../training/evaluation/headline.js';
import { scorecard, standingOf } from '../../../training/evaluation/scorecard.js';
import { promisesSection } from '../../../training/report/promises.js';
import { evaluation } from './made-up.js';

const figure = (value: number, low: number, high: number, n = 1_000) => ({
  n,
  value,
  interval: [low, high] as [number, number],
});

test.each([
  [figure(0.82, 0.78, 0.85), 0.8, 'higher', 'met'],
  [figure(0.79, 0.76, 0.82), 0.8, 'higher', 'within the interval'],
  [figure(0.7, 0.66, 0.74), 0.8, 'higher', 'missed'],
  [figure(0.019, 0.01, 0.03), 0.02, 'lower', 'met'],
  [figure(0.021, 0.018, 0.024), 0.02, 'lower', 'within the interval'],
  [figure(0.03, 0.025, 0.036), 0.02, 'lower', 'missed'],
  [figure(0.9, 0.8, 1, 299), 0.8, 'higher', 'too few texts'],
  [figure(Number.NaN, 0, 1), 0.8, 'higher', 'too few texts'],
] as const)('%o against %d, %s is better: %s', (one, limit, better, standing) => {
  expect(standingOf(one, limit, better)).toBe(standing);
});

test('a pooled slice of few texts may decide where that was agreed', () => {
  expect(standingOf(figure(0.01, 0, 0.02, 120), 0.02, 'lower', 1)).toBe('met');
});

test('every promise has a figure, and names the attack or source it is the worst of', () => {
  const all = evaluation();
  const gates = scorecard(headlineOf(all), all.cascade);
  const decided = gates.filter(({ standing }) => standing !== 'too few texts');
  expect(decided.length).toBeGreaterThan(11);
  const words = gates.find(({ measure }) => measure.startsWith('lost under word-level'));
  expect(words).toMatchObject({ worst: 'synonyms', standing: 'missed', better: 'lower' });
  const characters = gates.find(({ measure }) => measure.startsWith('lost under character'));
  expect(characters).toMatchObject({ worst: 'homoglyph', standing: 'met' });
  expect(gates.find(({ measure }) => measure.includes('worst source'))?.worst).toBe('essays');
  const page = promisesSection(gates);
  for (const { measure } of gates) expect(page).toContain(`| ${measure} |`);
  expect(page).toContain(`${gates.filter(({ standing }) => standing === 'met').length} are met`);
  expect(page).not.toMatch(/NaN|undefined/);
});

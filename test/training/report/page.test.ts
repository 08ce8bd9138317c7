import { expect, test } from '@jest/globals';
import { headlineOf } from '../../../training/evaluation/headline.js';
import { scorecard } from '../../../training/evaluation/scorecard.js';
import { slicesIn } from '../../../training/evaluation/slices.js';
import { evaluationPage } from '../../../training/report/page.js';
import { evaluation } from '../evaluation/made-up.js';

const all = evaluation();
const headline = headlineOf(all);
const slices = slicesIn(all);
const gates = scorecard(headline, all.cascade);
const page = evaluationPage({ evaluation: all, headline, slices, gates });
const section = (name: string): string => page.split('\n## ').find((one) => one.startsWith(name))!;

test('the promises come first, and every section is there once', () => {
  const titles = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(titles[0]).toBe('What we promised ourselves, and where we stand');
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.length).toBeGreaterThanOrEqual(13);
  expect(page).not.toMatch(/NaN|undefined|Infinity|null/);
});

test('every row of a table has as many cells as its head', () => {
  for (const block of page.split('\n\n').filter((one) => one.startsWith('| '))) {
    const cells = block
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split(' | ').length);
    expect(new Set(cells).size).toBe(1);
  }
});

test('known and unseen sources are told apart by length, domain, source and generator', () => {
  for (const name of ['Same sources', 'Unseen sources']) {
    for (const row of ['10–49 words', '100–299 words', 'news', 'letters', 'gpt-4', 'llama-7b'])
      expect(section(name)).toContain(`| ${row} |`);
  }
});

test('attacks of the sources stand beside what the same source did not attack', () => {
  const rows = section('Attacks').split('### Made by the sources')[1]!;
  expect(rows).toMatch(/\| dipper, letters \| [\d.]+ \([^)]+\), n \d+ \| [^|]+ \| [\d.]+ \(/);
});

test('a peer is held to the same rule, and its section is left out when there is none', () => {
  expect(section('Beside others')).toContain('| peer |');
  const alone = evaluationPage({ evaluation: { ...all, peers: [] }, headline, slices, gates });
  expect(alone).not.toContain('## Beside others');
});

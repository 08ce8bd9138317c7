import { expect, test } from '@jest/globals';
import { contradicted, countBySource } from '../../../training/evaluation/contradicted.js';
import { outcomes } from './made-up.js';

test('swapped labels are found among those listed, strongest first, without their texts', () => {
  const clean = outcomes(1_000, 4);
  const swapped = new Set([10, 11, 40, 41, 90, 91].map((i) => clean[i]!.row.id));
  const noisy = clean.map((one) =>
    swapped.has(one.row.id) ? { ...one, row: { ...one.row, machine: !one.row.machine } } : one,
  );
  const listed = contradicted(noisy);
  const found = listed.filter(({ id }) => swapped.has(id));
  expect(found.length).toBeGreaterThanOrEqual(4);
  expect(listed.length).toBeLessThan(60);
  const strengths = listed.map(({ llr }) => Math.abs(llr));
  expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  for (const one of listed) {
    expect(Object.keys(one).sort()).toEqual(['id', 'llr', 'machine', 'source']);
    expect(one.machine ? one.llr < 0 : one.llr > 0).toBe(true);
  }
});

test('counts are per source and class, the source most in doubt first', () => {
  const some = outcomes(200, 4);
  const listed = some
    .filter(({ row }) => row.source === 'essays' && !row.machine)
    .slice(0, 5)
    .map(({ row, llr }) => ({ id: row.id, source: row.source, machine: row.machine, llr }));
  const counts = countBySource(some, listed);
  expect(counts.map(({ source }) => source)).toEqual(['essays', 'letters']);
  expect(counts[0]!.people.contradicted).toBe(5);
  expect(counts.reduce((sum, { people, machines }) => sum + people.n + machines.n, 0)).toBe(200);
});

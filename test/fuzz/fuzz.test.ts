/** A short run of every fuzz target; the long one is `node scripts/run.js test/fuzz/fuzz.ts`. */
import { describe, expect, test } from '@jest/globals';
import { fuzz } from './fuzz.js';
import { Random } from './random.js';
import { targets } from './targets.js';

const all = await targets();

describe('no input crashes a parser, and nothing changed is accepted', () => {
  test.each(Object.entries(all))('%s', async (name, run) => {
    const { findings, runs, refused } = await fuzz(name, run, 1_500, 20_000_000);
    expect(findings).toEqual([]);
    expect(runs).toBe(1_500);
    // Inputs have to reach both ends: some are read, some are refused (changed tokens and lists always are).
    expect(refused).toBeGreaterThan(0);
    if (!/verifier|reader/.test(name)) expect(refused).toBeLessThan(runs);
  });

  test('a run that throws is a finding with its seed, and too many end the target', async () => {
    const broken = await fuzz('broken', (random) => random.pick([1]) === 1 && fail(), 100, 7);
    expect(broken.findings).toHaveLength(10);
    expect(broken.findings[0]).toEqual({ seed: 7, message: 'broken' });
    expect(broken.runs).toBe(10);
  });

  test('a seed gives the same input again', () => {
    const [one, two] = [new Random(5), new Random(5)];
    expect([one.next(), one.below(9)]).toEqual([two.next(), two.below(9)]);
  });
});

function fail(): boolean {
  throw new Error('broken');
}

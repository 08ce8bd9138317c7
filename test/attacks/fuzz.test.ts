/** A short run of the fuzzers; the long one is `node scripts/run.js test/attacks/fuzz.ts`. */
import { describe, expect, test } from '@jest/globals';
import { fuzzers } from './fuzzers.js';

const RUNS = 3_000;
const all = await fuzzers(20_300_115);

describe('no parser crashes or accepts what was changed', () => {
  test.each(all.map((each) => [each.name, each] as const))('%s', async (_name, { once }) => {
    let count = 0;
    for (; count < RUNS; count++) await once();
    expect(count).toBe(RUNS);
  });
});

/** The slices of a comparison. */
import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import {
  type Compared,
  emptyComparison,
  lengthSlice,
  noteCompared,
  noteFailed,
} from '../../../streams/replay/comparison.js';

const compared = (platform: string): Compared => ({
  itemId: 'i',
  tenant: 't',
  from: 'machine',
  to: 'uncertain',
  llrBefore: 1,
  llrAfter: -1,
  slices: { kind: 'post', platform, length: '0–49 words', tenant: 't', language: 'en' },
});

describe('lengths', () => {
  it.each([
    [0, '0–49 words'],
    [49, '0–49 words'],
    [50, '50–99 words'],
    [100, '100–299 words'],
    [299, '100–299 words'],
    [300, '300 words and more'],
    [100_000, '300 words and more'],
  ])('%d words', (words, slice) => expect(lengthSlice(words)).toBe(slice));
});

describe('a comparison', () => {
  it('counts names that mean something to JavaScript, also after it was kept as JSON', () => {
    const first = emptyComparison();
    for (const name of ['__proto__', 'constructor', '__proto__']) noteCompared(first, compared(name));
    const comparison = JSON.parse(JSON.stringify(first)) as typeof first;
    noteCompared(comparison, compared('__proto__'));
    expect(Object.entries(comparison.slices.platform).map(([name, { changed }]) => [name, changed])).toEqual([
      ['__proto__', 3],
      ['constructor', 1],
    ]);
    expect(comparison.moves).toEqual({ machine: { uncertain: 4 } });
  });

  it('counts every failure and names the first', () => {
    const comparison = emptyComparison();
    for (let n = 0; n < LIMITS.replayExamples + 1; n++) noteFailed(comparison, `i${n}`);
    expect(comparison.failed).toBe(LIMITS.replayExamples + 1);
    expect(comparison.failedIds).toHaveLength(LIMITS.replayExamples);
  });
});

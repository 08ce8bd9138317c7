/** From shares of pieces and n-grams to the places in a text that a score rests on. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalise } from '../../detectors/canonical/canonicalise.js';
import { passagesOf, weightiest } from '../../detectors/passages.js';
import { type TextRead, textRead } from '../../detectors/runtime/piece-shares.js';
import { windowStarts } from '../../detectors/runtime/windows.js';

const TEXT = 'One is first. Two is next. And three is the last of them.';
const SENTENCES = [
  { start: 0, end: 13, share: 0.5 },
  { start: 13, end: 26, share: -0.2 },
  { start: 26, end: 57, share: 0.1 },
];
const CALIBRATED = { slopes: [2, 0.5] };
const canonical = canonicalise(TEXT, { kind: 'post' });

/** Pieces at places of the text, each with its share. */
const reading = (...pieces: [start: number, share: number][]): TextRead => ({
  logit: pieces.reduce((sum, [, share]) => sum + share, 0),
  marks: 0,
  starts: Int32Array.from(pieces, ([start]) => start),
  ends: Int32Array.from(pieces, ([start]) => start + 1),
  shares: Float64Array.from(pieces, ([, share]) => share),
});

describe('a sentence', () => {
  it('has the share of both models, each worth what its slope says', () => {
    const read = reading([0, 1], [4, 2], [14, -3], [27, 0.4], [40, 0.2]);
    expect(passagesOf(SENTENCES, CALIBRATED, read).map(({ share }) => share)).toEqual([
      2 * 0.5 + 0.5 * 3,
      2 * -0.2 + 0.5 * -3,
      2 * 0.1 + 0.5 * (0.4 + 0.2),
    ]);
  });

  it('has the share of the first stage alone where the encoder did not read', () => {
    const shares = passagesOf(SENTENCES, { slopes: [2] }).map(({ share }) => share);
    expect(shares).toEqual([1, -0.4, 0.2]);
  });

  it('gets the pieces that begin in it; a piece before the first or behind the last sentence has none', () => {
    const [first, last] = [SENTENCES[1]!, SENTENCES[2]!];
    const read = reading([0, 8], [12, 8], [13, 1], [25, 1], [26, 4], [56, 4], [57, 16]);
    const found = passagesOf([first, last], { slopes: [0, 1] }, read);
    expect(found.map(({ share }) => share)).toEqual([2, 8]);
  });

  it('weighs what the mean would fall by without it: nothing where all are alike', () => {
    const read = reading([0, 13], [13, 13], [26, 31]);
    for (const { share, weight } of passagesOf(SENTENCES, { slopes: [0, 1] }, read)) {
      expect(share).toBeGreaterThan(12);
      expect(weight).toBeCloseTo(0, 9);
    }
    // Means of 1, 0 and 0: without the first thirteen of 57 units the mean falls by 13/57 − 13/57 of it.
    const one = passagesOf(SENTENCES, { slopes: [0, 1] }, reading([0, 13 / 57], [13, 0], [26, 0]))[0]!;
    expect(one.weight).toBeCloseTo((13 / 57) * (1 - 13 / 57), 9);
  });
});

describe('the places', () => {
  it('are those that weigh most for the side, the weightiest first, without the space before them', () => {
    const passages = [
      { start: 0, end: 13, share: 0, weight: 1 },
      { start: 13, end: 26, share: 0, weight: -2 },
      { start: 26, end: 57, share: 0, weight: 3 },
    ];
    const said = (side: 1 | -1): string[] =>
      weightiest(passages, side, canonical).map(({ start, end }) => TEXT.slice(start, end));
    expect(said(1)).toEqual(['And three is the last of them.', 'One is first.']);
    expect(said(-1)).toEqual(['Two is next.']);
  });

  it('leave out what weighs less than a fifth of the first, and are five at most', () => {
    const passage = (weight: number, i: number) => ({ start: 26 + i, end: 40 + i, share: 0, weight });
    const places = (...weights: number[]) => weightiest(weights.map(passage), 1, canonical).length;
    expect(places(10, 2.1, 1.9)).toBe(2);
    expect(places(9, 9, 9, 9, 9, 9, 9)).toBe(5);
    expect(places(-1, 0)).toBe(0);
    expect(places()).toBe(0);
  });
});

describe('the shares of a text', () => {
  it('with those of the marks sum to its logit, however long it is', () => {
    const length = fc.integer({ min: 0, max: 700 });
    fc.assert(
      fc.property(length, fc.infiniteStream(fc.double({ min: -3, max: 3, noNaN: true })), (n, numbers) => {
        const draw = (): number => numbers.next().value as number;
        const windows = windowStarts(n).map((start) =>
          Float32Array.from({ length: Math.min(126, n - start) + 2 }, draw),
        );
        const logits = windows.map((window) => window.reduce((sum, share) => sum + share, 0));
        const pieces = { ids: new Int32Array(n), starts: new Int32Array(n), ends: new Int32Array(n) };
        const read = textRead(pieces, logits, windows);
        const sum = read.shares.reduce((total, share) => total + share, read.marks);
        expect(sum).toBeCloseTo(read.logit, 3);
        expect(read.logit).toBeCloseTo(logits.reduce((total, logit) => total + logit, 0) / logits.length, 6);
      }),
      { numRuns: 60 },
    );
  });

  it('are nothing for pieces that no window shows, and from both for those that two show', () => {
    const n = 600;
    const starts = windowStarts(n);
    const windows = starts.map(() => new Float32Array(128).fill(1));
    const pieces = { ids: new Int32Array(n), starts: new Int32Array(n), ends: new Int32Array(n) };
    const { shares } = textRead(pieces, [128, 128, 128, 128], windows);
    const shown = Array.from({ length: n }, (_, i) => starts.filter((s) => s <= i && i < s + 126).length);
    expect([...shares]).toEqual(shown.map((count) => count / 4));
    expect(shown).toContain(0);
    const some = windowStarts(300);
    const overlap = textRead(
      { ids: new Int32Array(300), starts: new Int32Array(300), ends: new Int32Array(300) },
      [1, 1, 1],
      some.map(() => new Float32Array(128).fill(1)),
    );
    expect(Math.max(...overlap.shares)).toBeCloseTo(2 / 3, 9);
  });
});

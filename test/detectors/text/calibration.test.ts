import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { calibrate, lengthTerm } from '../../../detectors/text/calibration.js';
import { CALIBRATION } from '../model.js';

test('the llr rises with the score and never passes its limit', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.integer({ min: 0, max: 100_000 }),
      (z, words) => {
        const lower = calibrate([z], words, CALIBRATION);
        const higher = calibrate([z + 1], words, CALIBRATION);
        expect(higher.llr).toBeGreaterThanOrEqual(lower.llr);
        expect(Math.abs(lower.llr)).toBeLessThanOrEqual(CALIBRATION.limit);
        expect(lower.error).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('slopes and offset explain the llr exactly, for one score and for several', () => {
  const two = {
    ...CALIBRATION,
    slopes: [
      [0.4, 0.1, 0],
      [0.7, 0, 0.1],
    ],
    covariance: Array.from({ length: 9 }, (_, i) =>
      Array.from({ length: 9 }, (_, j) => (i === j ? 0.001 : 0)),
    ),
  };
  for (const z of [-30, -1, 0, 0.3, 8]) {
    const one = calibrate([z], 120, CALIBRATION);
    expect(one.slopes[0]! * z + one.offset).toBeCloseTo(one.llr, 10);
    const both = calibrate([z, 1 - z], 120, two);
    expect(both.slopes[0]! * z + both.slopes[1]! * (1 - z) + both.offset).toBeCloseTo(both.llr, 10);
  }
});

test('the same score is worth less in fewer words', () => {
  expect(calibrate([2], 10, CALIBRATION).llr).toBeLessThan(calibrate([2], 300, CALIBRATION).llr);
});

test('a score of nought with no offset says nothing', () => {
  expect(calibrate([0], 50, { ...CALIBRATION, offset: [0, 0, 0] }).llr).toBe(0);
});

test('length is held at both ends', () => {
  expect(lengthTerm(0)).toBe(lengthTerm(5));
  expect(lengthTerm(600)).toBe(lengthTerm(1e9));
  expect(lengthTerm(50)).toBe(0);
});

test('a slope is never negative: more evidence for a machine cannot speak for a person', () => {
  expect(calibrate([3], 50, { ...CALIBRATION, slopes: [[-1, 0, 0]], offset: [0.2, 0, 0] }).slopes[0]).toBe(0);
});

import { expect, test } from '@jest/globals';
import { fitLine, scaleTo } from '../../../training/encoder/scale.js';
import { seeded } from '../../../training/random.js';

/** Texts whose true llr is `slope` times the logit plus `offset`. */
function texts(slope: number, offset: number, seed = 3) {
  const random = seeded(seed);
  return Array.from({ length: 20_000 }, () => {
    const llr = 8 * random() - 4;
    return { logit: (llr - offset) / slope, machine: random() < 1 / (1 + Math.exp(-llr)) };
  });
}

test('a line through logits says how sure they may be', () => {
  const { slope, offset } = fitLine(texts(0.5, 1));
  expect(slope).toBeCloseTo(0.5, 1);
  expect(offset).toBeCloseTo(1, 0);
});

test('logits of an unsure encoder are brought to the scale of a sure one', () => {
  const unsure = fitLine(texts(2, -0.5));
  const sure = fitLine(texts(0.8, 0.4));
  const { scale, shift } = scaleTo(unsure, sure);
  // A logit of 1 claims 1.5 nats there; here that is (1.5 - 0.4) / 0.8.
  expect(scale * 1 + shift).toBeCloseTo(1.375, 0);
  expect(unsure.slope * 1 + unsure.offset).toBeCloseTo(sure.slope * (scale + shift) + sure.offset, 9);
});

test('texts of one class say nothing about scale', () => {
  expect(() => fitLine([{ logit: 1, machine: true }])).toThrow('both classes');
});

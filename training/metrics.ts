/** Figures of a two-class score: AUROC, quantiles, calibration error, bootstrap intervals. Pure. */
import { seeded } from './random.js';

/** Area under the ROC curve, ties counted half. @param scores higher speaks for a machine */
export function auroc(scores: ArrayLike<number>, machine: ArrayLike<number | boolean>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let rankSum = 0;
  let machines = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++;
    const rank = (i + j + 1) / 2;
    for (; i < j; i++) {
      if (machine[order[i]!]) {
        rankSum += rank;
        machines++;
      }
    }
  }
  const humans = order.length - machines;
  if (machines === 0 || humans === 0) return Number.NaN;
  return (rankSum - (machines * (machines + 1)) / 2) / (machines * humans);
}

/** Smallest cut with at most `rate` of the scores at or above it. */
export function cutFor(scores: readonly number[], rate: number): number {
  if (scores.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = [...scores].sort((a, b) => b - a);
  const allowed = Math.floor(rate * sorted.length);
  const next = sorted[allowed]!;
  return next + Math.max(1e-9, Math.abs(next) * 1e-9);
}

/** Share of scores at or above a cut. */
export const shareAbove = (scores: readonly number[], cut: number): number => {
  let above = 0;
  for (const score of scores) if (score >= cut) above++;
  return scores.length === 0 ? Number.NaN : above / scores.length;
};

/** Expected calibration error over bins of equal mass. @param weight of each sample, so that both classes can count the same */
export function calibrationError(
  probability: readonly number[],
  machine: readonly boolean[],
  weight: readonly number[],
  bins = 15,
): number {
  const order = probability.map((_, i) => i).sort((a, b) => probability[a]! - probability[b]!);
  const total = weight.reduce((sum, w) => sum + w, 0);
  let error = 0;
  let mass = 0;
  let predicted = 0;
  let observed = 0;
  let bin = 1;
  let before = 0;
  for (let i = 0; i < order.length; i++) {
    const at = order[i]!;
    mass += weight[at]!;
    predicted += weight[at]! * probability[at]!;
    if (machine[at]) observed += weight[at]!;
    if (before + mass >= (total * bin) / bins || i === order.length - 1) {
      error += Math.abs(predicted - observed);
      before += mass;
      mass = 0;
      predicted = 0;
      observed = 0;
      while (before >= (total * bin) / bins) bin++;
    }
  }
  return error / total;
}

/** 95% percentile interval of a figure over resamples of 0…n-1. @param figure of the drawn indices */
export function bootstrap(
  n: number,
  figure: (drawn: Int32Array) => number,
  { rounds = 200, seed = 7 } = {},
): [number, number] {
  const random = seeded(seed);
  const drawn = new Int32Array(n);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < n; i++) drawn[i] = Math.floor(random() * n);
    const value = figure(drawn);
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  if (values.length === 0) return [Number.NaN, Number.NaN];
  return [
    values[Math.floor(values.length * 0.025)]!,
    values[Math.min(values.length - 1, Math.floor(values.length * 0.975))]!,
  ];
}

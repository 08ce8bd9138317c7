/** Logistic regression on a few dense features, standardised, with a ridge: Newton's method. Both classes have the same mass. */
import { solve } from './calibrate.js';

export interface Example {
  features: readonly number[];
  yes: boolean;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** @returns log-odds of `yes` at equal mass of both classes @throws {Error} without examples of both */
export function fitDense(examples: readonly Example[], ridge = 2): (features: readonly number[]) => number {
  const yes = examples.filter((one) => one.yes).length;
  const no = examples.length - yes;
  if (yes === 0 || no === 0) throw new Error('expected examples of both classes');
  const size = examples[0]!.features.length;
  const mean = Array.from({ length: size }, (_, j) => {
    return examples.reduce((sum, { features }) => sum + features[j]!, 0) / examples.length;
  });
  const spread = mean.map((middle, j) => {
    const square = examples.reduce((sum, { features }) => sum + (features[j]! - middle) ** 2, 0);
    return Math.sqrt(square / examples.length) || 1;
  });
  const scaled = (features: readonly number[]): number[] => [
    ...features.map((value, j) => (value - mean[j]!) / spread[j]!),
    1,
  ];
  const rows = examples.map(({ features, yes: is }) => ({
    x: scaled(features),
    y: is ? 1 : 0,
    mass: examples.length / 2 / (is ? yes : no),
  }));
  let beta = new Array<number>(size + 1).fill(0);
  for (let round = 0; round < 25; round++) {
    const hessian = beta.map((_, i) => beta.map((__, j) => (i === j ? (i < size ? ridge : 1e-6) : 0)));
    const gradient = beta.map((value, i) => (i < size ? -ridge * value : 0));
    for (const { x, y, mass } of rows) {
      const p = sigmoid(x.reduce((sum, value, i) => sum + value * beta[i]!, 0));
      for (let i = 0; i <= size; i++) {
        gradient[i]! += mass * (y - p) * x[i]!;
        for (let j = 0; j <= size; j++) hessian[i]![j]! += mass * p * (1 - p) * x[i]! * x[j]!;
      }
    }
    const step = solve(
      hessian,
      gradient.map((value) => [value]),
    ).map(([value]) => value!);
    beta = beta.map((value, i) => value + Math.max(-2, Math.min(2, step[i]!)));
    if (Math.max(...step.map(Math.abs)) < 1e-8) break;
  }
  return (features) => scaled(features).reduce((sum, value, i) => sum + value * beta[i]!, 0);
}

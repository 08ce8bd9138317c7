/**
 * Fits the map from score to log-likelihood ratio (detectors/text/calibration.ts) by weighted logistic regression, and says how
 * far off it can be: its covariance clustered by source, and the spread of sources around it.
 */
import { type Calibration, calibrationTerms } from '../detectors/text/calibration.js';

export interface Scored {
  /** Of the models, in the order their slopes will have. */
  scores: readonly number[];
  words: number;
  machine: boolean;
  source: string;
  /** Weight in the fit. */
  weight: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Solves A x = b for each column of b by Gauss–Jordan with pivoting; the matrices here are small. */
export function solve(matrix: readonly number[][], right: readonly number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...right[i]!]);
  for (let column = 0; column < n; column++) {
    let best = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[best]![column]!)) best = i;
    }
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    const pivot = rows[column]![column]!;
    for (let j = 0; j < rows[column]!.length; j++) rows[column]![j]! /= pivot;
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = rows[i]![column]!;
      for (let j = 0; j < rows[i]!.length; j++) rows[i]![j]! -= factor * rows[column]![j]!;
    }
  }
  return rows.map((row) => row.slice(n));
}

const zeros = (n: number): number[][] => Array.from({ length: n }, () => new Array<number>(n).fill(0));

/** Newton's method; ridge keeps the length terms near zero where the data says nothing. */
function fitCoefficients(scored: readonly Scored[], ridge: number): { beta: number[]; bread: number[][] } {
  const models = scored[0]?.scores.length ?? 1;
  const size = 3 * models + 3;
  const beta = Array.from({ length: size }, (_, i) => (i % 3 === 0 && i < 3 * models ? 1 / models : 0));
  let bread = zeros(size);
  for (let round = 0; round < 30; round++) {
    const hessian = zeros(size);
    const gradient = new Array<number>(size).fill(0);
    for (let i = 0; i < size; i++) {
      const pull = i % 3 === 0 ? 0 : ridge;
      hessian[i]![i]! += pull + 1e-6;
      gradient[i]! -= pull * beta[i]!;
    }
    for (const one of scored) {
      const x = calibrationTerms(one.scores, one.words);
      const p = sigmoid(x.reduce((sum, value, i) => sum + value * beta[i]!, 0));
      const residual = one.weight * ((one.machine ? 1 : 0) - p);
      const curvature = one.weight * p * (1 - p);
      for (let i = 0; i < size; i++) {
        gradient[i]! += residual * x[i]!;
        for (let j = 0; j <= i; j++) hessian[i]![j]! += curvature * x[i]! * x[j]!;
      }
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) hessian[j]![i] = hessian[i]![j]!;
    const identity = zeros(size).map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
    bread = solve(hessian, identity);
    let change = 0;
    for (let i = 0; i < size; i++) {
      const step = bread[i]!.reduce((sum, value, j) => sum + value * gradient[j]!, 0);
      beta[i]! += step;
      change = Math.max(change, Math.abs(step));
    }
    if (change < 1e-8) break;
  }
  return { beta, bread };
}

/** Sandwich estimate with one cluster per source. */
function clustered(
  scored: readonly Scored[],
  beta: readonly number[],
  bread: readonly number[][],
): number[][] {
  const size = beta.length;
  const sums = new Map<string, number[]>();
  for (const one of scored) {
    const x = calibrationTerms(one.scores, one.words);
    const p = sigmoid(x.reduce((sum, value, i) => sum + value * beta[i]!, 0));
    const sum = sums.get(one.source) ?? new Array<number>(size).fill(0);
    for (let i = 0; i < size; i++) sum[i]! += one.weight * ((one.machine ? 1 : 0) - p) * x[i]!;
    sums.set(one.source, sum);
  }
  const meat = zeros(size);
  for (const sum of sums.values()) {
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) meat[i]![j]! += sum[i]! * sum[j]!;
  }
  const times = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] =>
    a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
  return times(times(bread, meat), bread);
}

/** Shift that makes the llrs of one source fit best, in nats. */
function shiftOf(llr: readonly number[], machine: readonly boolean[]): number {
  let shift = 0;
  const humans = machine.filter((one) => !one).length;
  const machines = machine.length - humans;
  for (let round = 0; round < 50; round++) {
    let gradient = 0;
    let hessian = 1e-9;
    for (let i = 0; i < llr.length; i++) {
      const weight = machine[i] ? 0.5 / machines : 0.5 / humans;
      const p = sigmoid(llr[i]! + shift);
      gradient += weight * ((machine[i] ? 1 : 0) - p);
      hessian += weight * p * (1 - p);
    }
    const step = Math.max(-1, Math.min(1, gradient / hessian));
    shift += step;
    if (Math.abs(step) < 1e-7) break;
  }
  return shift;
}

/** Sources with so many texts of each class say how far sources lie apart. */
const BOTH_CLASSES = 100;
const RIDGE = 20;
/** Odds of about 1 : 1,100; claims beyond it would rest on a handful of texts. */
const LIMIT = 7;

/**
 * @param scored texts the model had not learnt from, with weights that give both classes the same mass
 * @param unseen those among them whose whole source was left out
 */
export function fitCalibration(scored: readonly Scored[], unseen: readonly Scored[]): Calibration {
  const { beta, bread } = fitCoefficients(scored, RIDGE);
  const bySource = new Map<string, Scored[]>();
  for (const one of unseen)
    (bySource.get(one.source) ?? bySource.set(one.source, []).get(one.source)!).push(one);
  const shifts: number[] = [];
  for (const members of bySource.values()) {
    const machines = members.filter((one) => one.machine).length;
    if (machines < BOTH_CLASSES || members.length - machines < BOTH_CLASSES) continue;
    const llr = members.map((one) =>
      calibrationTerms(one.scores, one.words).reduce((sum, value, i) => sum + value * beta[i]!, 0),
    );
    shifts.push(
      shiftOf(
        llr,
        members.map((one) => one.machine),
      ),
    );
  }
  const variance = shifts.reduce((sum, shift) => sum + shift * shift, 0) / Math.max(1, shifts.length);
  return {
    slopes: Array.from({ length: beta.length / 3 - 1 }, (_, i) => beta.slice(3 * i, 3 * i + 3)),
    offset: beta.slice(-3),
    covariance: clustered(scored, beta, bread),
    betweenSources: Math.sqrt(variance),
    limit: LIMIT,
  };
}

/** How much new texts of known sources count in a calibration, against texts of unseen ones: probabilities have to hold for both. */
const KNOWN_TO_UNSEEN = 3;

/** The map that ships, fitted on what a model had not learnt from: texts of unseen sources, and new texts of known ones. */
export function fitShipped(
  outOfSource: readonly Omit<Scored, 'weight'>[],
  inSource: readonly Omit<Scored, 'weight'>[],
): Calibration {
  const mass = outOfSource.length;
  const foreign = balanceClasses(outOfSource, mass);
  return fitCalibration([...foreign, ...balanceClasses(inSource, KNOWN_TO_UNSEEN * mass)], foreign);
}

/** Gives both classes the same mass within each band of length. */
export function balanceClasses(scored: readonly Omit<Scored, 'weight'>[], mass: number): Scored[] {
  const edges = [12, 20, 35, 50, 100, 200, 300];
  const cell = (one: Omit<Scored, 'weight'>): string =>
    `${edges.filter((edge) => one.words >= edge).length} ${one.machine}`;
  const counts = new Map<string, number>();
  for (const one of scored) counts.set(cell(one), (counts.get(cell(one)) ?? 0) + 1);
  const bands = new Map<string, number>();
  for (const [name, n] of counts) {
    const band = name.split(' ')[0]!;
    bands.set(band, (bands.get(band) ?? 0) + n);
  }
  const total = scored.length;
  return scored.map((one) => {
    const name = cell(one);
    const weight = (0.5 * bands.get(name.split(' ')[0]!)!) / counts.get(name)! / total;
    return { ...one, weight: weight * mass };
  });
}

/** The figures a model card carries: on `valid`, which chose nothing, with the packed weights that serving loads. */

import { type Calibration, calibrate } from '../detectors/text/calibration.js';
import type { Scorer } from '../detectors/text/scorer.js';
import type { BandPolicy } from '../schemas/verdict.js';
import { auroc, bootstrap, calibrationError, shareAbove } from './metrics.js';
import type { Study } from './study.js';

export interface Figure {
  n: number;
  value: number;
  /** 95% bootstrap interval. */
  interval: [number, number];
}

export interface Point {
  llr: number;
  words: number;
  machine: boolean;
}

const round = (value: number): number => Number(value.toFixed(4));

/** A figure over points, with its interval. */
export function figure(points: readonly Point[], of: (points: readonly Point[]) => number): Figure {
  const [low, high] = bootstrap(points.length, (drawn) => of(Array.from(drawn, (i) => points[i]!)));
  return { n: points.length, value: round(of(points)), interval: [round(low), round(high)] };
}

export const aurocOf = (points: readonly Point[]): number =>
  auroc(
    points.map(({ llr }) => llr),
    points.map(({ machine }) => machine),
  );

/** Share of points at or above a cut, with the Wilson interval: resampling says nothing about a rate of nought. */
export function rateFigure(points: readonly Point[], cut: number): Figure {
  const n = points.length;
  const value = rateAt(cut)(points);
  const z = 1.96;
  const middle = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return {
    n,
    value: round(value),
    interval: [round(Math.max(0, middle - half)), round(Math.min(1, middle + half))],
  };
}

export const rateAt =
  (cut: number) =>
  (points: readonly Point[]): number =>
    shareAbove(
      points.map(({ llr }) => llr),
      cut,
    );

/** Expected calibration error at prior 0.5: both classes weigh the same. */
export function calibrationErrorOf(points: readonly Point[]): number {
  const machines = points.filter(({ machine }) => machine).length;
  const humans = points.length - machines;
  return calibrationError(
    points.map(({ llr }) => 1 / (1 + Math.exp(-llr))),
    points.map(({ machine }) => machine),
    points.map(({ machine }) => (machine ? 0.5 / machines : 0.5 / humans)),
  );
}

export const people = (points: readonly Point[]): Point[] => points.filter(({ machine }) => !machine);
export const machines = (points: readonly Point[]): Point[] => points.filter(({ machine }) => machine);

/** Figures on the valid split, except the demo's source, of the first stage alone. */
export function validFigures(
  study: Pick<Study, 'rows'>,
  scorer: Scorer,
  calibration: Calibration,
  policy: BandPolicy,
): Record<string, Figure> {
  const points = study.rows.flatMap((row): Point[] => {
    if (row.split !== 'valid' || row.added || row.source === 'spamassassin') return [];
    const { z, shape } = scorer.score(row.text);
    return [{ llr: calibrate([z], shape.words, calibration).llr, words: shape.words, machine: row.machine }];
  });
  return figuresOf(points, policy);
}

/** The figures of a card, at its cuts. */
export function figuresOf(points: readonly Point[], { cuts, minWords }: BandPolicy): Record<string, Figure> {
  const long = points.filter(({ words }) => words >= minWords);
  const short = points.filter(({ words }) => words < minWords && words >= 10);
  const leaning = cuts.leaning ?? cuts.machine;
  return {
    auroc: figure(points, aurocOf),
    aurocLong: figure(long, aurocOf),
    aurocShort: figure(short, aurocOf),
    truePositivesAtMachine: rateFigure(machines(long), cuts.machine),
    falsePositivesAtMachine: rateFigure(people(long), cuts.machine),
    truePositivesAtLeaning: rateFigure(machines(long), leaning),
    falsePositivesAtLeaning: rateFigure(people(long), leaning),
    machinesSaidToShowNoSigns: figure(machines(long), (some) => 1 - rateAt(cuts.noMachineSigns + 1e-9)(some)),
    calibrationErrorLong: figure(long, calibrationErrorOf),
    calibrationErrorShort: figure(short, calibrationErrorOf),
  };
}

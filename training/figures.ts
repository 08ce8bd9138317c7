/** The figures a model card carries: on `valid`, which chose nothing, with the packed weights that serving loads. */

import { type Calibration, calibrate } from '../detectors/text/calibration.js';
import type { Scorer } from '../detectors/text/model.js';
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

/** Figures on the valid split, except the demo's source. */
export function validFigures(
  study: Study,
  scorer: Scorer,
  calibration: Calibration,
  { cuts, minWords }: BandPolicy,
): Record<string, Figure> {
  const points = study.rows.flatMap((row): Point[] => {
    if (row.split !== 'valid' || row.added || row.source === 'spamassassin') return [];
    const { z, shape } = scorer.score(row.text);
    return [{ llr: calibrate(z, shape.words, calibration).llr, words: shape.words, machine: row.machine }];
  });
  const long = points.filter(({ words }) => words >= minWords);
  const short = points.filter(({ words }) => words < minWords && words >= 10);
  const leaning = cuts.leaning ?? cuts.machine;
  return {
    auroc: figure(points, aurocOf),
    aurocLong: figure(long, aurocOf),
    aurocShort: figure(short, aurocOf),
    truePositivesAtMachine: figure(machines(long), rateAt(cuts.machine)),
    falsePositivesAtMachine: figure(people(long), rateAt(cuts.machine)),
    truePositivesAtLeaning: figure(machines(long), rateAt(leaning)),
    falsePositivesAtLeaning: figure(people(long), rateAt(leaning)),
    machinesSaidToShowNoSigns: figure(machines(long), (some) => 1 - rateAt(cuts.noMachineSigns + 1e-9)(some)),
    calibrationErrorLong: figure(long, calibrationErrorOf),
    calibrationErrorShort: figure(short, calibrationErrorOf),
  };
}

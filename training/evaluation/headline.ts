/**
 * The figures that the gates and the measures table are about, each computed once from the judged texts. Rates are shares, errors and
 * AUROC plain numbers; a loss is positive when something is lost.
 */
import {
  aurocOf,
  calibrationErrorOf,
  type Figure,
  figure,
  machines,
  people,
  rateFigure,
} from '../figures.js';
import { highest, meanRate, type Named, negated, pairedDifference } from './estimates.js';
import {
  type Attacked,
  by,
  ENOUGH,
  type Evaluation,
  longer,
  type Outcome,
  points,
  SHORTEST,
} from './outcome.js';

export interface Headline {
  caught: Figure;
  /** Mean over sources, at the 1% and the 5% cut. */
  caughtUnseen: Figure;
  caughtUnseenAtFive: Figure;
  accusedUnseen: Figure;
  /** The source with the most false alarms among those with enough people's texts. */
  accusedWorst: Named | null;
  nonnative: Figure;
  /** Machine texts that an attack takes from the 1% cut, and people's that it brings to the 5% cut, per attack. */
  attacks: AttackFigures[];
  calibration: { same: Figure; unseen: Figure; short: Figure; shortUnseen: Figure };
  /** Mean over unseen sources with both classes. */
  calibrationBySource: Figure;
  aurocShort: Figure;
  calledShort: { same: Figure; unseen: Figure };
  accusedShort: { same: Figure; unseen: Figure };
  noSigns: { same: Figure; unseen: Figure };
}

export interface AttackFigures {
  name: string;
  kind: Attacked['kind'];
  caught: Figure;
  accused: Figure;
  accusedAtFive: Figure;
  /** Machine texts at the 1% cut, clean twin minus attacked. */
  lost: Figure;
  /** People's texts at the 5% cut, attacked minus clean twin. */
  added: Figure;
  noSigns: Figure;
}

/** Sources with fewer machine texts have no say in a mean over sources. */
const ENOUGH_MACHINES = 50;
/** Texts of each class that a source needs for a calibration error of its own. */
const BOTH_CLASSES = 100;
/** Shortest machine text that overwhelming evidence is expected to call. */
const CALLED_FROM = 20;

/** Scores of one class by source. */
export function scoresBySource(
  outcomes: readonly Outcome[],
  machine: boolean,
  enough: number,
): [string, number[]][] {
  return by(
    outcomes.filter(({ row }) => row.machine === machine),
    ({ row }) => row.source,
  )
    .map(([source, some]): [string, number[]] => [source, some.map(({ llr }) => llr)])
    .filter(([, scores]) => scores.length >= enough);
}

const machineRates = (outcomes: readonly Outcome[], cut: number): Figure =>
  meanRate(
    scoresBySource(outcomes, true, ENOUGH_MACHINES).map(([, scores]) => scores),
    cut,
  );

/** Mean TPR over sources with {@link ENOUGH_MACHINES} machine texts or more. */
export const meanCaught = machineRates;

/** The source with the highest FPR, among those with {@link ENOUGH} people's texts. */
export const worstAccused = (outcomes: readonly Outcome[], cut: number): Named | null =>
  highest(
    scoresBySource(outcomes, false, ENOUGH).map(([name, scores]) => ({
      name,
      figure: rateFigure(
        scores.map((llr) => ({ llr, words: 0, machine: false })),
        cut,
      ),
    })),
  );

function calibrationBySource(outcomes: readonly Outcome[]): Figure {
  const errors = by(outcomes, ({ row }) => row.source)
    .map(([, some]) => points(some))
    .filter((some) => machines(some).length >= BOTH_CLASSES && people(some).length >= BOTH_CLASSES)
    .map((some) => ({ n: some.length, error: calibrationErrorOf(some) }));
  // One source says nothing about others.
  if (errors.length < 2) return { n: 0, value: Number.NaN, interval: [Number.NaN, Number.NaN] };
  const mean = errors.reduce((sum, { error }) => sum + error, 0) / errors.length;
  const spread = Math.sqrt(
    errors.reduce((sum, { error }) => sum + (error - mean) ** 2, 0) / (errors.length - 1) / errors.length,
  );
  const round = (value: number): number => Number(value.toFixed(4));
  return {
    n: errors.reduce((sum, { n }) => sum + n, 0),
    value: round(mean),
    interval: [round(Math.max(0, mean - 1.96 * spread)), round(mean + 1.96 * spread)],
  };
}

/** Machine texts said to show no signs of a machine. */
export const noSignsOf = (outcomes: readonly Outcome[], cut: number): Figure =>
  rateFigure(
    machines(points(outcomes)).map((one) => ({ ...one, llr: -one.llr })),
    -cut,
  );

function attackFigures(
  attacked: readonly Attacked[],
  cuts: { one: number; five: number; none: number },
): AttackFigures[] {
  const clean = attacked[0]!.outcomes;
  const scores = (outcomes: readonly Outcome[], machine: boolean): number[] =>
    outcomes.filter(({ row }) => row.machine === machine).map(({ llr }) => llr);
  return attacked.map(({ name, kind, outcomes }) => ({
    name,
    kind,
    caught: rateFigure(machines(points(outcomes)), cuts.one),
    accused: rateFigure(people(points(outcomes)), cuts.one),
    accusedAtFive: rateFigure(people(points(outcomes)), cuts.five),
    lost: negated(pairedDifference(scores(clean, true), scores(outcomes, true), cuts.one)),
    added: pairedDifference(scores(clean, false), scores(outcomes, false), cuts.five),
    noSigns: noSignsOf(outcomes, cuts.none),
  }));
}

export function headlineOf(evaluation: Pick<Evaluation, 'card' | 'valid' | 'unseen' | 'attacked'>): Headline {
  const { card, valid, unseen, attacked } = evaluation;
  const { cuts, minWords } = card.policy;
  const [one, five] = [cuts.machine, cuts.leaning ?? cuts.machine];
  const long = { same: longer(valid, minWords), unseen: longer(unseen, minWords) };
  const short = { same: longer(valid, SHORTEST, minWords), unseen: longer(unseen, SHORTEST, minWords) };
  const called = (some: readonly Outcome[]): Figure =>
    rateFigure(machines(points(longer(some, CALLED_FROM))), cuts.overwhelming);
  const accused = (some: readonly Outcome[]): Figure => rateFigure(people(points(some)), cuts.overwhelming);
  const error = (some: readonly Outcome[]): Figure => figure(points(some), calibrationErrorOf);
  return {
    caught: rateFigure(machines(points(long.same)), one),
    caughtUnseen: machineRates(long.unseen, one),
    caughtUnseenAtFive: machineRates(long.unseen, five),
    accusedUnseen: rateFigure(people(points(long.unseen)), one),
    accusedWorst: worstAccused(long.unseen, one),
    nonnative: rateFigure(
      points(long.unseen.filter(({ row }) => row.nonnative === true && !row.machine)),
      one,
    ),
    attacks: attackFigures(attacked, { one, five, none: cuts.noMachineSigns }),
    calibration: {
      same: error(long.same),
      unseen: error(long.unseen),
      short: error(short.same),
      shortUnseen: error(short.unseen),
    },
    calibrationBySource: calibrationBySource(long.unseen),
    aurocShort: figure(points(short.same), aurocOf),
    calledShort: { same: called(short.same), unseen: called(short.unseen) },
    accusedShort: { same: accused(short.same), unseen: accused(short.unseen) },
    noSigns: {
      same: noSignsOf(long.same, cuts.noMachineSigns),
      unseen: noSignsOf(long.unseen, cuts.noMachineSigns),
    },
  };
}

/**
 * The slices an evaluation reports: every set of texts by length, domain, generator, source, attack of the source and background of
 * the writer, with the same five figures. Computed once; the page shows them, the scorecard gate compares them.
 */
import { aurocOf, type Figure, figure, machines, people, rateFigure } from '../figures.js';
import { by, type Evaluation, longer, type Outcome, points, SHORTEST } from './outcome.js';

export interface Slice {
  /** What the slice is a part of. */
  set: 'same sources' | 'unseen sources';
  /** By what it was cut: whole, length, domain, generator, source, attack. */
  by: string;
  name: string;
  auroc: Figure;
  /** Rates at the 1% cut and the 5% cut, of machine texts and of people's. */
  caught: Figure;
  accused: Figure;
  caughtAtFive: Figure;
  accusedAtFive: Figure;
}

/** Cuts on the llr that a slice is looked at with. */
export interface TwoCuts {
  machine: number;
  leaning: number;
}

const LENGTHS: readonly [string, number, number][] = [
  ['10–19', 10, 20],
  ['20–49', 20, 50],
  ['50–99', 50, 100],
  ['100–299', 100, 300],
  ['300+', 300, Number.POSITIVE_INFINITY],
];
/** Generators with fewer texts are not shown apart. */
const ENOUGH_OF_A_GENERATOR = 50;

export function sliceOf(
  { set, by: cutBy, name }: Pick<Slice, 'set' | 'by' | 'name'>,
  outcomes: readonly Outcome[],
  { machine, leaning }: TwoCuts,
): Slice {
  const all = points(outcomes);
  const byMachine = machines(all);
  const byPeople = people(all);
  const two = byMachine.length > 0 && byPeople.length > 0;
  return {
    set,
    by: cutBy,
    name,
    auroc: two
      ? figure(all, aurocOf)
      : { n: all.length, value: Number.NaN, interval: [Number.NaN, Number.NaN] },
    caught: rateFigure(byMachine, machine),
    accused: rateFigure(byPeople, machine),
    caughtAtFive: rateFigure(byMachine, leaning),
    accusedAtFive: rateFigure(byPeople, leaning),
  };
}

/** Slices of one set, texts of `minWords` words and more unless it is lengths that are told apart. */
function slicesOf(set: Slice['set'], outcomes: readonly Outcome[], minWords: number, cuts: TwoCuts): Slice[] {
  const long = longer(outcomes, minWords);
  const attackers = new Set(long.filter(({ row }) => row.attack !== null).map(({ row }) => row.source));
  const slice = (cutBy: string, name: string, some: readonly Outcome[]): Slice =>
    sliceOf({ set, by: cutBy, name }, some, cuts);
  const groups = (cutBy: string, key: (one: Outcome) => string | null, least = 1): Slice[] =>
    by(
      long.filter((one) => key(one) !== null),
      (one) => key(one)!,
    )
      .filter(([, some]) => some.length >= least)
      .map(([name, some]) => slice(cutBy, name, some));
  return [
    slice('whole', `${minWords} words and more`, long),
    slice('whole', `${SHORTEST}–${minWords - 1} words`, longer(outcomes, SHORTEST, minWords)),
    ...LENGTHS.map(([name, least, most]) => slice('length', `${name} words`, longer(outcomes, least, most))),
    ...groups('domain', ({ row }) => row.domain),
    ...groups('source', ({ row }) => row.source),
    ...groups(
      'generator',
      ({ row }) => (row.machine ? (row.generator ?? 'not named') : null),
      ENOUGH_OF_A_GENERATOR,
    ),
    ...groups('attack of the source', ({ row }) =>
      row.machine && row.attack !== null ? `${row.attack}, ${row.source}` : null,
    ),
    ...groups('same source, no attack', ({ row }) =>
      row.machine && row.attack === null && attackers.has(row.source) ? row.source : null,
    ),
  ];
}

export function slicesIn({ card, valid, unseen }: Pick<Evaluation, 'card' | 'valid' | 'unseen'>): Slice[] {
  const { cuts, minWords } = card.policy;
  const two = { machine: cuts.machine, leaning: cuts.leaning ?? cuts.machine };
  return [
    ...slicesOf('same sources', valid, minWords, two),
    ...slicesOf('unseen sources', unseen, minWords, two),
  ];
}

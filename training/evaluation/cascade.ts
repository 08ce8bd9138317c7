/**
 * What the encoder's share of a stream buys and costs. For each share two ways to choose what it reads are looked at; each is a
 * detector of its own and gets cuts of its own, by the rule of the card and from the same out-of-source predictions: with the cuts
 * of another detector a row would only show that they do not fit. Rates of documents come from measured processor time. Pure.
 */
import type { BandPolicy } from '../../schemas/verdict.js';
import { chooseCuts } from '../cuts.js';
import { type Figure, machines, people, rateFigure } from '../figures.js';
import { meanRate, rateRatio } from './estimates.js';
import { by, longer, type Outcome, points } from './outcome.js';

/** A text with the llr of the first stage alone, and the one with the encoder's score beside it. */
export interface Staged extends Omit<Outcome, 'llr'> {
  first: number;
  both: number;
}

/** Processor time of one document, in seconds. */
export interface Costs {
  /** Canonicaliser and first stage, on every document. */
  first: number;
  /** The encoder, on a document it reads, by who wrote it: the lengths differ. */
  encoder: { human: number; machine: number };
}

/** Share of people's texts in the stream that costs are reckoned for. */
export const PEOPLE_IN_STREAM = 0.9;
export const SHARES = [1, 0.5, 0.25, 0.1, 0.05, 0] as const;
/** Sources with fewer machine texts have no say in a mean over sources. */
const ENOUGH_MACHINES = 50;

/** What the encoder reads: the texts most like a machine's, as served; or those nearest to where the first stage would call them. */
export type Choice = 'highest' | 'nearest';

export interface OperatingPoint {
  choice: Choice | 'served';
  /** Share of a stream that the encoder reads: as asked for, and as it comes out. */
  share: number | null;
  read: number;
  perSecond: number;
  same: { truePositives: Figure; falsePositives: Figure };
  /** Mean over sources. */
  unseen: { truePositives: Figure; falsePositives: Figure };
  /** Against the encoder on every text, at the cuts of each. */
  kept: { same: Figure; unseen: number };
}

export interface Cascade {
  costs: Costs;
  rows: OperatingPoint[];
  served: OperatingPoint;
}

export interface Stages {
  valid: readonly Staged[];
  /** By models that had not seen the source. */
  unseen: readonly Staged[];
  costs: Costs;
  /** The first stage's own cut, and the llr from which the encoder is served. */
  firstCut: number;
  from: number;
  minWords: number;
}

/** Cut-off of a value, above which the given share of a stream lies. */
export function streamQuantile(
  valued: readonly { value: number; machine: boolean }[],
  share: number,
  peopleShare = PEOPLE_IN_STREAM,
): number {
  if (share >= 1) return Number.NEGATIVE_INFINITY;
  if (share <= 0) return Number.POSITIVE_INFINITY;
  const machineCount = valued.filter(({ machine }) => machine).length;
  const weight = (machine: boolean): number =>
    machine ? (1 - peopleShare) / machineCount : peopleShare / (valued.length - machineCount);
  let mass = 0;
  for (const { value, machine } of [...valued].sort((a, b) => b.value - a.value)) {
    mass += weight(machine);
    if (mass > share) return value;
  }
  return Number.NEGATIVE_INFINITY;
}

/** All rows of the curve, and the cascade as it is served, on a stream of which PEOPLE_IN_STREAM is by people. */
export function cascadeCurve(stages: Stages): Cascade {
  const { valid, costs, firstCut, from } = stages;
  const value = {
    highest: ({ first }: Staged): number => first,
    nearest: ({ first }: Staged): number => -Math.abs(first - firstCut),
  };
  const full = judged(stages, () => true);
  const rows = (['highest', 'nearest'] as const).flatMap((choice) =>
    SHARES.filter((share) => choice === 'highest' || (share > 0 && share < 1)).map((share) => {
      const least = streamQuantile(
        valid.map((one) => ({ value: value[choice](one), machine: one.row.machine })),
        share,
      );
      return { share, ...operatingPoint(stages, choice, (one) => value[choice](one) > least, full) };
    }),
  );
  const served = operatingPoint(stages, 'served', ({ first }) => first >= from, full);
  return { costs, rows, served: { share: null, ...served } };
}

interface Judged {
  policy: BandPolicy;
  valid: Outcome[];
  unseen: Outcome[];
}

function judged({ valid, unseen, minWords }: Stages, reads: (one: Staged) => boolean): Judged {
  const judge = (some: readonly Staged[]): Outcome[] =>
    some.map((one) => ({ row: one.row, words: one.words, llr: reads(one) ? one.both : one.first }));
  const foreign = judge(unseen);
  const ground = foreign.filter(({ row }) => row.split !== 'valid');
  const { policy } = chooseCuts(
    ground.map(({ llr, words, row }) => ({ llr, words, machine: row.machine, source: row.source })),
  );
  return { policy, valid: longer(judge(valid), minWords), unseen: longer(foreign, minWords) };
}

function operatingPoint(
  stages: Stages,
  choice: OperatingPoint['choice'],
  reads: (one: Staged) => boolean,
  full: Judged,
): Omit<OperatingPoint, 'share'> {
  const own = judged(stages, reads);
  const cut = own.policy.cuts.machine;
  const fullCut = full.policy.cuts.machine;
  const means = (some: Judged): Figure =>
    meanRate(
      by(
        some.unseen.filter(({ row }) => row.machine),
        ({ row }) => row.source,
      )
        .map(([, outcomes]) => outcomes.map(({ llr }) => llr))
        .filter(({ length }) => length >= ENOUGH_MACHINES),
      some.policy.cuts.machine,
    );
  const share = (machine: boolean): number => {
    const some = stages.valid.filter(({ row }) => row.machine === machine);
    return some.filter(reads).length / some.length;
  };
  const { costs } = stages;
  const parts = {
    human: PEOPLE_IN_STREAM * share(false),
    machine: (1 - PEOPLE_IN_STREAM) * share(true),
  };
  const seconds = costs.first + parts.human * costs.encoder.human + parts.machine * costs.encoder.machine;
  const truePositives = means(own);
  return {
    choice,
    read: parts.human + parts.machine,
    perSecond: 1 / seconds,
    same: {
      truePositives: rateFigure(machines(points(own.valid)), cut),
      falsePositives: rateFigure(people(points(own.valid)), cut),
    },
    unseen: { truePositives, falsePositives: rateFigure(people(points(own.unseen)), cut) },
    kept: {
      same: rateRatio(
        own.valid.flatMap(({ row, llr }, i) =>
          row.machine ? [{ other: llr >= cut, reference: full.valid[i]!.llr >= fullCut }] : [],
        ),
      ),
      unseen: truePositives.value / means(full).value,
    },
  };
}

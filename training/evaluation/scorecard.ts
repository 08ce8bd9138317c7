/**
 * What we promised ourselves, against what is. A gate is met when the point estimate is within it, and missed when the whole 95%
 * interval is outside; between the two, the texts at hand do not decide. Few texts decide nothing.
 */
import type { Figure } from '../figures.js';
import type { Cascade } from './cascade.js';
import { highest, type Named } from './estimates.js';
import type { AttackFigures, Headline } from './headline.js';
import { ENOUGH } from './outcome.js';

export type Standing = 'met' | 'within the interval' | 'missed' | 'too few texts';

export interface Gate {
  measure: string;
  /** Whether more or less of it is wanted. */
  better: 'higher' | 'lower';
  /** The promise, and what is hoped for. */
  limit: number;
  aim: number | null;
  unit: 'percent' | 'points' | 'plain' | 'times' | 'rate';
  figure: Figure;
  /** Which of several the figure is of. */
  worst?: string;
  standing: Standing;
  reached: boolean;
}

/** @param fewest texts that decide; people who write in a second language are few, and all of them are pooled */
export function standingOf(
  figure: Figure,
  limit: number,
  better: Gate['better'],
  fewest: number = ENOUGH,
): Standing {
  const within = (value: number): boolean => (better === 'higher' ? value >= limit : value <= limit);
  if (!Number.isFinite(figure.value) || figure.n < fewest) return 'too few texts';
  if (within(figure.value)) return 'met';
  return figure.interval.some(within) ? 'within the interval' : 'missed';
}

type Promise = Omit<Gate, 'standing' | 'reached' | 'figure'> & {
  figure: Figure | undefined;
  fewest?: number;
};

function gate({ figure: found, fewest, ...promise }: Promise): Gate {
  const figure = found ?? { n: 0, value: Number.NaN, interval: [Number.NaN, Number.NaN] as [number, number] };
  const { better, limit, aim } = promise;
  return {
    ...promise,
    figure,
    standing: standingOf(figure, limit, better, fewest),
    reached: aim !== null && standingOf(figure, aim, better, fewest) === 'met',
  };
}

/** The attack with the highest of one figure. */
const worstOf = (attacks: readonly AttackFigures[], of: (attack: AttackFigures) => Figure): Named | null =>
  highest(attacks.map((attack) => ({ name: attack.name, figure: of(attack) })));

/** All gates, in the order of the promise. */
export function scorecard(headline: Headline, cascade: Cascade): Gate[] {
  const { attacks, calibration, calledShort, accusedShort, noSigns, accusedWorst } = headline;
  const done = attacks.filter(({ kind }) => kind !== 'clean');
  const kind = (...kinds: AttackFigures['kind'][]): AttackFigures[] =>
    done.filter((attack) => kinds.includes(attack.kind));
  const characters = worstOf(kind('characters'), ({ lost }) => lost);
  const words = worstOf(kind('words', 'rewriting'), ({ lost }) => lost);
  const added = worstOf(done, (attack) => attack.added);
  const hidden = highest([
    { name: 'unseen sources', figure: noSigns.unseen },
    ...done.map((attack) => ({ name: attack.name, figure: attack.noSigns })),
  ]);
  const full = cascade.rows.find(({ share }) => share === 1);
  const speed = full === undefined ? Number.NaN : cascade.served.perSecond / full.perSecond;
  const exact = (value: number): Figure => ({ n: ENOUGH, value, interval: [value, value] });
  const flood = cascade.rows.find(({ share }) => share === 0)?.perSecond ?? Number.NaN;
  const named = (one: Named | null): { figure: Figure | undefined; worst?: string } =>
    one === null ? { figure: undefined } : { figure: one.figure, worst: one.name };
  const higher = { better: 'higher' } as const;
  const lower = { better: 'lower' } as const;
  const percent = { unit: 'percent' } as const;
  const plain = { unit: 'plain' } as const;
  return [
    {
      measure: 'same sources, 50+ words: TPR at the 1% cut',
      ...higher,
      ...percent,
      limit: 0.8,
      aim: 0.9,
      figure: headline.caught,
    },
    {
      measure: 'lost under character attacks, at the 1% cut',
      ...lower,
      unit: 'points' as const,
      limit: 0.01,
      aim: null,
      ...named(characters),
    },
    {
      measure: 'unseen sources: mean TPR at the 1% cut',
      ...higher,
      ...percent,
      limit: 0.6,
      aim: 0.8,
      figure: headline.caughtUnseen,
    },
    {
      measure: 'unseen sources: mean TPR at the 5% cut',
      ...higher,
      ...percent,
      limit: 0.8,
      aim: 0.92,
      figure: headline.caughtUnseenAtFive,
    },
    {
      measure: "people's FPR at the 1% cut, unseen sources, pooled",
      ...lower,
      ...percent,
      limit: 0.02,
      aim: 0.01,
      figure: headline.accusedUnseen,
    },
    {
      measure: "people's FPR at the 1% cut, worst source with 300+",
      ...lower,
      ...percent,
      limit: 0.04,
      aim: 0.02,
      ...named(accusedWorst),
    },
    {
      measure: 'writers in a second language: FPR at the 1% cut',
      ...lower,
      ...percent,
      limit: 0.02,
      aim: 0.01,
      figure: headline.nonnative,
      fewest: 1,
    },
    {
      measure: "people's texts that an attack brings to the 5% cut",
      ...lower,
      unit: 'points' as const,
      limit: 0.025,
      aim: 0.01,
      ...named(added),
    },
    {
      measure: 'lost under word-level attacks and paraphrase, at the 1% cut',
      ...lower,
      unit: 'points' as const,
      limit: 0.08,
      aim: 0.03,
      ...named(words),
    },
    {
      measure: 'calibration error, same sources',
      ...lower,
      ...plain,
      limit: 0.03,
      aim: 0.015,
      figure: calibration.same,
    },
    {
      measure: 'calibration error, unseen sources',
      ...lower,
      ...plain,
      limit: 0.08,
      aim: 0.04,
      figure: calibration.unseen,
    },
    {
      measure: '10–49 words, same sources: AUROC',
      ...higher,
      ...plain,
      limit: 0.94,
      aim: 0.97,
      figure: headline.aurocShort,
    },
    {
      measure: '10–49 words: calibration error',
      ...lower,
      ...plain,
      limit: 0.03,
      aim: 0.02,
      figure: calibration.short,
    },
    {
      measure: '20–49 words: machine texts called',
      ...higher,
      ...percent,
      limit: 0.25,
      aim: 0.5,
      figure: calledShort.same,
    },
    {
      measure: "10–49 words: people's texts called",
      ...lower,
      ...percent,
      limit: 0.005,
      aim: null,
      figure: accusedShort.same,
    },
    {
      measure: 'machine texts said to show no signs, same sources',
      ...lower,
      ...percent,
      limit: 0.05,
      aim: 0.02,
      figure: noSigns.same,
    },
    {
      measure: 'machine texts said to show no signs, unseen or attacked',
      ...lower,
      ...percent,
      limit: 0.1,
      aim: 0.05,
      ...named(hidden),
    },
    {
      measure: "cascade: share of the full encoder's TPR kept, same sources",
      ...higher,
      ...percent,
      limit: 0.97,
      aim: null,
      figure: cascade.served.kept.same,
    },
    {
      measure: "cascade: documents a second, times the full encoder's",
      ...higher,
      unit: 'times' as const,
      limit: 2,
      aim: null,
      figure: exact(speed),
    },
    {
      measure: 'first stage alone: documents a second and core',
      ...higher,
      unit: 'rate' as const,
      limit: 1_000,
      aim: null,
      figure: exact(flood),
    },
  ].map((promise) => gate(promise));
}

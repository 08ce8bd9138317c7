/**
 * The global cuts on the calibrated llr, from predictions for sources that the model had not seen. The worst source counts,
 * not the mean alone: a cut keeps its budget as a mean over sources, and stays within a stated multiple of it in each.
 */
import type { BandPolicy } from '../schemas/verdict.js';
import { cutFor } from './metrics.js';

export interface Judged {
  llr: number;
  words: number;
  machine: boolean;
  source: string;
}

/** Fewer human texts say too little about one per cent. */
export const ENOUGH_HUMANS = 300;
/** Budget of the band `machine`. */
const FALSE_ALARMS = 0.01;
const MIN_WORDS = 50;
/** Shortest text that overwhelming evidence may call. */
const SHORT_FROM_WORDS = 10;

/** In no single source may false alarms be more than so many times the budget for their mean. */
export const WORST = 4;

export interface SetCut {
  cut: number;
  /** The source that set it, or that the mean over sources did. */
  setBy: string;
}

function bySource(judged: readonly Judged[], enough: number): [string, number[]][] {
  const sources = new Map<string, number[]>();
  for (const { source, llr } of judged) {
    const scores = sources.get(source);
    if (scores === undefined) sources.set(source, [llr]);
    else scores.push(llr);
  }
  return [...sources].filter(([, scores]) => scores.length >= enough);
}

/** Cut at which no source with enough texts has more than `rate` of them at or above it. */
export function worstCut(judged: readonly Judged[], rate: number): SetCut {
  let worst: SetCut = { cut: Number.NEGATIVE_INFINITY, setBy: 'none' };
  for (const [source, scores] of bySource(judged, ENOUGH_HUMANS)) {
    const cut = cutFor(scores, rate);
    if (cut > worst.cut) worst = { cut, setBy: source };
  }
  return worst;
}

/**
 * Cut at which people's texts keep the budget: as a mean over sources, and in no source more than WORST times it.
 * @param rate share of people's texts at or above the cut, at most
 */
export function peopleCut(judged: readonly Judged[], rate: number): SetCut {
  const worst = worstCut(judged, WORST * rate);
  const mean = meanCut(judged, rate, ENOUGH_HUMANS);
  return worst.cut >= mean ? worst : { cut: mean, setBy: 'mean over sources' };
}

export interface Cuts {
  policy: BandPolicy;
  setBy: Record<string, string>;
}

/** How cuts are chosen, in words for a model's card. */
export const CUTS_IN_WORDS =
  'A cut is the smallest llr at which the share of human texts at or above it is within the budget as a mean over sources with 300 or more of them, and in none of them more than four times the budget; for short texts, within 0.5% in every one. noMachineSigns: the mean over sources of machine texts at or below it is 5%.';

/** @param unseen judged texts of left-out sources, train and calib splits */
export function chooseCuts(unseen: readonly Judged[]): Cuts {
  const long = unseen.filter(({ words }) => words >= MIN_WORDS);
  const short = unseen.filter(({ words }) => words < MIN_WORDS && words >= SHORT_FROM_WORDS);
  const people = (judged: readonly Judged[]): Judged[] => judged.filter(({ machine }) => !machine);
  const machine = peopleCut(people(long), FALSE_ALARMS);
  const leaning = peopleCut(people(long), 0.05);
  const brief = worstCut(people(short), 0.005);
  // Machine texts that would be said to show no signs: at most 5%, as a mean over the sources they come from.
  const noSigns = -meanCut(
    long.filter((one) => one.machine).map((one) => ({ ...one, llr: -one.llr })),
    0.05,
    50,
  );
  return {
    policy: {
      cuts: {
        machine: machine.cut,
        leaning: Math.min(leaning.cut, machine.cut),
        overwhelming: Math.max(brief.cut, machine.cut),
        noMachineSigns: Math.min(noSigns, leaning.cut - 0.1),
      },
      minWords: MIN_WORDS,
      budget: {
        falseAlarmRate: FALSE_ALARMS,
        slice: `texts by people of ${MIN_WORDS} words and more, as a mean over sources left out in turn; at most ${100 * WORST * FALSE_ALARMS} in 100 in the hardest source`,
      },
    },
    setBy: { machine: machine.setBy, leaning: leaning.setBy, overwhelming: brief.setBy },
  };
}

/** Cut at which the mean over sources with `enough` texts of the share at or above it is at most `rate`; −∞ without such a source. */
function meanCut(judged: readonly Judged[], rate: number, enough: number): number {
  const sources = bySource(judged, enough).map(([, scores]) => scores);
  const points = sources.flat().sort((a, b) => a - b);
  const shareAt = (cut: number): number =>
    sources.reduce((sum, scores) => sum + scores.filter((score) => score >= cut).length / scores.length, 0) /
    sources.length;
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shareAt(points[middle]!) > rate) low = middle + 1;
    else high = middle;
  }
  // Above the highest score when even that one alone is too many.
  return points.length === 0 ? Number.NEGATIVE_INFINITY : (points[low] ?? points.at(-1)! + 1e-9);
}

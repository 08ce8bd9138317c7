/**
 * The global cuts on the calibrated llr, from predictions for sources that the model had not seen. The worst source counts: a cut is
 * set so that in every source with enough people the share of false alarms stays within the budget.
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
const MIN_WORDS = 50;
/** Shortest text that overwhelming evidence may call. */
const SHORT_FROM_WORDS = 10;

/** Cut at which no source with enough texts has more than `rate` of them at or above it, and the source that set it. */
export function worstCut(judged: readonly Judged[], rate: number): { cut: number; source: string } {
  const bySource = new Map<string, number[]>();
  for (const one of judged) {
    const scores = bySource.get(one.source);
    if (scores === undefined) bySource.set(one.source, [one.llr]);
    else scores.push(one.llr);
  }
  let worst = { cut: Number.NEGATIVE_INFINITY, source: 'none' };
  for (const [source, scores] of bySource) {
    if (scores.length < ENOUGH_HUMANS) continue;
    const cut = cutFor(scores, rate);
    if (cut > worst.cut) worst = { cut, source };
  }
  return worst;
}

export interface Cuts {
  policy: BandPolicy;
  setBy: Record<string, string>;
}

/** @param unseen judged texts of left-out sources, train and calib splits */
export function chooseCuts(unseen: readonly Judged[]): Cuts {
  const long = unseen.filter(({ words }) => words >= MIN_WORDS);
  const short = unseen.filter(({ words }) => words < MIN_WORDS && words >= SHORT_FROM_WORDS);
  const people = (judged: readonly Judged[]): Judged[] => judged.filter(({ machine }) => !machine);
  const machine = worstCut(people(long), 0.01);
  const leaning = worstCut(people(long), 0.05);
  const brief = worstCut(people(short), 0.005);
  // Machine texts that would be said to show no signs: at most 5%, as a mean over the sources they come from.
  const noSigns = -meanCut(
    long.filter((one) => one.machine).map((one) => ({ ...one, llr: -one.llr })),
    0.05,
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
        falseAlarmRate: 0.01,
        slice: `texts by people of ${MIN_WORDS} words and more, in the worst of the sources left out in turn`,
      },
    },
    setBy: { machine: machine.source, leaning: leaning.source, overwhelming: brief.source },
  };
}

/** Cut at which the mean over sources of the share at or above it is at most `rate`. */
function meanCut(judged: readonly Judged[], rate: number): number {
  const bySource = new Map<string, number[]>();
  for (const one of judged) {
    const scores = bySource.get(one.source);
    if (scores === undefined) bySource.set(one.source, [one.llr]);
    else scores.push(one.llr);
  }
  const sources = [...bySource.values()].filter((scores) => scores.length >= 50);
  const points = judged.map(({ llr }) => llr).sort((a, b) => a - b);
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cut = points[middle]!;
    const share =
      sources.reduce(
        (sum, scores) => sum + scores.filter((score) => score >= cut).length / scores.length,
        0,
      ) / Math.max(1, sources.length);
    if (share > rate) low = middle + 1;
    else high = middle;
  }
  return points[low] ?? 0;
}

/**
 * Figures whose interval needs more than one rate: a mean over sources, the worst of several, a difference between twins, and a ratio
 * of two detectors on the same texts. Pure.
 */
import type { Figure } from '../figures.js';
import { seeded } from '../random.js';

const round = (value: number): number => Number(value.toFixed(4));
const Z = 1.96;
const ROUNDS = 1_000;

function percentiles(values: number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [Number.NaN, Number.NaN];
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
  return [at(0.025), at(0.975)];
}

/**
 * Mean over groups of the share of scores at or above a cut. The interval is of other groups, not only of other texts of these:
 * groups are drawn again, then texts within them (bootstrap in two stages).
 * @param groups scores by group, each at least one
 */
export function meanRate(groups: readonly (readonly number[])[], cut: number, seed = 7): Figure {
  const random = seeded(seed);
  const rates = groups.map((scores) => scores.filter((score) => score >= cut).length / scores.length);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const drawn = Array.from({ length: ROUNDS }, () =>
    mean(
      groups.map(() => {
        const at = Math.floor(random() * groups.length);
        return binomialShare(groups[at]!.length, rates[at]!, random);
      }),
    ),
  );
  const n = groups.reduce((sum, scores) => sum + scores.length, 0);
  return { n, value: round(mean(rates)), interval: percentiles(drawn) };
}

/** Share of n draws that come out, each with probability p: what resampling n texts of a group gives. Normal beyond 50 texts. */
function binomialShare(n: number, p: number, random: () => number): number {
  if (n <= 50) {
    let hits = 0;
    for (let i = 0; i < n; i++) if (random() < p) hits++;
    return hits / n;
  }
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(1, Math.max(0, p + normal * Math.sqrt((p * (1 - p)) / n)));
}

/**
 * How many more of the second scores than of the first reach a cut, as a share of the pairs, with the interval for paired shares of
 * Agresti and Min (2005): half a pair is added to each kind of pair, so that no difference is not taken for certainty.
 * @param before and `after` of the same texts in the same order
 */
export function pairedDifference(before: readonly number[], after: readonly number[], cut: number): Figure {
  const n = before.length;
  let gained = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const was = before[i]! >= cut;
    const is = after[i]! >= cut;
    if (is && !was) gained++;
    if (was && !is) lost++;
  }
  const [g, l, m] = [gained + 0.5, lost + 0.5, n + 2];
  const middle = (g - l) / m;
  const half = (Z / m) * Math.sqrt(g + l - (g - l) ** 2 / m);
  return { n, value: round((gained - lost) / n), interval: [round(middle - half), round(middle + half)] };
}

/** Turns a gain into a loss. */
export const negated = ({ n, value, interval: [low, high] }: Figure): Figure => ({
  n,
  value: -value,
  interval: [-high, -low],
});

/**
 * Of texts that a reference calls, how many as many another calls: ratio of two rates on the same texts, with a bootstrap interval.
 * @param reached per text, whether the other and the reference call it
 */
export function rateRatio(reached: readonly { other: boolean; reference: boolean }[], seed = 7): Figure {
  const random = seeded(seed);
  const count = (which: 'other' | 'reference'): number => reached.filter((one) => one[which]).length;
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let other = 0;
    let reference = 0;
    for (let i = 0; i < reached.length; i++) {
      const one = reached[Math.floor(random() * reached.length)]!;
      if (one.other) other++;
      if (one.reference) reference++;
    }
    values.push(other / reference);
  }
  return {
    n: reached.length,
    value: round(count('other') / count('reference')),
    interval: percentiles(values),
  };
}

/** A figure with the name of the one among several that it is about. */
export interface Named {
  name: string;
  figure: Figure;
}

/** The group with the highest value; null without groups. */
export function highest(named: readonly Named[]): Named | null {
  return named.reduce<Named | null>(
    (worst, one) => (worst === null || one.figure.value > worst.figure.value ? one : worst),
    null,
  );
}

/** The diagrams of an evaluation: what is drawn, of which texts; plots.ts draws. */
import { type Evaluation, longer, type Outcome, SHORTEST } from '../evaluation/outcome.js';
import { type Axis, type Curve, drawPlot } from './plots.js';

const BINS = 15;
/** Points of a curve; more cannot be told apart. */
const DRAWN = 120;

type Judged = Pick<Outcome, 'llr'> & { row: Pick<Outcome['row'], 'machine'> };

/** Mean probability and share of machine texts in bins of equal mass, both classes of the same mass. */
export function reliability(outcomes: readonly Judged[], bins = BINS): [number, number][] {
  const machines = outcomes.filter(({ row }) => row.machine).length;
  const humans = outcomes.length - machines;
  const sorted = [...outcomes].sort((a, b) => a.llr - b.llr);
  const points: [number, number][] = [];
  let [mass, predicted, observed, before] = [0, 0, 0, 0];
  sorted.forEach(({ llr, row }, i) => {
    const weight = row.machine ? 0.5 / machines : 0.5 / humans;
    mass += weight;
    predicted += weight / (1 + Math.exp(-llr));
    if (row.machine) observed += weight;
    if (before + mass < (points.length + 1) / bins && i < sorted.length - 1) return;
    points.push([predicted / mass, observed / mass]);
    before += mass;
    [mass, predicted, observed] = [0, 0, 0];
  });
  return points;
}

/** False alarms and catches at every cut, thinned out evenly over `place`. */
export function operatingCurve(
  outcomes: readonly Judged[],
  place: (rate: number) => number = (rate) => rate,
  drawn = DRAWN,
): [number, number][] {
  const machines = outcomes.filter(({ row }) => row.machine).length;
  const humans = outcomes.length - machines;
  if (machines === 0 || humans === 0) return [];
  const sorted = [...outcomes].sort((a, b) => b.llr - a.llr);
  const points: [number, number][] = [];
  let [alarms, catches] = [0, 0];
  sorted.forEach(({ llr, row }, i) => {
    if (row.machine) catches++;
    else alarms++;
    // Equal scores are one cut.
    if (sorted[i + 1]?.llr === llr) return;
    const point: [number, number] = [alarms / humans, catches / machines];
    const last = points.at(-1);
    const near = (a: number, b: number): boolean => Math.abs(place(a) - place(b)) < 1 / drawn;
    if (last !== undefined && near(last[0], point[0]) && near(last[1], point[1])) return;
    points.push(point);
  });
  points.push([1, 1]);
  return points;
}

/** Quantile of the normal distribution, by bisection. */
export function probit(p: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Share of a normal distribution below x (Abramowitz and Stegun 26.2.17, error under 7.5e-8). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}

const LEAST = 1e-3;
const logarithmic = (rate: number): number => 1 - Math.log10(Math.max(rate, LEAST)) / Math.log10(LEAST);
const PROBIT_EDGE = probit(0.999);
const normal = (rate: number): number =>
  (probit(Math.min(0.999, Math.max(LEAST, rate))) + PROBIT_EDGE) / (2 * PROBIT_EDGE);

const share = (label: string): Axis => ({
  label,
  place: (value) => value,
  ticks: [0, 0.25, 0.5, 0.75, 1].map((value) => [value, String(value)] as const),
});
const onLog = (label: string): Axis => ({
  label,
  place: logarithmic,
  ticks: [0.001, 0.01, 0.05, 0.25, 1].map((value) => [value, `${100 * value}%`] as const),
});
const onNormal = (label: string): Axis => ({
  label,
  place: normal,
  ticks: [0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95].map((value) => [value, `${100 * value}%`] as const),
});

/** Files by name, under docs/evaluation. */
export function diagrams({
  card,
  valid,
  unseen,
}: Pick<Evaluation, 'card' | 'valid' | 'unseen'>): Record<string, string> {
  const { minWords } = card.policy;
  const sets: [string, Outcome[]][] = [
    [`same sources, ${minWords}+ words`, longer(valid, minWords)],
    [`unseen sources, ${minWords}+ words`, longer(unseen, minWords)],
    [`same sources, ${SHORTEST}–${minWords - 1} words`, longer(valid, SHORTEST, minWords)],
    [`unseen sources, ${SHORTEST}–${minWords - 1} words`, longer(unseen, SHORTEST, minWords)],
  ];
  const names = sets.map(([name]) => name);
  const curves = (place: (rate: number) => number, missed: boolean): Curve[] =>
    sets.map(([name, outcomes]) => ({
      name,
      points: operatingCurve(outcomes, place).map(([x, y]) => [x, missed ? 1 - y : y] as const),
    }));
  return {
    'reliability.svg': drawPlot(
      sets.map(([title, outcomes]) => ({
        title,
        x: share('said probability of a machine'),
        y: share('share of machine texts'),
        curves: [{ name: title, points: reliability(outcomes) }],
        diagonal: true,
        dots: true,
      })),
      [],
      'Reliability: said probability against the share of machine texts, in 15 bins, for same and unseen sources, long and short texts',
    ),
    'roc.svg': drawPlot(
      [
        {
          title: 'ROC',
          x: onLog("people's texts wrongly called (log scale)"),
          y: share('machine texts called'),
          curves: curves(logarithmic, false),
        },
        {
          title: 'DET',
          x: onNormal("people's texts wrongly called (normal scale)"),
          y: onNormal('machine texts missed'),
          curves: curves(normal, true),
        },
      ],
      names,
      'ROC and DET curves for same and unseen sources, long and short texts',
    ),
  };
}

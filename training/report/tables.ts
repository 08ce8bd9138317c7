/** Figures and tables as text: per cent with its interval and n, and Markdown rows. */
import type { Slice } from '../evaluation/slices.js';
import type { Figure } from '../figures.js';

const shown = (figure: Figure, scale: number, digits: number): string => {
  const { n, value, interval } = figure;
  // Figures kept as JSON have null for what is not a number.
  if (!Number.isFinite(value)) return '–';
  const [low, high] = interval.map((end) => (scale * end).toFixed(digits));
  return `${(scale * value).toFixed(digits)} (${low}–${high}), n ${n}`;
};

export const percent = (figure: Figure): string => shown(figure, 100, 1);
export const decimal = (figure: Figure): string => shown(figure, 1, 3);
/** Points of a hundred, without n: the row says it elsewhere. */
export const hundredths = ({ value, interval: [low, high] }: Figure): string =>
  `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const HEAD = ['AUROC', 'TPR at 1% cut', 'FPR at 1% cut', 'TPR at 5% cut', 'FPR at 5% cut'];

/** One row of rates per slice. */
export const sliceTable = (first: string, slices: readonly Slice[]): string =>
  table(
    [first, ...HEAD],
    slices.map(({ name, auroc, caught, accused, caughtAtFive, accusedAtFive }) => [
      name,
      decimal(auroc),
      percent(caught),
      percent(accused),
      percent(caughtAtFive),
      percent(accusedAtFive),
    ]),
  );

/** Slices of machine texts only. */
export const machineTable = (first: string, slices: readonly Slice[]): string =>
  table(
    [first, 'TPR at 1% cut', 'TPR at 5% cut'],
    slices.map(({ name, caught, caughtAtFive }) => [name, percent(caught), percent(caughtAtFive)]),
  );

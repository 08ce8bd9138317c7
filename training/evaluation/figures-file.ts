/**
 * The figures of an evaluation by name, as docs/evaluation.json keeps them, and the gate a new model has to pass: no slice may be worse
 * than the kept figure by more than its interval. Pure.
 */
import type { Figure } from '../figures.js';
import type { OperatingPoint } from './cascade.js';
import type { Headline } from './headline.js';
import { ENOUGH } from './outcome.js';
import type { Slice } from './slices.js';

export interface KeptFigure extends Figure {
  better: 'higher' | 'lower';
}

export interface FiguresFile {
  /** Versions and weights judged, and the day. */
  models: Record<string, string>;
  date: string;
  figures: Record<string, KeptFigure>;
}

export interface Worse {
  name: string;
  kept: KeptFigure;
  /** Null when the slice is not there any more. */
  now: Figure | null;
}

const finite = ({ value }: Figure): boolean => Number.isFinite(value);

/** Every figure that is compared; timings are not among them. */
export function namedFigures(
  headline: Headline,
  slices: readonly Slice[],
  served: OperatingPoint,
): Record<string, KeptFigure> {
  const figures: Record<string, KeptFigure> = {};
  const keep = (name: string, figure: Figure, better: KeptFigure['better']): void => {
    if (finite(figure)) figures[name] = { ...figure, better };
  };
  for (const slice of slices) {
    const name = `${slice.set} / ${slice.by} / ${slice.name}`;
    keep(`${name} / AUROC`, slice.auroc, 'higher');
    keep(`${name} / TPR at 1%`, slice.caught, 'higher');
    keep(`${name} / FPR at 1%`, slice.accused, 'lower');
    keep(`${name} / TPR at 5%`, slice.caughtAtFive, 'higher');
    keep(`${name} / FPR at 5%`, slice.accusedAtFive, 'lower');
  }
  for (const attack of headline.attacks) {
    keep(`attacks / ${attack.name} / TPR at 1%`, attack.caught, 'higher');
    if (attack.kind === 'clean') continue;
    keep(`attacks / ${attack.name} / people's texts added at 5%`, attack.added, 'lower');
    keep(`attacks / ${attack.name} / no signs`, attack.noSigns, 'lower');
  }
  keep('unseen sources / mean TPR at 1%', headline.caughtUnseen, 'higher');
  keep('unseen sources / mean TPR at 5%', headline.caughtUnseenAtFive, 'higher');
  keep('second language / FPR at 1%', headline.nonnative, 'lower');
  const { calibration } = headline;
  keep('same sources / calibration error', calibration.same, 'lower');
  keep('unseen sources / calibration error', calibration.unseen, 'lower');
  keep('same sources, 10–49 words / calibration error', calibration.short, 'lower');
  keep('unseen sources, 10–49 words / calibration error', calibration.shortUnseen, 'lower');
  keep('same sources, 20–49 words / called', headline.calledShort.same, 'higher');
  keep('same sources, 10–49 words / people called', headline.accusedShort.same, 'lower');
  keep('same sources / no signs', headline.noSigns.same, 'lower');
  keep('unseen sources / no signs', headline.noSigns.unseen, 'lower');
  keep("cascade / share of the full encoder's TPR kept", served.kept.same, 'higher');
  return figures;
}

/**
 * What got worse beyond its interval, in the order of the kept figures. Slices with fewer than {@link ENOUGH} texts decide nothing; a
 * slice that is gone counts as worse, since nobody can say that it is not.
 */
export function worseThan(kept: FiguresFile, now: FiguresFile): Worse[] {
  return Object.entries(kept.figures).flatMap(([name, before]): Worse[] => {
    if (before.n < ENOUGH) return [];
    const after = now.figures[name];
    if (after === undefined) return [{ name, kept: before, now: null }];
    const [low, high] = before.interval;
    const worse = before.better === 'higher' ? after.value < low : after.value > high;
    return worse ? [{ name, kept: before, now: after }] : [];
  });
}

/** One line for people. */
export const sayWorse = ({ name, kept, now }: Worse): string =>
  `${name}: ${kept.value} (${kept.interval.join('–')}, n ${kept.n}) → ${now === null ? 'gone' : `${now.value} (n ${now.n})`}`;

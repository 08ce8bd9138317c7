/** What an evaluation holds: judged texts without the texts, and the choices of them that figures are about. */
import type { EncoderCard, ModelCard } from '../../detectors/card.js';
import type { BandPolicy } from '../../schemas/verdict.js';
import type { AttackKind } from '../attacks/measured.js';
import type { Point } from '../figures.js';
import type { Leaks } from '../leakage.js';
import type { LeftOutGenerators } from '../left-out-generators.js';
import type { Row } from '../study.js';
import type { Cascade } from './cascade.js';

/** One judged text, without the text. */
export interface Outcome {
  row: Pick<Row, 'source' | 'domain' | 'machine' | 'generator' | 'attack' | 'nonnative' | 'split' | 'id'>;
  llr: number;
  words: number;
}

/** A way to judge, with the cuts it is served with. */
export interface Way {
  name: string;
  policy: BandPolicy;
  valid: Outcome[];
  unseen: Outcome[];
}

/** The same texts in the same order as the first entry, which is clean. */
export interface Attacked {
  name: string;
  kind: AttackKind | 'clean';
  outcomes: Outcome[];
}

export interface Evaluation {
  card: EncoderCard;
  firstCard: ModelCard;
  machine: string;
  date: string;
  valid: Outcome[];
  unseen: Outcome[];
  /** Texts of the demo's source, which no training or calibration has seen. */
  demoSource: Outcome[];
  attacked: Attacked[];
  /** Texts by people that a machine polished, simplified or expanded; in neither class. */
  mixed: Outcome[];
  ways: { first: Way; full: Way; served: Way };
  cascade: Cascade;
  /** Other detectors and our own on the same texts: scores on valid, and those of people in calib that set the threshold. */
  peers: { name: string; perSecond: number | null; valid: Outcome[]; people: number[] }[];
  /** Families of generators that the first stage had not learnt from; null where that was never asked. */
  leftOut: LeftOutGenerators | null;
  leaks: Leaks;
}

/** Slices with fewer texts are reported, and prove little. */
export const ENOUGH = 300;
/** Shortest text that a figure is about. */
export const SHORTEST = 10;

export const points = (outcomes: readonly Outcome[]): Point[] =>
  outcomes.map(({ llr, words, row }) => ({ llr, words, machine: row.machine }));

export const longer = (
  outcomes: readonly Outcome[],
  from: number,
  to = Number.POSITIVE_INFINITY,
): Outcome[] => outcomes.filter(({ words }) => words >= from && words < to);

/** Groups in order of their names. */
export function by<Item>(items: readonly Item[], key: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

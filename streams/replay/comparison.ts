/**
 * What a replay found, counted as it goes: how many items would change their band, from which to which, and where they
 * lie. Plain JSON, so that an interrupted replay keeps it beside its cursor and goes on counting.
 */
import { LIMITS } from '../../schemas/limits.js';
import type { Band } from '../../schemas/verdict.js';

/** Band before → band after → items; without those that stay. */
export type Moves = Partial<Record<Band, Partial<Record<Band, number>>>>;

export interface Share {
  compared: number;
  changed: number;
  moves: Moves;
}

export const SLICES = ['kind', 'platform', 'length', 'tenant', 'language'] as const;
export type SliceName = (typeof SLICES)[number];

export interface Changed {
  itemId: string;
  tenant: string;
  from: Band;
  to: Band;
  /** Nats. */
  llrBefore: number;
  llrAfter: number;
}

export interface Comparison extends Share {
  /** Items without a text: it was deleted. */
  withoutText: number;
  /** Items that the detector could not judge, and the first of their ids. */
  failed: number;
  failedIds: string[];
  /** New verdicts recorded; 0 unless promoting. */
  promoted: number;
  /** Items that changed or were deleted while they were judged: nothing was recorded. */
  overtaken: number;
  /** Items whose current verdict rests on the same evidence: nothing new to record. */
  unchangedEvidence: number;
  /** Absolute differences of the llr, in nats. */
  llrDifference: { sum: number; largest: number };
  slices: Record<SliceName, Record<string, Share>>;
  /** The first items that changed. */
  examples: Changed[];
}

/** One item, before and after. */
export interface Compared extends Changed {
  slices: Record<SliceName, string>;
}

const share = (): Share => ({ compared: 0, changed: 0, moves: {} });

export const emptyComparison = (): Comparison => ({
  ...share(),
  withoutText: 0,
  failed: 0,
  failedIds: [],
  promoted: 0,
  overtaken: 0,
  unchangedEvidence: 0,
  llrDifference: { sum: 0, largest: 0 },
  slices: { kind: {}, platform: {}, length: {}, tenant: {}, language: {} },
  examples: [],
});

/** Upper ends of the length slices, in words. */
const LENGTHS = [50, 100, 300] as const;

/** `0–49 words`, …, `300 words and more`. */
export function lengthSlice(words: number): string {
  let from = 0;
  for (const end of LENGTHS) {
    if (words < end) return `${from}–${end - 1} words`;
    from = end;
  }
  return `${from} words and more`;
}

function count(into: Share, { from, to }: Changed): void {
  into.compared += 1;
  if (from === to) return;
  into.changed += 1;
  const row = into.moves[from] ?? {};
  into.moves[from] = row;
  row[to] = (row[to] ?? 0) + 1;
}

/** The slice an item is counted in. Senders choose platforms and languages, so there may be many of them. */
function sliceOf(slices: Record<string, Share>, value: string): Share {
  const full = Object.keys(slices).length >= LIMITS.replaySliceValues;
  const name = Object.hasOwn(slices, value) || !full ? value : '(other)';
  const found = Object.hasOwn(slices, name) ? slices[name]! : share();
  Object.defineProperty(slices, name, { value: found, enumerable: true, configurable: true, writable: true });
  return found;
}

/** Counts one item. */
export function noteCompared(comparison: Comparison, compared: Compared): void {
  const { slices, ...changed } = compared;
  count(comparison, changed);
  const difference = Math.abs(changed.llrAfter - changed.llrBefore);
  comparison.llrDifference.sum += difference;
  comparison.llrDifference.largest = Math.max(comparison.llrDifference.largest, difference);
  for (const name of SLICES) count(sliceOf(comparison.slices[name], slices[name]), changed);
  if (changed.from !== changed.to && comparison.examples.length < LIMITS.replayExamples)
    comparison.examples.push(changed);
}

/** Counts an item that could not be judged. */
export function noteFailed(comparison: Comparison, itemId: string): void {
  comparison.failed += 1;
  if (comparison.failedIds.length < LIMITS.replayExamples) comparison.failedIds.push(itemId);
}

/**
 * Which sentences a score rests on. Both models say for each sentence what part of their score it is: the first stage by its
 * n-grams, the encoder by its pieces; weighed as the calibration weighs the scores, the two sum to one share of the llr. The places a
 * verdict points at are those without which the llr would fall most, so they come from the evidence that made it.
 */
import type { Span } from '../schemas/evidence.js';
import type { Canonical } from './canonical/canonicalise.js';
import type { TextRead } from './runtime/piece-shares.js';
import type { Calibrated } from './text/calibration.js';
import type { SentenceShare } from './text/scorer.js';

/** Sentences pointed at, at most. */
const PLACES = 5;
/** A sentence that weighs less than this share of the weightiest one is not pointed at. */
const WORTH_POINTING = 0.2;

/** A sentence of the canonical text; nats, positive for a machine. */
export interface Passage extends SentenceShare {
  /**
   * By how much the llr would fall without it, to first order. A score that is a mean falls by the share only so far as the sentence
   * stands out from the rest: without a part of k in n, a mean of pieces by share − k/n of the whole; a sum over the length of a
   * vector of counts, which grows with the root of n, by share − k/2n of it. On machine-written texts this finds the sentence whose
   * removal moves the llr far more often than the share does (test/detectors/passages.data.test.ts).
   */
  weight: number;
}

/** Sums the shares of the pieces that begin in each sentence; both in order of the text. */
function bySentence(sentences: readonly SentenceShare[], { shares, starts }: TextRead): number[] {
  let piece = 0;
  return sentences.map(({ start, end }) => {
    let sum = 0;
    while (piece < shares.length && starts[piece]! < start) piece++;
    for (; piece < shares.length && starts[piece]! < end; piece++) sum += shares[piece]!;
    return sum;
  });
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/**
 * The sentences in order of the text. What belongs to none (style facts, the encoder's marks, the starting point) has no place here.
 * @param read of the encoder, where it read the text
 */
export function passagesOf(
  sentences: readonly SentenceShare[],
  { slopes }: Pick<Calibrated, 'slopes'>,
  read?: TextRead,
): Passage[] {
  const grams = sentences.map(({ share }) => slopes[0]! * share);
  const deep = read === undefined ? null : bySentence(sentences, read).map((share) => slopes[1]! * share);
  const units = sumOf(sentences.map(({ start, end }) => end - start));
  const wholes = [sumOf(grams), deep === null ? 0 : sumOf(deep)] as const;
  return sentences.map(({ start, end }, i) => {
    const share = grams[i]! + (deep?.[i] ?? 0);
    const part = (end - start) / units;
    return { start, end, share, weight: share - (part / 2) * wholes[0] - part * wholes[1] };
  });
}

/**
 * The passages that weigh most for a side, the weightiest first, as places in the received text.
 * @param side 1 for a machine, -1 for a person
 */
export function weightiest(passages: readonly Passage[], side: 1 | -1, canonical: Canonical): Span[] {
  const own = passages.filter(({ weight }) => weight * side > 0);
  own.sort((a, b) => side * (b.weight - a.weight) || a.start - b.start);
  const least = Math.abs(own[0]?.weight ?? 0) * WORTH_POINTING;
  return own
    .slice(0, PLACES)
    .filter(({ weight }) => Math.abs(weight) >= least)
    .map(({ start, end }) => {
      // The space between two sentences belongs to neither.
      const from = canonical.text.charCodeAt(start) === 0x20 ? start + 1 : start;
      const [first, last] = canonical.map.toReceived(from, end);
      return { start: first, end: last };
    })
    .filter((span) => span.end > span.start);
}

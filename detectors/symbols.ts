/**
 * The reasons behind a score, as named symbols whose contributions in nats sum to the llr. What the canonicaliser undid stands
 * beside them with a contribution of nought: a reason to look, never proof.
 */
import type { EvidenceSymbol, Span } from '../schemas/evidence.js';
import type { Canonical } from './canonical/canonicalise.js';
import { NOT_PROSE } from './decide.js';
import type { Calibrated } from './text/calibration.js';
import { STYLE_GROUPS } from './text/facts.js';
import { PARTS, type Score, type SentenceShare } from './text/scorer.js';

/** Sentences pointed at, at most. */
const SPANS = 5;
/** A sentence with a smaller share of the strongest one's evidence is not pointed at. */
const WORTH_POINTING = 0.2;

/** How many times as likely the contribution makes the side it speaks for, to two digits. */
function times(contribution: number): number {
  const factor = Math.exp(Math.abs(contribution));
  return factor < 10
    ? Math.round(factor * 10) / 10
    : factor < 100
      ? Math.round(factor)
      : Math.round(factor / 10) * 10;
}

/** Which side a contribution speaks for; one that rounds to "once as likely" speaks for neither. */
function side(contribution: number): 'machine' | 'human' | 'neutral' {
  if (times(contribution) === 1) return 'neutral';
  return contribution > 0 ? 'machine' : 'human';
}

function symbol(name: string, contribution: number, values: Record<string, number> = {}): EvidenceSymbol {
  return {
    name,
    contribution,
    sentence: `${name}.${side(contribution)}`,
    values: { times: times(contribution), ...values },
  };
}

/** The sentences that speak loudest for the side the text as a whole falls on, in order of the text. */
function pointed(shares: readonly SentenceShare[], sign: number, canonical: Canonical): Span[] {
  const loud = shares.filter((share) => share.share * sign > 0);
  loud.sort((a, b) => Math.abs(b.share) - Math.abs(a.share) || a.start - b.start);
  const least = Math.abs(loud[0]?.share ?? 0) * WORTH_POINTING;
  return loud
    .slice(0, SPANS)
    .filter((share) => Math.abs(share.share) >= least)
    .sort((a, b) => a.start - b.start)
    .map(({ start, end }) => {
      // The space between two sentences belongs to neither.
      const from = canonical.text.charCodeAt(start) === 0x20 ? start + 1 : start;
      const [first, last] = canonical.map.toReceived(from, end);
      return { start: first, end: last };
    })
    .filter((span) => span.end > span.start);
}

/** Reports of the canonicaliser. */
export const repairSymbols = (canonical: Canonical): EvidenceSymbol[] =>
  canonical.reported.map(({ name, count }) => ({
    name: `repair.${name}`,
    contribution: 0,
    sentence: `repair.${name}`,
    values: { count },
  }));

/** Why nothing is concluded from the text. */
export const abstention = (why: 'language' | `not_prose.${string}`): EvidenceSymbol => ({
  name: why === 'language' ? 'text.language' : NOT_PROSE,
  contribution: 0,
  sentence: `text.${why}`,
});

/**
 * Symbols of a scored text; their contributions sum to `calibrated.llr`.
 * @param logit of the encoder, where it read the text
 */
export function scoreSymbols(
  score: Score,
  bias: number,
  calibrated: Calibrated,
  canonical: Canonical,
  logit?: number,
): EvidenceSymbol[] {
  const { slopes, offset, llr } = calibrated;
  const slope = slopes[0]!;
  const part = (name: (typeof PARTS)[number]): number => slope * score.parts[PARTS.indexOf(name)]!;
  const spans = pointed(score.sentences, llr >= 0 ? 1 : -1, canonical);
  const phrases = symbol('text.phrases', part('letters') + part('words'));
  return [
    ...(logit === undefined ? [] : [symbol('text.reading', slopes[1]! * logit)]),
    spans.length > 0 ? { ...phrases, spans } : phrases,
    symbol('text.grammar', part('grammar')),
    ...STYLE_GROUPS.map((group) => symbol(`text.style.${group}`, part(group))),
    symbol('text.baseline', slope * bias + offset, { words: score.shape.words }),
  ];
}

/**
 * The reasons behind a score, as named symbols whose contributions in nats sum to the llr. What the canonicaliser undid stands
 * beside them with a contribution of nought: a reason to look, never proof.
 */
import type { EvidenceSymbol } from '../schemas/evidence.js';
import type { Canonical } from './canonical/canonicalise.js';
import { NOT_PROSE } from './decide.js';
import { passagesOf, weightiest } from './passages.js';
import type { TextRead } from './runtime/piece-shares.js';
import type { Calibrated } from './text/calibration.js';
import { STYLE_GROUPS } from './text/facts.js';
import { PARTS, type Score } from './text/scorer.js';

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

/** Which of the reasons that lie in single sentences speaks loudest for a side, if any does. */
function carrierOf(symbols: readonly EvidenceSymbol[], side: 1 | -1): EvidenceSymbol | undefined {
  const own = symbols.filter(({ contribution }) => contribution * side > 0);
  return own.sort((a, b) => side * (b.contribution - a.contribution))[0];
}

/**
 * Symbols of a scored text; their contributions sum to `calibrated.llr`. The places that weigh most for the side the text falls on
 * stand at the strongest reason for that side among those that lie in the sentences; where only style or length is for it, nowhere.
 * @param read of the encoder, where it read the text
 */
export function scoreSymbols(
  score: Score,
  bias: number,
  calibrated: Calibrated,
  canonical: Canonical,
  read?: TextRead,
): EvidenceSymbol[] {
  const { slopes, offset, llr } = calibrated;
  const slope = slopes[0]!;
  const part = (name: (typeof PARTS)[number]): number => slope * score.parts[PARTS.indexOf(name)]!;
  const inSentences = [
    ...(read === undefined ? [] : [symbol('text.reading', slopes[1]! * read.logit)]),
    symbol('text.phrases', part('letters') + part('words')),
    symbol('text.grammar', part('grammar')),
  ];
  const side = llr >= 0 ? 1 : -1;
  const carrier = carrierOf(inSentences, side);
  const spans =
    carrier === undefined ? [] : weightiest(passagesOf(score.sentences, calibrated, read), side, canonical);
  return [
    ...inSentences.map((one) => (one === carrier && spans.length > 0 ? { ...one, spans } : one)),
    ...STYLE_GROUPS.map((group) => symbol(`text.style.${group}`, part(group))),
    symbol('text.baseline', slope * bias + offset, { words: score.shape.words }),
  ];
}

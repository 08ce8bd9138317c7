/** A verdict as it is read over HTTP: the announced verdict, with each of its sentences in plain words beside its key. */
import { z } from 'zod';
import { EvidenceSymbol } from '../../schemas/evidence.js';
import { type Decision, Verdict } from '../../schemas/verdict.js';
import type { ApiContext } from './context.js';

export const Reason = EvidenceSymbol.extend({
  plain: z.string().describe('The sentence in plain words'),
}).meta({ id: 'Reason' });
export type Reason = z.infer<typeof Reason>;

/** Why this band and no other, in plain words. */
export const Plain = z.string().describe('Why this band and no other, in plain words');

export const VerdictView = Verdict.omit({ tenant: true, reasons: true })
  .extend({ reasons: z.array(Reason), plain: Plain })
  .meta({ id: 'VerdictView' });
export type VerdictView = z.infer<typeof VerdictView>;

type Sentences = Pick<ApiContext, 'sentenceOf'>;

/** Sentences of a decision in plain words. @param words words of the judged text */
export function inPlainWords(
  { reasons, because }: Pick<Decision, 'reasons' | 'because'>,
  words: number,
  { sentenceOf }: Sentences,
): { reasons: Reason[]; plain: string } {
  return {
    reasons: reasons.map((reason) => ({ ...reason, plain: sentenceOf(reason.sentence, reason.values) })),
    plain: sentenceOf(because, { words }),
  };
}

/** @param verdict as recorded */
export function verdictView(verdict: Verdict, sentences: Sentences): VerdictView {
  const { tenant: _, ...shown } = verdict;
  return { ...shown, ...inPlainWords(verdict, verdict.words, sentences) };
}

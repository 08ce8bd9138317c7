/**
 * Attestation and detector side by side: what becomes of an item of a feed when a policy speaks of both. Pure. Neither
 * fact changes the other: a score makes no attestation and breaks none, and an attestation says nothing of who composed
 * the text. What is done about each is the reader's policy alone.
 */
import { z } from 'zod';
import type { FeedReason } from '../../schemas/attestation.js';
import type { Band } from '../../schemas/verdict.js';
import type { FeedDecision } from '../client/index.js';

const Act = z.enum(['ignore', 'label', 'hide']);

/** What a reader wants done about the detector's verdict. */
export const DetectorPolicy = z
  .strictObject({
    onMachine: Act.default('ignore').describe('Items that the detector calls machine-written'),
    onAssisted: Act.default('ignore').describe('Items that the detector calls machine-assisted'),
    overAttested: z
      .boolean()
      .default(false)
      .describe('Whether that also holds for items whose attestation meets the policy'),
  })
  .meta({ id: 'DetectorPolicy' });
export type DetectorPolicy = z.infer<typeof DetectorPolicy>;

export type FeedAction = 'keep' | 'hide' | 'label' | 'unknown';

export interface CombinedDecision {
  action: FeedAction;
  /** Which of the two facts decided: the attestation's reason, or the detector's band. */
  because: 'attestation' | 'detector';
  sentence: string;
}

/** Reasons that say nothing either way. */
const SAYS_NOTHING = new Set<FeedReason>(['no_token', 'unchecked', 'status_unknown']);

const SENTENCES = {
  machine: 'The detector calls the text machine-written; this filter acts on that.',
  assisted: 'The detector calls the text machine-assisted; this filter acts on that.',
} as const;

/**
 * 1. What the attestation hides stays hidden, whatever the detector says.
 * 2. What it keeps is touched by the detector only where the policy says so for attested items.
 * 3. Else the stricter of the two acts.
 * 4. Where neither says anything, the item is unknown, not kept.
 * @param band of the stored verdict on this very text; null when there is none
 */
export function combine(
  { action, reason, sentence }: Pick<FeedDecision, 'action' | 'reason' | 'sentence'>,
  band: Band | null,
  policy: DetectorPolicy,
): CombinedDecision {
  const act = band === 'machine' ? policy.onMachine : band === 'assisted' ? policy.onAssisted : 'ignore';
  const byAttestation = { because: 'attestation', sentence } as const;
  const attested = action === 'keep';
  if (action === 'hide') return { action, ...byAttestation };
  if (act !== 'ignore' && (!attested || policy.overAttested)) {
    return { action: act, because: 'detector', sentence: SENTENCES[band as keyof typeof SENTENCES] };
  }
  if (SAYS_NOTHING.has(reason)) return { action: 'unknown', ...byAttestation };
  return { action, ...byAttestation };
}

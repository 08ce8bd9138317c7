/**
 * What the levels of a token mean: `hal` and `np` follow from `lvl` by the two rules here. The issuer uses them to
 * write a token, the verifier to recompute what a token says and to reject one that says more (design section 6).
 */
import type { FeedLabel, Levels, NotProven } from '../../schemas/attestation.js';

/**
 * 0 = no key signed; 1 = a key signed, nothing else; 2 = a key of a vouched account, or an attested authenticator;
 * 3 = an attested authenticator and uniqueness. `cmp` never counts.
 */
export function halOf({ prs, unq }: Pick<Levels, 'prs' | 'unq'>): 0 | 1 | 2 | 3 {
  if (prs === 0) return 0;
  const unique = unq >= 1;
  if (prs === 1) return unique ? 2 : 1;
  return unique ? 3 : 2;
}

/** What is not proven: who composed the text (a declaration proves nothing), that one person has one account (below a nullifier), that nobody stood behind the author (below supervision). */
export function notProvenOf({ prs, unq }: Pick<Levels, 'prs' | 'unq'>): NotProven[] {
  const missing: NotProven[] = ['composed'];
  if (unq < 2) missing.push('unique');
  if (prs < 3) missing.push('uncoerced');
  return missing;
}

/** The words a reader may be shown for a valid token. A vouched account with a plain key is called what it is. */
export function labelOf({ prs, unq }: Pick<Levels, 'prs' | 'unq'>): FeedLabel {
  if (prs === 0) return 'none';
  if (prs === 1) return unq === 0 ? 'approved_by_account_key' : 'account_vouched';
  return unq === 0 ? 'presence_attested' : 'presence_and_uniqueness';
}

/**
 * One successor for each token: an edited text's new token supersedes the old one, and no second token can follow the same one
 * beside it. The successor is written into the old token's document before it is issued.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { AttestationDoc } from '../../schemas/store/documents.js';
import type { Issuer } from './issuer.js';
import { nextStatus } from './status-transition.js';

/**
 * Refuses a token that cannot be followed: suspended, while its platform's moderators look at it, or followed already.
 * @throws {AssayError} `attest.transition`
 */
export function refuseSuccession({ status }: Pick<AttestationDoc, 'status'>): void {
  if (status === 'superseded' || status === 'suspended') {
    throw new AssayError('attest.transition', `found ${status}, which cannot be followed by another token`);
  }
  nextStatus(status, 'supersede');
}

/**
 * Writes `jti` down as what follows `prev`; harmless to repeat. A successor that was written down and never issued, because the
 * process died and the author did not come back, holds the place no longer than its challenge could be redeemed.
 * @throws {AssayError} `attest.transition` for a token that is suspended or followed by another one; `store.conflict`
 */
export async function claimSuccession(
  { collections, clock }: Issuer,
  prev: string,
  jti: string,
): Promise<void> {
  const { attestations } = collections;
  const old = await attestations.get(prev);
  if (old === null || old.successor === jti) return;
  // Revoked meanwhile: it stays revoked, and what follows it stands by itself.
  if (old.status !== 'revoked') refuseSuccession(old);
  const other = old.successor ?? null;
  if (other !== null) {
    const until = (old.successorMs ?? 0) + LIMITS.challengeMs;
    if (clock() <= until || (await attestations.get(other)) !== null) {
      throw new AssayError('attest.transition', 'another token follows this one already');
    }
  }
  const set = { successor: jti, successorMs: clock() };
  const outcome = await attestations.update(prev, { set }, { guard: { successor: other } });
  if (outcome.did === 'unmatched') throw new AssayError('store.conflict');
}

/** The judge of evidence as the issuer asks it: for its own relying party, by its metadata and clock; a refusal becomes a problem. */
import { AssayError } from '../../../schemas/errors.js';
import type { Issuer } from '../issuer.js';
import { EvidenceRefused } from './refusal.js';
import type { WebauthnExpectation } from './webauthn.js';

export const expectationOf = (
  { rp, clock, metadata }: Pick<Issuer, 'rp' | 'clock' | 'metadata'>,
  challenge: string,
): WebauthnExpectation => ({
  challenge,
  origins: rp.origins,
  rpId: rp.id,
  atMs: clock(),
  metadata: metadata.current(),
});

/** @throws {AssayError} `attest.assertion` naming the check that did not hold */
export async function asRefusal<T>(judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (cause) {
    if (!(cause instanceof EvidenceRefused)) throw cause;
    throw new AssayError('attest.assertion', `found what does not hold (${cause.code})`, { cause });
  }
}

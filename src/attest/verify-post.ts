/**
 * What the pipeline keeps of a post's attestation at intake: one number, `hal`, beside the score and never mixed with
 * it. The post's platform is the audience and its author the account, so a copied token counts as none.
 */
import type { VerifyAttestation } from '../../streams/judge.js';
import type { Issuer } from './issuer.js';

/** hal 0…3 of a token that holds for this text, author and platform now; -1 for any other. */
export const verifyPost =
  ({ verifier }: Pick<Issuer, 'verifier'>): VerifyAttestation =>
  async ({ token, platform, authorId, text, html, facets }) => {
    const result = await verifier.verify(token, { text, html, facets, platform, author: authorId });
    return result.valid ? (result.hal ?? -1) : -1;
  };

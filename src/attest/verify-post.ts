/**
 * What the pipeline keeps of a post's attestation at intake: one number, `hal`, beside the score and never mixed with
 * it. The post's platform is the audience and its author the account; a copied token is therefore none.
 */
import type { Post } from '../../schemas/post.js';
import type { Issuer } from './issuer.js';

/** hal 0…3 of a token that holds for this text, author and platform now; -1 for no token and for any other. */
export async function halOfPost(
  { verifier }: Pick<Issuer, 'verifier'>,
  post: Pick<Post, 'attestation' | 'text' | 'html' | 'facets' | 'platform' | 'author'>,
): Promise<number> {
  if (post.attestation === undefined) return -1;
  const { text, html, facets, platform, author } = post;
  const result = await verifier.verify(post.attestation, { text, html, facets, platform, author });
  return result.valid ? (result.hal ?? -1) : -1;
}

/**
 * Reuse over many items, which one `verify` cannot see: the same token on two items, and one token id in two tokens.
 * The second is an issuer's error or a theft of its key, so the later token does not hold.
 */
import { base64url } from 'jose';
import type { VerifyResult } from '../../schemas/attestation.js';
import { sha256 } from './sha256.js';

/** Token ids that are remembered; beyond that the oldest is forgotten. */
const REMEMBERED = 1_000_000;

interface Holder {
  item: string;
  /** Digest of what was signed: an ES256 signature has a second spelling, which makes no other token. */
  token: string;
}

export type CheckedResult = VerifyResult & {
  /** The same token held on an earlier item with another id. */
  reused: boolean;
};

/** Remembers which item holds which token. One for each batch, in the order of its items. */
export class Holders {
  private readonly held = new Map<string, Holder>();

  /** What `verify` said, and what the items before add to it. A copy that does not hold never takes the original's place. */
  check(item: string, token: string, result: VerifyResult): CheckedResult {
    if (!result.valid || result.jti === null) return { ...result, reused: false };
    const holder = this.held.get(result.jti);
    if (holder === undefined) {
      if (this.held.size >= REMEMBERED) this.held.delete(this.held.keys().next().value!);
      this.held.set(result.jti, { item, token: signedPartOf(token) });
      return { ...result, reused: false };
    }
    if (holder.token === signedPartOf(token)) return { ...result, reused: holder.item !== item };
    const notProven: VerifyResult['notProven'] = ['composed', 'unique', 'uncoerced'];
    return {
      ...result,
      valid: false,
      hal: null,
      lvl: null,
      notProven,
      errors: ['token.reused'],
      reused: true,
    };
  }
}

const signedPartOf = (token: string): string =>
  base64url.encode(sha256(new TextEncoder().encode(token.slice(0, token.lastIndexOf('.')))));

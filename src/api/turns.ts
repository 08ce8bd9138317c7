/** Turns of a tenant at what costs more than a call: an answer of many tokens, a request to somebody else's server. */
import { AssayError } from '../../schemas/errors.js';
import { TokenBuckets } from '../access/token-buckets.js';
import type { Issuer } from '../attest/issuer.js';

const buckets = new WeakMap<Issuer, TokenBuckets>();

/**
 * @param what of the things that are counted apart
 * @throws {AssayError} `auth.rate_limited` with the seconds to wait
 */
export function takeTurn(issuer: Issuer, what: string, tenant: string, perMinute: number): void {
  const room = buckets.get(issuer) ?? new TokenBuckets(issuer.clock);
  buckets.set(issuer, room);
  const retryAfterS = room.take(`${what}:${tenant}`, perMinute);
  if (retryAfterS > 0) throw new AssayError('auth.rate_limited', undefined, { retryAfterS });
}

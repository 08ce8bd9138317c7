/**
 * Finding an attestation by the hash of its text, without telling which text is meant: the asker names only the first
 * hexadecimal digits of `h`, and gets every token under them. A bucket is answered only when enough different texts share
 * it, and every answer is padded to steps of one size. Only public posts whose author opted in are in it.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Context } from '../context.js';

export interface Bucket {
  /** Tokens that are valid now, in the order of their hashes. */
  tokens: string[];
  /** Makes the answer as long as its step. */
  pad: string;
}

/** Bytes of an answer are a multiple of this. */
const STEP = 65_536;
/** What JSON and headers add to the tokens, at most. */
const AROUND = 64;

/**
 * The bucket of a prefix.
 * @param prefix hexadecimal digits of `h`, lower case, may be empty
 * @throws {AssayError} `attest.lookup` when fewer than LIMITS.lookupBucketLeast different texts share the prefix (name fewer digits; when that is so with none, there is not enough in it yet), or more than LIMITS.lookupBucketMost tokens (name more)
 */
export async function lookupBucket(
  { collections, clock }: Pick<Context, 'collections' | 'clock'>,
  prefix: string,
): Promise<Bucket> {
  const most = LIMITS.lookupBucketMost + 1;
  const { docs, next } = await collections.attestations.page({
    index: 'by_lookup',
    // 'g' sorts behind every hexadecimal digit.
    where: { lookup: { gte: prefix === '' ? '0' : prefix, lt: `${prefix}g` } },
    residual: { status: 'valid', expiresMs: { gt: clock() } },
    limit: most,
    scanLimit: 20 * most,
  });
  if (docs.length === most || next !== null) {
    throw new AssayError('attest.lookup', 'expected more digits: too many entries share this prefix');
  }
  // Tokens of one text hide nothing among each other: an edited or often posted one has many.
  if (new Set(docs.map(({ lookup }) => lookup)).size < LIMITS.lookupBucketLeast) {
    const advice = prefix === '' ? 'there are too few entries yet' : 'expected fewer digits';
    // Not how many there are: that would tell of a bucket what it is too small to tell.
    throw new AssayError(
      'attest.lookup',
      `${advice}: at least ${LIMITS.lookupBucketLeast} texts have to share a prefix`,
    );
  }
  const tokens = docs.map(({ token }) => token);
  const bytes = tokens.reduce((sum, token) => sum + token.length + 3, AROUND);
  return { tokens, pad: ' '.repeat((STEP - (bytes % STEP)) % STEP) };
}

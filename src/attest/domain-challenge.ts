/**
 * Control of a domain, proven: who controls it publishes a line of ours at a fixed address under it. The line names this
 * issuer beside the token, so that a domain which is asked to publish it for another issuer can see for whom it speaks.
 */
import { randomBytes } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';
import { type Fetch, fetchText } from '../client/fetch.js';

/** Where the line has to stand, in plain text; other lines may stand beside it. */
export const CHALLENGE_PATH = '/.well-known/human-author-platform';
/** Bytes of the answer that are read, far more than a few lines. */
const ANSWER_BYTES = 16_384;

export const newChallengeToken = (): string => randomBytes(32).toString('base64url');

/** What the domain has to publish, and where. */
export const challengeOf = (iss: string, aud: string, token: string): { url: string; line: string } => ({
  url: `https://${aud}${CHALLENGE_PATH}`,
  line: `${iss} ${token}`,
});

/**
 * Looks whether the domain publishes the line now.
 * @param fetch guarded: https only, public addresses only, no redirects
 * @throws {AssayError} `attest.domain_proof`; nothing of the answer is told
 */
export async function checkDomain(
  fetch: Fetch | undefined,
  { url, line }: { url: string; line: string },
): Promise<void> {
  const text = fetch === undefined ? null : await fetchText(fetch, url, ANSWER_BYTES);
  if (text === null) {
    throw new AssayError(
      'attest.domain_proof',
      `expected an answer 200 of at most ${ANSWER_BYTES} bytes at ${url}, from a public address and without a redirect`,
    );
  }
  if (text.split(/\r?\n/).some((each) => each.trim() === line)) return;
  throw new AssayError('attest.domain_proof', `expected at ${url} a line with this issuer and its token`);
}

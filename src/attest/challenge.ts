/**
 * What an author's key signs: SHA-256 over a domain tag and the length-prefixed fields of the token to be. The nonce is
 * single use; text, platform and account are all bound in, so that the assertion fits this one token and nothing else.
 */
import { createHash } from 'node:crypto';
import { updateFramed } from './framed.js';

export interface ChallengeFields {
  /** 32 random bytes, base64url. */
  nonce: string;
  can: string;
  h: string;
  w: string | null;
  n: number;
  aud: string;
  acc: string;
}

/** The WebAuthn challenge, 32 bytes. Field order: nonce, can, h, w or empty, n (uint32), aud, acc. */
export function signChallenge({ nonce, can, h, w, n, aud, acc }: ChallengeFields): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(n);
  const fields = [
    Buffer.from(nonce, 'base64url'),
    Buffer.from(can),
    Buffer.from(h, 'base64url'),
    Buffer.from(w ?? '', 'base64url'),
    count,
    Buffer.from(aud),
    Buffer.from(acc, 'base64url'),
  ];
  return updateFramed(createHash('sha256').update('assay-challenge-1\0'), fields).digest();
}

/** Under which a nonce's challenge is stored: whoever reads the store cannot redeem it. */
export const challengeId = (nonce: string): string =>
  createHash('sha256').update('assay-nonce-1\0').update(Buffer.from(nonce, 'base64url')).digest('base64url');

/** The id of the one token a nonce may become: issuing twice finds the first. */
export const jtiOf = (nonce: string): string =>
  createHash('sha256')
    .update('assay-jti-1\0')
    .update(Buffer.from(nonce, 'base64url'))
    .digest()
    .subarray(0, 16)
    .toString('base64url');

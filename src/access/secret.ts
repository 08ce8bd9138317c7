/** Secrets of high entropy: made here, stored only as a hash, compared in constant time. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits in base64url, 43 characters. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** SHA-256 in base64url. Enough for secrets of 256 random bits: there is no dictionary to try (a password would need scrypt). */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Whether two strings are equal, in a time that does not depend on where they differ or how long they are. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

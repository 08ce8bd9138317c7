/** A blob's address is the SHA-256 of its bytes in hex: nothing else is looked up, and what comes back is checked against it. */
import { createHash } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';

export const isBlobRef = (ref: string): boolean => /^[0-9a-f]{64}$/.test(ref);

/** @throws {AssayError} `internal` when the bytes do not have the hash they are stored under */
export function readVerified(ref: string, bytes: Buffer): Buffer {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== ref) throw new AssayError('internal', `Blob ${ref} is damaged: its bytes hash to ${found}.`);
  return bytes;
}

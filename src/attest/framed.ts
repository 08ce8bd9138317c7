/** Fields hashed one after the other, each behind its length, so that no two lists of fields are the same bytes. */
import type { Hash, Hmac } from 'node:crypto';

/** Adds each field as its uint32 length (big endian) and its bytes, text in UTF-8. @returns the hash it was given */
export function updateFramed<H extends Hash | Hmac>(hash: H, fields: Iterable<Buffer | string>): H {
  for (const field of fields) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    hash.update(length).update(field);
  }
  return hash;
}

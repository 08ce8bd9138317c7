/**
 * The hashes of a token: `h` over the canonical text, `w` over its words, `acc` over the account. Nothing but
 * WebCrypto and plain code, so that it runs in Node, browsers and workers.
 */
import { base64url } from 'jose';
import { CANONICALISATION, type CanonicalText } from './canonical.js';
import { engine } from './engine.js';
import { wordForm } from './words.js';

export interface ContentHashes {
  h: string;
  /** Null when the text holds no word. */
  w: string | null;
}

/**
 * SHA-256 over `"hpt-1\0" ‖ uint32 length ‖ UTF-8` of the canonical text and of its word form; HMAC-SHA-256 of the
 * same bytes under `salt` for private mail. base64url, 43 characters.
 * @param salt 16 bytes in base64url
 */
export async function hashesOf({ canonical }: CanonicalText, salt?: string): Promise<ContentHashes> {
  const words = wordForm(canonical);
  const [h, w] = await Promise.all([
    hashText(canonical, salt),
    words === null ? null : hashText(words, salt),
  ]);
  return { h, w };
}

/** The hash of one spelling. */
export function hashText(text: string, salt?: string): string | Promise<string> {
  const bytes = framed(TAG, [text]);
  return salt === undefined ? digestOf(bytes, 32) : saltedHash(bytes.slice(), salt);
}

async function saltedHash(bytes: Uint8Array<ArrayBuffer>, salt: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    base64url.decode(salt) as Uint8Array<ArrayBuffer>,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return engine.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes)));
}

/**
 * Account binding: first 16 bytes of SHA-256(`assay-acc-1\0` ‖ length-prefixed aud ‖ length-prefixed account id).
 * @param aud platform, or `mail`
 * @param accountId the platform's immutable id, never a handle; for mail the address
 */
export async function accountBinding(aud: string, accountId: string): Promise<string> {
  return bindAccount(aud, accountId);
}

/** As `accountBinding`, at once where that is possible. */
export const bindAccount = (aud: string, accountId: string): string | Promise<string> =>
  digestOf(framed(ACCOUNT_TAG, [aud, accountId]), 16);

/** The first bytes of the SHA-256, in base64url. */
function digestOf(bytes: Uint8Array, size: number): string | Promise<string> {
  const digest = engine.digest(bytes);
  return digest instanceof Promise
    ? digest.then((late) => engine.encode(late.subarray(0, size)))
    : engine.encode(digest.subarray(0, size));
}

const encoder = new TextEncoder();
const TAG = encoder.encode(`${CANONICALISATION}\0`);
const ACCOUNT_TAG = encoder.encode('assay-acc-1\0');

/** Where short fields are put together; longer ones get room of their own. */
const room = new Uint8Array(16_384);

/** A tag and then each field as its uint32 length (big endian) and its UTF-8. Holds until the next call. */
function framed(tag: Uint8Array, fields: readonly string[]): Uint8Array<ArrayBuffer> {
  // At most three bytes for each UTF-16 unit.
  const most = fields.reduce((sum, field) => sum + 4 + 3 * field.length, tag.length);
  const bytes = most > room.length ? new Uint8Array(most) : room;
  bytes.set(tag);
  let at = tag.length;
  for (const field of fields) {
    const { written } = encoder.encodeInto(field, bytes.subarray(at + 4));
    bytes[at] = written >>> 24;
    bytes[at + 1] = written >>> 16;
    bytes[at + 2] = written >>> 8;
    bytes[at + 3] = written;
    at += 4 + written;
  }
  return bytes.subarray(0, at);
}

/**
 * The hashes of a token: `h` over the canonical text, `w` over its words, `acc` over the account. Nothing but
 * WebCrypto and plain code, so that it runs in Node, browsers and workers.
 */
import { base64url } from 'jose';
import { CANONICALISATION, type CanonicalText } from './canonical.js';
import { sha256 } from './sha256.js';
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
export async function hashText(text: string, salt?: string): Promise<string> {
  const bytes = concat([utf8(`${CANONICALISATION}\0`), ...lengthPrefixed(utf8(text))]);
  if (salt === undefined) return base64url.encode(await digest(bytes));
  const key = await crypto.subtle.importKey(
    'raw',
    base64url.decode(salt) as Uint8Array<ArrayBuffer>,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes)));
}

/**
 * Account binding: first 16 bytes of SHA-256(`assay-acc-1\0` ‖ length-prefixed aud ‖ length-prefixed account id).
 * @param aud platform, or `mail`
 * @param accountId the platform's immutable id, never a handle; for mail the address
 */
export async function accountBinding(aud: string, accountId: string): Promise<string> {
  const bytes = concat([
    utf8('assay-acc-1\0'),
    ...lengthPrefixed(utf8(aud)),
    ...lengthPrefixed(utf8(accountId)),
  ]);
  return base64url.encode((await digest(bytes)).subarray(0, 16));
}

/** Bytes up to which plain code is quicker than the way to WebCrypto and back (measured: about 3,000 in Node 20). */
const SHORT = 2_048;

const digest = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  bytes.length <= SHORT ? sha256(bytes) : new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** A field as its uint32 length (big endian) and its bytes. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array[] {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return [length, bytes];
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

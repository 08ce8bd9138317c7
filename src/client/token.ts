/**
 * Strict reading of a compact JWS, before any signature is looked at: size, exactly three segments, base64url without
 * padding and with zero spare bits, header with exactly three members, claims of exactly the expected shape. jose alone
 * accepts other spellings of the same bytes (measured on Wycheproof), which would give one token several names.
 */
import { base64url } from 'jose';
import type { TokenClaims, TokenHeader, VerifyError } from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { isClaims } from './claims.js';

export const TOKEN_TYPE = 'human-author+jwt';

/** A check that did not hold; the verifier turns it into the one code of its answer. */
export class CheckFailed extends Error {
  readonly code: VerifyError;
  constructor(code: VerifyError) {
    super(code);
    this.code = code;
  }
}

export interface ParsedToken {
  header: TokenHeader;
  /** Claims as written; their shape is checked only after the signature, by `readClaims`. */
  payload: Uint8Array;
  signature: Uint8Array;
}

/** @throws {CheckFailed} `token.too_large`, `token.malformed`, `token.header` */
export function parseToken(token: string): ParsedToken {
  if (typeof token !== 'string') throw new CheckFailed('token.malformed');
  if (token.length > LIMITS.tokenReadBytes) throw new CheckFailed('token.too_large');
  const parts = splitStrict(token);
  if (parts === null) throw new CheckFailed('token.malformed');
  const header = readJson(parts[0]);
  if (header === null) throw new CheckFailed('token.malformed');
  if (!isHeader(header, TOKEN_TYPE)) throw new CheckFailed('token.header');
  return { header: header as unknown as TokenHeader, payload: parts[1], signature: parts[2] };
}

/** Claims of a token whose signature holds. @throws {CheckFailed} `token.claims` */
export function readClaims(payload: Uint8Array): TokenClaims {
  const claims = readJson(payload);
  if (claims === null || !isClaims(claims)) throw new CheckFailed('token.claims');
  return claims;
}

/** The three decoded segments, or null unless there are exactly three non-empty ones in their only spelling. */
export function splitStrict(token: string): [Uint8Array, Uint8Array, Uint8Array] | null {
  const parts = token.split('.', 4);
  if (parts.length !== 3) return null;
  const decoded = parts.map(decodeStrict);
  return decoded.some((part) => part === null || part.length === 0)
    ? null
    : (decoded as [Uint8Array, Uint8Array, Uint8Array]);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url with no padding, no foreign character and zero spare bits; null for any other spelling. */
export function decodeStrict(segment: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(segment)) return null;
  const over = segment.length % 4;
  if (over === 1) return null;
  if (over !== 0) {
    const spare = over === 2 ? 0b1111 : 0b11;
    if ((ALPHABET.indexOf(segment.at(-1)!) & spare) !== 0) return null;
  }
  return base64url.decode(segment);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A JSON object from UTF-8 bytes; null for anything else: ill-formed UTF-8, a byte order mark, and a name that stands
 * twice in one object, of which some readers take the first and some the last (RFC 7515 section 4, RFC 8259 section 4).
 */
export function readJson(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && membersWritten(text) === membersKept(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Members as written in valid JSON: colons outside of texts. Each text is skipped as a whole. */
function membersWritten(json: string): number {
  let count = 0;
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const end = quote === -1 ? json.length : quote;
    for (; at < end; at++) if (json.charCodeAt(at) === 0x3a) count++;
    if (quote === -1) break;
    at = textEnd(json, quote);
  }
  return count;
}

/** Where the text that begins at `quote` has ended: behind the first quote with an even number of backslashes before it. */
function textEnd(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); ; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** Members that parsing kept. */
function membersKept(value: object): number {
  let count = 0;
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const inner = Object.values(next) as unknown[];
    if (!Array.isArray(next)) count += inner.length;
    for (const each of inner) if (typeof each === 'object' && each !== null) open.push(each);
  }
  return count;
}

/** Exactly `alg`, `typ`, `kid`, with the one algorithm and the one type: no crit, no embedded or linked key. */
export function isHeader(header: Record<string, unknown>, type: string): boolean {
  return (
    Object.keys(header).sort().join() === 'alg,kid,typ' &&
    header['alg'] === 'ES256' &&
    header['typ'] === type &&
    typeof header['kid'] === 'string' &&
    /^[A-Za-z0-9_-]{43}$/.test(header['kid'])
  );
}

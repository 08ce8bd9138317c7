/**
 * Strict reading of a compact JWS, before any signature is looked at: size, exactly three segments, base64url without
 * padding and with zero spare bits, header with exactly three members, claims of exactly the expected shape. jose alone
 * accepts other spellings of the same bytes (measured on Wycheproof), which would give one token several names.
 */
import type { TokenClaims, TokenHeader, VerifyError } from '../../schemas/attestation.js';
import { membersOf } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import { isClaims } from './claims.js';
import { engine } from './engine.js';

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
  /** What was signed: the first two segments as they stand. */
  input: Uint8Array;
  /** Claims as written; their shape is checked only after the signature, by `readClaims`. */
  payload: Uint8Array;
  signature: Uint8Array;
}

/** @throws {CheckFailed} `token.too_large`, `token.malformed`, `token.header` */
export function parseToken(token: string): ParsedToken {
  if (typeof token !== 'string') throw new CheckFailed('token.malformed');
  if (token.length > LIMITS.tokenReadBytes) throw new CheckFailed('token.too_large');
  const segments = SEGMENTS.exec(token);
  if (segments === null) throw new CheckFailed('token.malformed');
  const [, first, second, third] = segments as unknown as [string, string, string, string];
  const known = headers.get(first);
  const bytes = known === undefined ? decodeStrict(first) : null;
  const payload = decodeStrict(second);
  const signature = decodeStrict(third);
  if (payload === null || signature === null) throw new CheckFailed('token.malformed');
  const header = known ?? readHeader(first, bytes);
  return { header, payload, signature, input: engine.ascii(token.slice(0, -1 - third.length)) };
}

/**
 * Headers by their only spelling: all tokens of one key have the same, or one of few. Only what was found in order is
 * kept, and a flood of names nobody knows pushes out no more than it brings.
 */
const headers = new Map<string, TokenHeader>();
const HEADERS = 64;

function readHeader(segment: string, bytes: Uint8Array | null): TokenHeader {
  const header = bytes === null ? null : readJson(bytes);
  if (header === null) throw new CheckFailed('token.malformed');
  if (!isHeader(header, TOKEN_TYPE)) throw new CheckFailed('token.header');
  if (headers.size >= HEADERS) headers.delete(headers.keys().next().value!);
  headers.set(segment, header as unknown as TokenHeader);
  return header as unknown as TokenHeader;
}

/** Claims of a token whose signature holds. @throws {CheckFailed} `token.claims` */
export function readClaims(payload: Uint8Array): TokenClaims {
  const claims = readJson(payload);
  if (claims === null || !isClaims(claims)) throw new CheckFailed('token.claims');
  return claims;
}

const SEGMENTS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** The three decoded segments, or null unless there are exactly three non-empty ones in their only spelling. */
export function splitStrict(token: string): [Uint8Array, Uint8Array, Uint8Array] | null {
  const decoded = SEGMENTS.exec(token)?.slice(1).map(decodeStrict) ?? [null];
  return decoded.includes(null) ? null : (decoded as [Uint8Array, Uint8Array, Uint8Array]);
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
  return engine.decode(segment);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A JSON object from UTF-8 bytes; null for anything else: ill-formed UTF-8, a byte order mark, and a name that stands
 * twice in one object, of which some readers take the first and some the last (RFC 7515 section 4, RFC 8259 section 4).
 */
export function readJson(bytes: Uint8Array): Record<string, unknown> | null {
  const value = readJsonValue(bytes);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}

/** The same for an array; null for anything else. */
export function readJsonArray(bytes: Uint8Array): unknown[] | null {
  const value = readJsonValue(bytes);
  return Array.isArray(value) ? value : null;
}

function readJsonValue(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    const isStructure = typeof value === 'object' && value !== null;
    return isStructure && membersWritten(text) === membersOf(value) ? value : null;
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

/**
 * Reading a Token Status List (draft-ietf-oauth-status-list): the signed list as a verifier accepts it, its inflation
 * with a cap, and one status by index. Two bits: 0 valid, 1 revoked (invalid), 2 suspended, 3 superseded.
 */
import { compactVerify } from 'jose';
import type { TokenStatus } from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { readBounded } from './fetch.js';
import { decodeStrict, isHeader, readJson, splitStrict } from './token.js';
import type { KnownIssuer } from './trust.js';

export const STATUS_LIST_TYPE = 'statuslist+jwt';
export const STATUS_BITS = 2;
/** Index = value in the list. */
export const STATUSES = [
  'valid',
  'revoked',
  'suspended',
  'superseded',
] as const satisfies readonly TokenStatus[];
/** Seconds two clocks may differ. */
export const SKEW_S = 60;

export interface StatusList {
  uri: string;
  /** Signed at and expires, seconds since the epoch. */
  iat: number;
  exp: number;
  /** Seconds a copy may be used without asking again. */
  ttl: number;
  /** The one token key whose tokens the list speaks of; null: it does not say, as lists of other makers. */
  tokenKid: string | null;
  /** The status key that signed it. */
  kid: string;
  bytes: Uint8Array;
}

/** A signed list that belongs to this issuer and this uri, or null when any check fails. */
export async function readStatusList(
  jwt: string,
  uri: string,
  issuer: KnownIssuer,
  nowS: number,
): Promise<StatusList | null> {
  const parts = jwt.length > LIMITS.statusListTextBytes ? null : splitStrict(jwt);
  const header = parts === null ? null : readJson(parts[0]);
  if (parts === null || header === null || !isHeader(header, STATUS_LIST_TYPE)) return null;
  const kid = header['kid'] as string;
  const key = issuer.statusKeys.get(kid);
  if (key === undefined) return null;
  try {
    await compactVerify(jwt, key, { algorithms: ['ES256'] });
  } catch {
    return null;
  }
  const claims = readJson(parts[1]);
  const { sub, iat, exp, ttl = SKEW_S, token_kid, status_list } = (claims ?? {}) as Record<string, unknown>;
  if (sub !== uri || !isTime(iat) || !isTime(exp) || !isTime(ttl)) return null;
  if (token_kid !== undefined && typeof token_kid !== 'string') return null;
  const end = Math.min(exp, iat + LIMITS.statusListLifeS);
  if (iat > nowS + SKEW_S || end <= iat || end + SKEW_S <= nowS) return null;
  const { bits, lst } = (status_list ?? {}) as Record<string, unknown>;
  if (bits !== STATUS_BITS || typeof lst !== 'string') return null;
  const bytes = await inflateList(lst);
  if (bytes === null) return null;
  return {
    uri,
    iat,
    exp: end,
    ttl: Math.min(Math.max(ttl, LIMITS.statusListTtlLeastS), LIMITS.statusListTtlS),
    tokenKid: token_kid ?? null,
    kid,
    bytes,
  };
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** zlib data in base64url, at most LIMITS.statusListBytes after inflation; null for anything else. */
export async function inflateList(lst: string): Promise<Uint8Array | null> {
  const compressed = decodeStrict(lst);
  if (compressed === null) return null;
  try {
    const source = new Blob([compressed as Uint8Array<ArrayBuffer>]).stream();
    return await readBounded(source.pipeThrough(new DecompressionStream('deflate')), LIMITS.statusListBytes);
  } catch {
    return null;
  }
}

/** The value at an index (the list's first entry is in the lowest bits of its first byte), or null outside the list. */
export function statusValue(bytes: Uint8Array, bits: 1 | 2 | 4 | 8, idx: number): number | null {
  const perByte = 8 / bits;
  const byte = bytes[Math.floor(idx / perByte)];
  return byte === undefined ? null : (byte >> ((idx % perByte) * bits)) & (2 ** bits - 1);
}

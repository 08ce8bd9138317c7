/**
 * Whom a verifier trusts: a list of issuers, each with the keys that sign its tokens and, disjoint from them, the keys
 * that sign its status lists. Keys are checked once (P-256, thumbprint = kid) and imported for verification only.
 */
import { type CryptoKey, calculateJwkThumbprint, importJWK } from 'jose';
import type { PublicKey, TrustedIssuer, TrustList } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { decodeStrict } from './token.js';

export interface KnownIssuer {
  iss: string;
  /** Platforms it may speak for; `*`: any. */
  audiences: ReadonlySet<string>;
  tokenKeys: ReadonlyMap<string, CryptoKey>;
  statusKeys: ReadonlyMap<string, CryptoKey>;
  statusOrigins: ReadonlySet<string>;
}

/** Whether an issuer may speak for a platform. */
export const speaksFor = ({ audiences }: KnownIssuer, aud: string): boolean =>
  audiences.has('*') || audiences.has(aud);

/** The issuers of a trust list. @throws {AssayError} `config.invalid` for a key that is not P-256, a foreign kid, or a key in both sets */
export async function importTrust(trust: TrustList): Promise<KnownIssuer[]> {
  const issuers = await Promise.all(trust.issuers.map(importIssuer));
  const statusKids = new Set(issuers.flatMap((issuer) => [...issuer.statusKeys.keys()]));
  for (const issuer of issuers) {
    for (const kid of issuer.tokenKeys.keys()) {
      if (statusKids.has(kid))
        throw new AssayError('config.invalid', `key ${kid} signs both tokens and lists`);
    }
  }
  return issuers;
}

/** @throws {AssayError} `config.invalid` */
export async function importIssuer(issuer: TrustedIssuer): Promise<KnownIssuer> {
  const [tokenKeys, statusKeys] = await Promise.all([
    importKeys(issuer.token_keys),
    importKeys(issuer.status_keys),
  ]);
  return {
    iss: issuer.iss,
    audiences: new Set(issuer.audiences),
    tokenKeys,
    statusKeys,
    statusOrigins: new Set(issuer.status_origins.map(originOf)),
  };
}

/** An opaque origin ("null") would be shared by every data: and blob: address. */
function originOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new AssayError('config.invalid', 'a status origin is not an http(s) URL');
  }
  return new URL(text).origin;
}

async function importKeys(keys: readonly PublicKey[]): Promise<Map<string, CryptoKey>> {
  const imported = new Map<string, CryptoKey>();
  for (const { kty, crv, x, y, kid, alg, use } of keys) {
    const fits = (alg === undefined || alg === 'ES256') && (use === undefined || use === 'sig');
    if (kty !== 'EC' || crv !== 'P-256' || !fits) {
      const found = [kty, crv, alg, use].filter(Boolean).join(' ');
      throw new AssayError('config.invalid', `expected an ES256 signing key on P-256, found ${found}`);
    }
    if (![x, y].every((each) => typeof each === 'string' && decodeStrict(each)?.length === 32)) {
      throw new AssayError('config.invalid', 'expected coordinates of 32 bytes in base64url');
    }
    const thumbprint = await calculateJwkThumbprint({ kty, crv, x, y });
    if (kid !== undefined && kid !== thumbprint) {
      throw new AssayError('config.invalid', `kid ${kid} is not the thumbprint ${thumbprint} of its key`);
    }
    try {
      imported.set(thumbprint, (await importJWK({ kty, crv, x, y }, 'ES256')) as CryptoKey);
    } catch (cause) {
      throw new AssayError('config.invalid', `key ${thumbprint} is not a point on P-256`, { cause });
    }
  }
  return imported;
}

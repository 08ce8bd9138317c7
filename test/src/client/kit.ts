/** An issuer made of bare keys, so that tests can sign what a proper issuer never would. */
import { deflateSync } from 'node:zlib';
import { CompactSign, type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { PublicKey, TokenClaims, TrustList, VerifyResult } from '../../../schemas/attestation.js';
import { accountBinding, canonicalText, type Fetch, hashesOf } from '../../../src/client/index.js';

export interface Key {
  kid: string;
  jwk: PublicKey;
  privateKey: CryptoKey;
}

export async function makeKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const { x, y } = await exportJWK(publicKey);
  const jwk = { kty: 'EC', crv: 'P-256', x: x!, y: y! } as const;
  return { kid: await calculateJwkThumbprint(jwk), jwk, privateKey };
}

export const NOW = Date.UTC(2030, 0, 15);
export const NOW_S = NOW / 1000;
export const ISS = 'https://issuer.example';
export const LIST = `${ISS}/status/7`;
export const TEXT = 'I was there, and I saw it.';
/** What a verifier says of a token of the kit that holds in every way. */
export const HOLDS: VerifyResult = {
  valid: true,
  hal: 2,
  lvl: { prs: 1, unq: 1, cmp: 0 },
  author: 'match',
  content: 'exact',
  status: 'valid',
  statusAsOf: '2030-01-15T00:00:00.000Z',
  stale: false,
  notProven: ['composed', 'unique', 'uncoerced'],
  errors: [],
  reported: [],
  jti: 'one',
  iss: 'https://issuer.example',
};
export const FOUND = { text: TEXT, platform: 'forum', author: 'ann', now: NOW };

/** Signs any header and any payload. */
export const sign = (key: Key, header: object, payload: string | Uint8Array | object): Promise<string> => {
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return new CompactSign(bytes).setProtectedHeader(header as { alg: string }).sign(key.privateKey);
};

export interface ListOptions {
  /** Values by index, over zeros. */
  values?: Record<number, number>;
  size?: number;
  uri?: string;
  claims?: object;
  header?: object;
  key?: Key;
}

export interface Kit {
  tokenKey: Key;
  statusKey: Key;
  trust: TrustList;
  claims: TokenClaims;
  /** A token with these changes of claims and header; a claim of `undefined` is left out. */
  token(change?: object, header?: object, key?: Key): Promise<string>;
  list(options?: ListOptions): Promise<string>;
}

export async function makeKit(): Promise<Kit> {
  const [tokenKey, statusKey] = await Promise.all([makeKey(), makeKey()]);
  const canonical = canonicalText(TEXT);
  const { h, w } = await hashesOf(canonical);
  const claims: TokenClaims = {
    iss: ISS,
    aud: 'forum',
    sub: `${'S'.repeat(21)}A`,
    acc: await accountBinding('forum', 'ann'),
    jti: `${'J'.repeat(21)}A`,
    iat: NOW_S - 60,
    exp: NOW_S + 86_400,
    lvl: { prs: 1, unq: 1, cmp: 0 },
    hal: 2,
    evd: ['passkey', 'platform_vouch'],
    con: { can: 'hpt-1', h, w: w!, n: canonical.n },
    status: { status_list: { idx: 5, uri: LIST } },
    np: ['composed', 'unique', 'uncoerced'],
  };
  return {
    tokenKey,
    statusKey,
    claims,
    trust: {
      issuers: [
        {
          iss: ISS,
          audiences: ['forum'],
          token_keys: [tokenKey.jwk],
          status_keys: [statusKey.jwk],
          status_origins: [ISS],
        },
      ],
    },
    token: (change = {}, header = {}, key = tokenKey) =>
      sign(key, { alg: 'ES256', typ: 'human-author+jwt', kid: key.kid, ...header }, { ...claims, ...change }),
    list({ values = {}, size = 64, uri = LIST, claims: change = {}, header = {}, key = statusKey } = {}) {
      const bytes = Buffer.alloc(size / 4);
      for (const [idx, value] of Object.entries(values))
        bytes[Number(idx) >> 2]! |= value << ((Number(idx) & 3) * 2);
      return sign(
        key,
        { alg: 'ES256', typ: 'statuslist+jwt', kid: key.kid, ...header },
        {
          sub: uri,
          iat: NOW_S - 10,
          exp: NOW_S + 86_400,
          ttl: 60,
          status_list: { bits: 2, lst: deflateSync(bytes).toString('base64url') },
          ...change,
        },
      );
    },
  };
}

/** A network of fixed answers; `asked` counts. */
export function network(pages: Record<string, string | (() => string)>): Fetch & { asked: string[] } {
  const asked: string[] = [];
  const reach: Fetch = async (url) => {
    asked.push(url);
    const page = pages[url];
    if (page === undefined) return new Response(null, { status: 404 });
    return new Response(typeof page === 'string' ? page : page());
  };
  return Object.assign(reach, { asked });
}

/**
 * The issuer of the attack corpus, made of fixed keys: it signs whatever a case asks for, what no proper issuer would
 * sign included. Everything here is deterministic; nothing depends on a clock, a random number or a zlib version.
 */
import type { TokenClaims, TrustList } from '../../schemas/attestation.js';
import {
  accountBinding,
  CANONICALISATION,
  canonicalText,
  hashesOf,
  type TextFacet,
} from '../../src/client/index.js';
import { keyNamed, raw, type Signature, sha256, signDigest, type TestKey } from './p256.js';

/** The time at which every run is verified. */
export const AT = '2030-01-15T00:00:00Z';
export const NOW_S = Date.parse(AT) / 1000;
export const MAX_STATUS_AGE_S = 300;

export const ISSUER = 'https://issuer.example';
/** Trusted as well, with keys of its own, for platforms of its own. */
export const OTHER = 'https://other.example';
export const TEXT = 'I counted 12 boats at the pier on Monday, and 3 of them had not paid.';

export const KEYS = {
  token: keyNamed('token key'),
  status: keyNamed('status key'),
  otherToken: keyNamed('token key of the other issuer'),
  otherStatus: keyNamed('status key of the other issuer'),
  attacker: keyNamed('key of an attacker'),
};

const published = ({ jwk, kid }: TestKey) => ({ ...jwk, kid, alg: 'ES256', use: 'sig' }) as const;

export const TRUST: TrustList = {
  issuers: [
    {
      iss: ISSUER,
      audiences: ['forum', 'blog'],
      token_keys: [published(KEYS.token)],
      status_keys: [published(KEYS.status)],
      status_origins: [ISSUER],
    },
    {
      iss: OTHER,
      audiences: ['market'],
      token_keys: [published(KEYS.otherToken)],
      status_keys: [published(KEYS.otherStatus)],
      status_origins: [OTHER],
    },
  ],
};

export const base64url = (data: string | Buffer): string => Buffer.from(data).toString('base64url');

/** So many bytes that follow from a name. */
export const bytesNamed = (name: string, size: number): string => base64url(sha256(name).subarray(0, size));

export interface Parts {
  /** JSON text of the header; an object is written without spaces. */
  header: string | Buffer | object;
  payload: string | Buffer | object;
  key?: TestKey;
  /** Bytes of the signature, from the right one. */
  signature?: (right: Signature, input: string) => Buffer;
}

const spelled = (value: string | Buffer | object) =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);

/** A compact JWS of any parts. */
export function jws({ header, payload, key = KEYS.token, signature = raw }: Parts): string {
  const input = `${base64url(spelled(header))}.${base64url(spelled(payload))}`;
  return `${input}.${base64url(signature(signDigest(key, sha256(input)), input))}`;
}

export const headerOf = (key: TestKey = KEYS.token, change: object = {}): object => ({
  alg: 'ES256',
  typ: 'human-author+jwt',
  kid: key.kid,
  ...change,
});

export const listUri = (name: string, issuer = ISSUER): string => `${issuer}/status/${name}`;

/** The content claim of a text, with the entities it was written with. */
export async function contentOf(
  text: string,
  salt?: string,
  facets: readonly TextFacet[] = [],
): Promise<TokenClaims['con']> {
  const canonical = canonicalText(text, facets);
  const { h, w } = await hashesOf(canonical, salt);
  return { can: CANONICALISATION, h, ...(w === null ? {} : { w }), n: canonical.n, ...(salt && { salt }) };
}

/** Claims of an ordinary token of account `ann` on `forum` for TEXT; its id follows from the case's. */
export async function claimsFor(id: string): Promise<TokenClaims> {
  return {
    iss: ISSUER,
    aud: 'forum',
    sub: bytesNamed('subject of ann on forum', 16),
    acc: await accountBinding('forum', 'ann'),
    jti: bytesNamed(`jti of ${id}`, 16),
    iat: NOW_S - 3600,
    exp: NOW_S - 3600 + 90 * 86_400,
    lvl: { prs: 1, unq: 1, cmp: 0 },
    hal: 2,
    evd: ['passkey', 'platform_vouch'],
    con: await contentOf(TEXT),
    status: { status_list: { idx: 5, uri: listUri('1') } },
    np: ['composed', 'unique', 'uncoerced'],
  };
}

export interface ListParts {
  /** Values by index, over zeros. */
  values?: Record<number, number>;
  size?: number;
  claims?: object;
  header?: object;
  key?: TestKey;
  /** Instead of the list's own bits. */
  lst?: string;
}

/** A signed status list. */
export function statusList(uri: string, parts: ListParts = {}): string {
  const { values = {}, size = 1024, claims = {}, header = {}, key = KEYS.status } = parts;
  const bits = Buffer.alloc(size / 4);
  for (const [idx, value] of Object.entries(values))
    bits[Number(idx) >> 2]! |= value << ((Number(idx) & 3) * 2);
  return jws({
    key,
    header: { alg: 'ES256', typ: 'statuslist+jwt', kid: key.kid, ...header },
    payload: {
      sub: uri,
      iat: NOW_S - 30,
      exp: NOW_S + 86_400,
      ttl: 60,
      token_kid: (key === KEYS.otherStatus ? KEYS.otherToken : KEYS.token).kid,
      status_list: { bits: 2, lst: parts.lst ?? base64url(zlibStored(bits)) },
      ...claims,
    },
  });
}

/** zlib data (RFC 1950) in stored blocks: the same bytes whichever compressor is at hand. */
export function zlibStored(data: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from([0x78, 0x01])];
  for (let at = 0; at === 0 || at < data.length; at += 65_535) {
    const part = data.subarray(at, at + 65_535);
    const head = Buffer.alloc(5);
    head[0] = at + 65_535 >= data.length ? 1 : 0;
    head.writeUInt16LE(part.length, 1);
    head.writeUInt16LE(~part.length & 0xffff, 3);
    blocks.push(head, part);
  }
  return Buffer.concat([...blocks, adler32(data)]);
}

function adler32(data: Buffer): Buffer {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(b * 65_536 + a);
  return sum;
}

/** zlib data that inflates to `1 + 258 · runs` zeros: one literal, then matches of 258 bytes at distance 1 (fixed codes, RFC 1951 section 3.2.6), 13 bits each. */
export function zlibZeros(runs: number): Buffer {
  const bits: number[] = [];
  const code = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  bits.push(1, 1, 0);
  code(0b00110000, 8);
  for (let run = 0; run < runs; run++) {
    code(0b11000101, 8);
    code(0, 5);
  }
  code(0, 7);
  const body = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [at, bit] of bits.entries()) body[at >> 3]! |= bit << (at & 7);
  const size = 1 + 258 * runs;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((size % 65_521) * 65_536 + 1);
  return Buffer.concat([Buffer.from([0x78, 0x01]), body, sum]);
}

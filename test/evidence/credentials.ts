/** A software issuer of SD-JWTs and their holder (RFC 9901), with a forger's freedom. */
import { createHash } from 'node:crypto';
import { keyNamed, raw, sha256, signDigest, type TestKey } from '../attacks/p256.js';

export const ISSUER = 'https://persons.example';
export const VERIFIER = 'https://assay.example';
export const NONCE = 'bm9uY2Ugb2YgdGhlIHZlcmlmaWVy';
export const NOW = Date.UTC(2030, 0, 15, 12) / 1000;
export const STATUS_URI = 'https://persons.example/status/1';
export const ISSUER_KEY = keyNamed('credential issuer');
export const STATUS_KEY = keyNamed('credential status');
export const HOLDER = keyNamed('holder');

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A compact JWS; header and payload as objects or as text. */
export function jws(header: unknown, payload: unknown, key: TestKey): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${raw(signDigest(key, sha256(input))).toString('base64url')}`;
}

export const digest = (disclosure: string): string => sha256(disclosure).toString('base64url');

/** A disclosure under a salt that follows from its content. */
export const disclosure = (...members: unknown[]): string =>
  encode([sha256(JSON.stringify(members)).subarray(0, 16).toString('base64url'), ...members]);
/** A disclosure of any content. */
export const oddDisclosure = (content: unknown): string => encode(content);

export const PERSON = disclosure('nullifier', 'person-4711');

export interface Presentation {
  header?: object;
  /** Changes of the issuer's claims; undefined leaves one out. */
  claims?: object;
  /** The issuer's payload as text. */
  payloadText?: string;
  key?: TestKey;
  disclosures?: readonly string[];
  /** Changes of the holder's claims. */
  binding?: object;
  bindingHeader?: object;
  bindingKey?: TestKey;
  unbound?: boolean;
  /** Of the presentation; default sha256. */
  hash?: 'sha256' | 'sha512';
  /** Changes of the finished presentation. */
  change?: (presentation: string) => string;
  /** Disclosures that the holder leaves out or adds behind the signature. */
  after?: readonly string[];
}

const bare = ({ jwk: { kty, crv, x, y } }: TestKey) => ({ kty, crv, x, y });

export function presentation({
  header = {},
  claims = {},
  payloadText,
  key = ISSUER_KEY,
  disclosures = [PERSON],
  binding = {},
  bindingHeader = {},
  bindingKey = HOLDER,
  unbound = false,
  hash = 'sha256',
  after = disclosures,
  change = (text) => text,
}: Presentation = {}): string {
  const payload = {
    iss: ISSUER,
    iat: NOW - 86_400,
    exp: NOW + 86_400,
    vct: 'https://persons.example/one-person',
    _sd_alg: 'sha-256',
    _sd: [digest(PERSON)],
    cnf: { jwk: bare(HOLDER) },
    ...claims,
  };
  const issued = jws(
    { alg: 'ES256', typ: 'dc+sd-jwt', kid: ISSUER_KEY.kid, ...header },
    payloadText ?? payload,
    key,
  );
  const signed = `${[issued, ...disclosures].join('~')}~`;
  if (unbound) return change(signed);
  const holder = {
    iat: NOW - 10,
    aud: VERIFIER,
    nonce: NONCE,
    sd_hash: createHash(hash).update(signed).digest('base64url'),
    ...binding,
  };
  const kb = jws({ alg: 'ES256', typ: 'kb+jwt', ...bindingHeader }, holder, bindingKey);
  return change(`${[issued, ...after].join('~')}~${kb}`);
}

/** A status list of 16 entries with one bit each, in one stored block of zlib: the same bytes with every zlib. */
export function statusList(
  revoked: readonly number[],
  key: TestKey = STATUS_KEY,
  claims: object = {},
): string {
  const bits = Buffer.alloc(2);
  for (const idx of revoked) bits[idx >> 3]! |= 1 << (idx & 7);
  let [a, b] = [1, 0];
  for (const byte of bits) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  const stored = Buffer.from([0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff, ...bits, b >> 8, b & 255, a >> 8, a & 255]);
  const payload = {
    sub: STATUS_URI,
    iat: NOW - 60,
    exp: NOW + 3_600,
    status_list: { bits: 1, lst: stored.toString('base64url') },
    ...claims,
  };
  return jws({ alg: 'ES256', typ: 'statuslist+jwt', kid: STATUS_KEY.kid }, payload, key);
}

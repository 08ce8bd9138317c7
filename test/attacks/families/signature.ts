/** Keys and signatures: substituted keys, numbers no signature has, other encodings, what was changed after signing (RFC 8725 sections 2.2, 2.5, 3.4; CVE-2022-21449 among them). */
import { createHash } from 'node:crypto';
import { accountBinding } from '../../../src/client/index.js';
import { ACCEPTED, type Attack, type Bench, FOUND, family, type Row } from '../case.js';
import { base64url, headerOf, jws, KEYS, OTHER } from '../forge.js';
import { bytesOf, der, N, P, raw, type Signature, sha256, signDigest } from '../p256.js';

const S = 'token.signature';
const U = 'token.unknown_key';

/** A token with other bytes where the signature stands. */
const signed =
  (signature: (right: Signature, input: string) => Buffer) =>
  ({ claims }: Bench) =>
    jws({ header: headerOf(), payload: claims, signature });
const numbers = (r: bigint, s: bigint) => signed(() => raw({ r, s }));
const under =
  (key = KEYS.attacker, kid = KEYS.token.kid, claims: object = {}) =>
  ({ token }: Bench) =>
    token(claims, { kid }, key);
/** Signed first, changed after. */
const after = (change: (token: string, bench: Bench) => string) => (bench: Bench) =>
  change(bench.token(), bench);
const rewrite = (at: 0 | 1, change: (text: string) => string) =>
  after((token) => {
    const parts = token.split('.');
    parts[at] = base64url(change(Buffer.from(parts[at]!, 'base64url').toString()));
    return parts.join('.');
  });

const ROWS: readonly Row[] = [
  ['own-key', 'a key nobody trusts, under its own name', U, under(KEYS.attacker, KEYS.attacker.kid)],
  [
    'status-key',
    'the key that signs status lists, under its own name',
    U,
    under(KEYS.status, KEYS.status.kid),
  ],
  [
    'other-status-key',
    'the status key of another trusted issuer',
    U,
    under(KEYS.otherStatus, KEYS.otherStatus.kid),
  ],
  [
    'kid-respelled',
    'the trusted name with spare bits that are not zero',
    U,
    ({ token }) =>
      token(
        {},
        { kid: `${KEYS.token.kid.slice(0, -1)}${String.fromCharCode(KEYS.token.kid.charCodeAt(42) + 1)}` },
      ),
  ],
  [
    'kid-case',
    'the trusted name in other case',
    U,
    ({ token }) => token({}, { kid: KEYS.token.kid.toLowerCase() }),
  ],
  [
    'kid-inherited',
    'a name of the right length that objects inherit',
    U,
    ({ token }) => token({}, { kid: 'hasOwnProperty'.padEnd(43, '_') }),
  ],
  ['foreign-key-trusted-kid', 'another key under a trusted name', S, under()],
  ['status-key-trusted-kid', 'the status key under the name of the token key', S, under(KEYS.status)],
  [
    'other-issuer-key-trusted-kid',
    'another issuer’s key under the name of this one’s',
    S,
    under(KEYS.otherToken),
  ],
  [
    'other-issuer',
    'claims of one issuer, signed by another trusted one',
    'token.issuer',
    under(KEYS.otherToken, KEYS.otherToken.kid),
  ],
  ['zeros', 'r and s zero', S, numbers(0n, 0n)],
  ['r-zero', 'r zero', S, signed(({ s }) => raw({ r: 0n, s }))],
  ['s-zero', 's zero', S, signed(({ r }) => raw({ r, s: 0n }))],
  ['ones', 'r and s one', S, numbers(1n, 1n)],
  ['r-order', 'r the order of the group', S, signed(({ s }) => raw({ r: N, s }))],
  ['s-order', 's the order of the group', S, signed(({ r }) => raw({ r, s: N }))],
  ['order', 'r and s the order of the group', S, numbers(N, N)],
  ['order-less-one', 'r and s one less than the order', S, numbers(N - 1n, N - 1n)],
  ['r-field', 'r the prime of the field', S, signed(({ s }) => raw({ r: P, s }))],
  [
    's-above',
    's congruent to the right one, above the order',
    S,
    signed(({ r, s }) => (s + N < 1n << 256n ? raw({ r, s: s + N }) : raw({ r, s: (1n << 256n) - 1n }))),
  ],
  ['r-above', 'r of 256 ones', S, signed(({ s }) => raw({ r: (1n << 256n) - 1n, s }))],
  ['swapped', 'r and s swapped', S, signed(({ r, s }) => raw({ r: s, s: r }))],
  ['r-negated', 'r taken from the order', S, signed(({ r, s }) => raw({ r: N - r, s }))],
  [
    'high-s',
    'the other of the two valid values of s (ES256 does not ask for the low one)',
    ACCEPTED,
    signed(({ r, s }) => raw({ r, s: N - s })),
  ],
  ['der', 'a signature in DER', S, signed(der)],
  ['der-64', 'a signature in DER, cut to 64 bytes', S, signed((right) => der(right).subarray(0, 64))],
  ['byte-less', 'a signature of 63 bytes', S, signed((right) => raw(right).subarray(0, 63))],
  [
    'byte-more',
    'a signature of 65 bytes',
    S,
    signed((right) => Buffer.concat([raw(right), Buffer.from([0])])),
  ],
  [
    'byte-before',
    'a zero byte before the signature',
    S,
    signed((right) => Buffer.concat([Buffer.from([0]), raw(right)])),
  ],
  [
    'p384-length',
    'a signature as long as P-384 has it',
    S,
    signed(({ r, s }) => Buffer.concat([Buffer.alloc(16), bytesOf(r), Buffer.alloc(16), bytesOf(s)])),
  ],
  ['one-byte', 'a signature of one byte', S, signed(() => Buffer.from([0]))],
  ['half', 'half a signature', S, signed((right) => raw(right).subarray(0, 32))],
  ['twice', 'the signature twice', S, signed((right) => Buffer.concat([raw(right), raw(right)]))],
  [
    'reversed',
    'both numbers in little-endian order',
    S,
    signed(({ r, s }) => Buffer.concat([bytesOf(r).reverse(), bytesOf(s).reverse()])),
  ],
  [
    'bit-flipped',
    'one bit of the signature changed',
    S,
    signed((right) => {
      const bytes = raw(right);
      bytes[40]! ^= 1;
      return bytes;
    }),
  ],
  [
    'digest-twice',
    'a signature over the digest of the digest',
    S,
    signed((_right, input) => raw(signDigest(KEYS.token, sha256(sha256(input))))),
  ],
  [
    'payload-only',
    'a signature over the payload alone',
    S,
    signed((_right, input) => raw(signDigest(KEYS.token, sha256(input.split('.')[1]!)))),
  ],
  [
    'decoded',
    'a signature over the decoded payload',
    S,
    signed((_right, input) =>
      raw(signDigest(KEYS.token, sha256(Buffer.from(input.split('.')[1]!, 'base64url')))),
    ),
  ],
  [
    'sha512',
    'a signature over half of a SHA-512',
    S,
    signed((_right, input) =>
      raw(signDigest(KEYS.token, createHash('sha512').update(input).digest().subarray(0, 32))),
    ),
  ],
  [
    'of-another-token',
    'the signature of another token',
    S,
    async ({ claims, token }) => {
      const other = jws({
        header: headerOf(),
        payload: { ...claims, hal: 1, lvl: { prs: 1, unq: 0, cmp: 0 } },
      });
      return `${token().split('.').slice(0, 2).join('.')}.${other.split('.')[2]}`;
    },
  ],
  [
    'payload-changed',
    'another level written in after signing',
    S,
    rewrite(1, (text) => text.replace('"hal":2', '"hal":3')),
  ],
  [
    'account-changed',
    'another account written in after signing',
    S,
    rewrite(1, (text) => text.replace(/"acc":"../, '"acc":"AA')),
  ],
  ['space-added', 'a space added to the payload after signing', S, rewrite(1, (text) => `${text} `)],
  ['payload-emptied', 'an empty object put in after signing', S, rewrite(1, () => '{}')],
  [
    'header-reordered',
    'a header reordered after signing',
    S,
    rewrite(0, (text) =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse())),
    ),
  ],
  ['header-spaced', 'a space added to the header after signing', S, rewrite(0, (text) => `${text} `)],
  [
    'kid-exchanged',
    'the name of another trusted key put in after signing',
    S,
    rewrite(0, (text) => text.replace(KEYS.token.kid, KEYS.otherToken.kid)),
  ],
  [
    'own-order',
    'members in another order, spaces between: the issuer’s own business',
    ACCEPTED,
    ({ claims }) =>
      jws({
        header: JSON.stringify(headerOf(), null, 1),
        payload: JSON.stringify(Object.fromEntries(Object.entries(claims).reverse()), null, 1),
      }),
  ],
  [
    'other-issuers-own',
    'the other issuer’s own token for its own platform',
    ACCEPTED,
    async ({ token }) => {
      const change = {
        iss: OTHER,
        aud: 'market',
        acc: await accountBinding('market', 'ann'),
        status: { status_list: { idx: 5, uri: `${OTHER}/status/1` } },
      };
      return { ...FOUND, platform: 'market', token: token(change, {}, KEYS.otherToken) };
    },
  ],
];

export const signature = (): Promise<Attack[]> => family('signature', ROWS);

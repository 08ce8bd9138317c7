/** Claims: of another type, another form, missing, unknown, twice; tokens of other kinds under the right type (RFC 8725 sections 2.8, 3.3, 3.8 to 3.13). */
import type { TokenClaims } from '../../../schemas/attestation.js';
import { ACCEPTED, type Attack, type Bench, family, type Row } from '../case.js';
import { base64url, headerOf, jws, KEYS, listUri, NOW_S } from '../forge.js';

const C = 'token.claims';

const claim =
  (change: object) =>
  ({ token }: Bench) =>
    token(change);
const inside =
  (name: 'lvl' | 'con', change: object) =>
  ({ token, claims }: Bench) =>
    token({ [name]: { ...(claims[name] as object), ...change } });
const list =
  (change: object) =>
  ({ token, claims }: Bench) =>
    token({ status: { status_list: { ...claims.status.status_list, ...change } } });
/** The payload as a text of its own. */
const payload =
  (write: (claims: TokenClaims) => string | Buffer) =>
  ({ claims }: Bench) =>
    jws({ header: headerOf(), payload: write(claims) });
/** The same member written again at the end. */
const again = (member: string) => payload((claims) => JSON.stringify(claims).replace(/\}$/, `,${member}}`));

const MEMBERS = ['iss', 'aud', 'sub', 'acc', 'jti', 'iat', 'exp', 'lvl', 'hal', 'evd', 'con', 'status', 'np'];
const TEXTS = ['iss', 'aud', 'sub', 'acc', 'jti'] as const;
/** 16 bytes with one spare bit raised: other text, same bytes. */
const respelled = (text: string) => text.slice(0, -1) + { A: 'B', Q: 'R', g: 'h', w: 'x' }[text.at(-1)!];

const ROWS: readonly Row[] = [
  ...MEMBERS.map((name): Row => [`no-${name}`, `no \`${name}\``, C, claim({ [name]: undefined })]),
  ...MEMBERS.map((name): Row => [`null-${name}`, `\`${name}\` null`, C, claim({ [name]: null })]),
  ...TEXTS.map(
    (name): Row => [
      `${name}-array`,
      `\`${name}\` in an array`,
      C,
      ({ token, claims }) => token({ [name]: [claims[name]] }),
    ],
  ),
  ...TEXTS.map((name): Row => [`${name}-number`, `\`${name}\` as a number`, C, claim({ [name]: 12 })]),
  ...TEXTS.map(
    (name): Row => [
      `${name}-object`,
      `\`${name}\` as an object`,
      C,
      claim({ [name]: { toString: 'forum' } }),
    ],
  ),
  ['aud-two', 'two audiences, one of them right', C, claim({ aud: ['forum', 'blog'] })],
  ['aud-empty', 'an empty audience', C, claim({ aud: '' })],
  ['aud-long', 'an audience of 65 characters', C, claim({ aud: 'a'.repeat(65) })],
  ['aud-space', 'an audience with a space', C, claim({ aud: 'forum ' })],
  ['aud-umlaut', 'an audience beyond ASCII', C, claim({ aud: 'f\u00f6rum' })],
  ['aud-homoglyph', 'an audience with a Cyrillic letter', C, claim({ aud: 'f\u043erum' })],
  ['iss-long', 'an issuer of 65 characters', C, claim({ iss: `https://${'a'.repeat(57)}` })],
  ['iss-newline', 'an issuer with a line feed', C, claim({ iss: 'https://issuer.example\n' })],
  ['sub-short', 'a subject of 15 bytes', C, claim({ sub: 'A'.repeat(20) })],
  ['acc-short', 'an account of 15 bytes', C, claim({ acc: 'A'.repeat(20) })],
  ['acc-long', 'an account of 17 bytes', C, claim({ acc: 'A'.repeat(23) })],
  ['acc-padded', 'an account with padding', C, ({ token, claims }) => token({ acc: `${claims.acc}==` })],
  [
    'acc-respelled',
    'an account with spare bits that are not zero',
    C,
    ({ token, claims }) => token({ acc: respelled(claims.acc) }),
  ],
  [
    'jti-respelled',
    'a token id with spare bits that are not zero',
    C,
    ({ token, claims }) => token({ jti: respelled(claims.jti) }),
  ],
  [
    'sub-respelled',
    'a subject with spare bits that are not zero',
    C,
    ({ token, claims }) => token({ sub: respelled(claims.sub) }),
  ],
  ['jti-uuid', 'a token id that is a UUID', C, claim({ jti: '00000000-0000-4000-8000-000000000000' })],
  ['iat-text', '`iat` as a text', C, claim({ iat: String(NOW_S) })],
  ['iat-fraction', '`iat` with a fraction', C, claim({ iat: NOW_S - 0.5 })],
  ['iat-negative', '`iat` below zero', C, claim({ iat: -1 })],
  ['iat-true', '`iat` true', C, claim({ iat: true })],
  [
    'iat-milliseconds',
    '`iat` and `exp` in milliseconds, 90 days apart',
    [C, 'token.not_yet_valid'],
    claim({ iat: NOW_S * 1000, exp: NOW_S * 1000 + 90 * 86_400 }),
  ],
  ['exp-text', '`exp` as a text', C, claim({ exp: '9999999999' })],
  ['exp-date', '`exp` as a date', C, claim({ exp: '2031-01-01T00:00:00Z' })],
  ['exp-array', '`exp` in an array', C, claim({ exp: [NOW_S + 60] })],
  [
    'exp-infinite',
    '`exp` beyond every number',
    C,
    payload((claims) => JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999')),
  ],
  [
    'exp-unsafe',
    '`exp` beyond safe integers',
    C,
    payload((claims) => JSON.stringify(claims).replace(/"exp":\d+/, '"exp":9007199254740993')),
  ],
  [
    'life-too-long',
    'a life of 90 days and a second',
    C,
    ({ token, claims }) => token({ exp: claims.iat + 90 * 86_400 + 1 }),
  ],
  ['life-empty', 'a life that ends when it begins', C, ({ token, claims }) => token({ exp: claims.iat })],
  [
    'life-backwards',
    'a life that ends before it begins',
    C,
    ({ token, claims }) => token({ exp: claims.iat - 1 }),
  ],
  ['iat-1970', '`iat` zero, so that the life is too long', C, claim({ iat: 0 })],
  ['lvl-array', '`lvl` as an array', C, claim({ lvl: [1, 1, 0] })],
  ['lvl-text', '`lvl` as a text', C, claim({ lvl: 'prs=1,unq=1,cmp=0' })],
  ['prs-missing', 'no `prs`', C, inside('lvl', { prs: undefined })],
  ['unq-missing', 'no `unq`', C, inside('lvl', { unq: undefined })],
  ['cmp-missing', 'no `cmp`', C, inside('lvl', { cmp: undefined })],
  ['prs-text', '`prs` as a text', C, inside('lvl', { prs: '1' })],
  ['prs-true', '`prs` true', C, inside('lvl', { prs: true })],
  ['prs-4', '`prs` 4', C, inside('lvl', { prs: 4 })],
  ['prs-negative', '`prs` below zero', C, inside('lvl', { prs: -1 })],
  ['unq-half', '`unq` with a fraction', C, inside('lvl', { unq: 1.5 })],
  ['unq-4', '`unq` 4', C, inside('lvl', { unq: 4 })],
  ['cmp-2', '`cmp` 2, a level that has no method', C, inside('lvl', { cmp: 2 })],
  ['lvl-more', 'a level nobody knows', C, inside('lvl', { hum: 3 })],
  ['hal-text', '`hal` as a text', C, claim({ hal: '2' })],
  ['hal-4', '`hal` 4', C, claim({ hal: 4 })],
  ['hal-array', '`hal` in an array', C, claim({ hal: [2] })],
  ['evd-text', '`evd` as a text', C, claim({ evd: 'passkey' })],
  ['evd-four', 'four codes of evidence', C, claim({ evd: ['a', 'b', 'c', 'd'] })],
  ['evd-twice', 'one code of evidence twice', C, claim({ evd: ['passkey', 'passkey'] })],
  ['evd-upper', 'a code of evidence in capitals', C, claim({ evd: ['Passkey'] })],
  ['evd-markup', 'markup for a code of evidence', C, claim({ evd: ['<b>x</b>'] })],
  ['evd-object', 'an object for a code of evidence', C, claim({ evd: [{ code: 'passkey' }] })],
  ['con-array', '`con` as an array', C, claim({ con: [] })],
  ['con-can-missing', 'no canonicalisation', C, inside('con', { can: undefined })],
  ['con-can-unknown', 'a canonicalisation nobody knows', C, inside('con', { can: 'hpt-9' })],
  [
    'con-can-array',
    'the canonicalisation in an array',
    C,
    ({ token, claims }) => token({ con: { ...claims.con, can: [claims.con.can] } }),
  ],
  [
    'con-can-case',
    'the canonicalisation in capitals',
    C,
    ({ token, claims }) => token({ con: { ...claims.con, can: claims.con.can.toUpperCase() } }),
  ],
  ['con-h-missing', 'no `h`', C, inside('con', { h: undefined })],
  ['con-h-hex', '`h` in hexadecimal', C, inside('con', { h: '0'.repeat(64) })],
  ['con-h-empty', 'an empty `h`', C, inside('con', { h: '' })],
  ['con-h-sha1', '`h` of 20 bytes', C, inside('con', { h: 'A'.repeat(27) })],
  ['con-h-respelled', '`h` with spare bits that are not zero', C, inside('con', { h: `${'A'.repeat(42)}B` })],
  ['con-w-null', '`w` null', C, inside('con', { w: null })],
  ['con-w-short', '`w` of 16 bytes', C, inside('con', { w: 'A'.repeat(22) })],
  ['con-n-zero', '`n` zero', C, inside('con', { n: 0 })],
  ['con-n-text', '`n` as a text', C, inside('con', { n: '69' })],
  ['con-n-large', '`n` beyond the longest text', C, inside('con', { n: 100_001 })],
  ['con-n-missing', 'no `n`', C, inside('con', { n: undefined })],
  ['con-salt-short', 'a salt of 8 bytes', C, inside('con', { salt: 'A'.repeat(11) })],
  ['con-salt-empty', 'an empty salt', C, inside('con', { salt: '' })],
  ['con-more', 'another hash beside `h`', C, inside('con', { h2: 'A'.repeat(43) })],
  ['con-text', 'the text itself in the claims', C, inside('con', { text: 'I did not write this.' })],
  ['prev-number', '`prev` as a number', C, claim({ prev: 1 })],
  ['prev-null', '`prev` null', C, claim({ prev: null })],
  ['prev-itself', 'a token that supersedes itself', C, ({ token, claims }) => token({ prev: claims.jti })],
  ['prev', 'a token that supersedes another', ACCEPTED, claim({ prev: `${'P'.repeat(21)}A` })],
  ['status-text', '`status` as a text', C, claim({ status: 'valid' })],
  ['status-empty', 'an empty `status`', C, claim({ status: {} })],
  [
    'status-more',
    'another mechanism beside the status list',
    C,
    ({ token, claims }) => token({ status: { ...claims.status, ocsp: {} } }),
  ],
  [
    'status-array',
    'two status lists',
    C,
    ({ token, claims }) =>
      token({ status: { status_list: [claims.status.status_list, claims.status.status_list] } }),
  ],
  ['idx-missing', 'no index', C, list({ idx: undefined })],
  ['idx-text', 'the index as a text', C, list({ idx: '5' })],
  ['idx-negative', 'an index below zero', C, list({ idx: -1 })],
  ['idx-fraction', 'an index with a fraction', C, list({ idx: 5.5 })],
  ['idx-null', 'the index null', C, list({ idx: null })],
  [
    'idx-exponent',
    'an index that a number cannot hold',
    C,
    payload((claims) => JSON.stringify(claims).replace('"idx":5', '"idx":1e300')),
  ],
  ['uri-missing', 'no list', C, list({ uri: undefined })],
  ['uri-relative', 'a list without an origin', C, list({ uri: '/status/1' })],
  ['uri-number', 'a number for a list', C, list({ uri: 1 })],
  [
    'uri-long',
    'the address of a list of more than 256 characters',
    C,
    list({ uri: listUri('1'.repeat(256)) }),
  ],
  ['np-text', '`np` as a text', C, claim({ np: 'composed' })],
  ['np-unknown', 'a gap nobody knows', C, claim({ np: ['composed', 'unique', 'human'] })],
  ['np-four', 'four gaps', C, claim({ np: ['composed', 'unique', 'uncoerced', 'composed'] })],
  ['np-object', '`np` as an object', C, claim({ np: { composed: true } })],
  ['more-scope', 'a claim nobody knows', C, claim({ scope: 'admin' })],
  ['more-nbf', '`nbf`, which this token does not have', C, claim({ nbf: NOW_S - 60 })],
  ['more-cnf', 'a key in `cnf`', C, claim({ cnf: { jwk: KEYS.attacker.jwk } })],
  ['more-verified', '`human: true`', C, claim({ human: true })],
  [
    'more-proto',
    'a member named __proto__',
    C,
    payload((claims) => JSON.stringify(claims).replace('{', '{"__proto__":{"hal":3},')),
  ],
  [
    'inherited',
    'all claims under __proto__',
    C,
    payload((claims) => `{"__proto__":${JSON.stringify(claims)}}`),
  ],
  ['twice-hal', '`hal` twice, the same', C, again('"hal":2')],
  [
    'twice-hal-first',
    '`hal` twice, the first one higher',
    C,
    payload((claims) => JSON.stringify(claims).replace('{', '{"hal":3,')),
  ],
  [
    'twice-exp',
    '`exp` twice, the first one long past',
    C,
    payload((claims) => JSON.stringify(claims).replace('{', '{"exp":1,')),
  ],
  [
    'twice-acc',
    '`acc` twice, for two accounts',
    C,
    payload((claims) => JSON.stringify(claims).replace('{', `{"acc":"${'A'.repeat(22)}",`)),
  ],
  ['twice-escaped', '`aud` twice, once spelled with an escape', C, again('"\\u0061ud":"forum"')],
  [
    'twice-nested',
    '`prs` twice',
    C,
    payload((claims) => JSON.stringify(claims).replace('"prs":1', '"prs":3,"prs":1')),
  ],
  [
    'twice-h',
    '`h` twice, for two texts',
    C,
    payload((claims) => JSON.stringify(claims).replace('"h":', `"h":"${'A'.repeat(43)}","h":`)),
  ],
  [
    'twice-idx',
    '`idx` twice',
    C,
    payload((claims) => JSON.stringify(claims).replace('"idx":5', '"idx":9,"idx":5')),
  ],
  ['payload-array', 'claims in an array', C, payload((claims) => JSON.stringify([claims]))],
  ['payload-text', 'a text for claims', C, payload(() => '"ann"')],
  ['payload-number', 'a number for claims', C, payload(() => '1')],
  ['payload-null', 'null for claims', C, payload(() => 'null')],
  ['payload-empty-object', 'no claims', C, payload(() => '{}')],
  ['payload-not-json', 'claims that are no JSON', C, payload(() => 'sub=ann&hal=3')],
  [
    'payload-bom',
    'claims that begin with a byte order mark',
    C,
    payload((claims) => `\ufeff${JSON.stringify(claims)}`),
  ],
  [
    'payload-utf8',
    'claims of ill-formed UTF-8',
    C,
    payload((claims) =>
      Buffer.concat([
        Buffer.from(JSON.stringify(claims).replace('"passkey"', '"pass')),
        Buffer.from([0xc3, 0x28]),
      ]),
    ),
  ],
  [
    'payload-utf16',
    'claims in UTF-16',
    C,
    payload((claims) => Buffer.from(JSON.stringify(claims).slice(0, 600), 'utf16le')),
  ],
  [
    'payload-comma',
    'claims with a trailing comma',
    C,
    payload((claims) => JSON.stringify(claims).replace(/\}$/, ',}')),
  ],
  [
    'payload-nan',
    '`hal` NaN',
    C,
    payload((claims) => JSON.stringify(claims).replace('"hal":2', '"hal":NaN')),
  ],
  ['payload-two', 'two objects of claims', C, payload((claims) => `${JSON.stringify(claims)}{}`)],
  [
    'payload-nested',
    'claims nested 500 deep',
    C,
    payload(() => `{"iss":${'{"a":'.repeat(400)}1${'}'.repeat(400)}}`),
  ],
  ['token-in-token', 'a token for claims', C, ({ token }) => jws({ header: headerOf(), payload: token() })],
  [
    'id-token',
    'the claims of a sign-in token under the right type',
    C,
    payload((claims) =>
      JSON.stringify({
        iss: claims.iss,
        sub: claims.sub,
        aud: claims.aud,
        iat: claims.iat,
        exp: claims.exp,
        nonce: 'n',
        email_verified: true,
      }),
    ),
  ],
  [
    'status-list-claims',
    'the claims of a status list under the right type',
    C,
    payload(() =>
      JSON.stringify({
        sub: listUri('1'),
        iat: NOW_S,
        exp: NOW_S + 60,
        ttl: 60,
        status_list: { bits: 2, lst: base64url('x') },
      }),
    ),
  ],
];

export const claims = (): Promise<Attack[]> => family('claims', ROWS);

/** Headers: algorithms, types, key names and members that the allow-list does not know (RFC 8725 sections 2.1 to 2.9, 3.1, 3.2, 3.10 to 3.12; RFC 7797). */
import { createHmac, createPublicKey } from 'node:crypto';
import { type Attack, type Bench, family, type Row } from '../case.js';
import { base64url, headerOf, jws, KEYS } from '../forge.js';

const H = 'token.header';
const { kid, jwk } = KEYS.token;
const foreign = KEYS.attacker;

/** Signed properly, under a header with these changes. */
const change =
  (header: object) =>
  ({ token }: Bench) =>
    token({}, header);
/** A member left out. */
const without = (name: string) => change({ [name]: undefined });
/** HMAC with something public as the secret: what a verifier does that lets the header choose the algorithm. */
const mac =
  (alg: string, secret: string | Buffer) =>
  ({ claims }: Bench) => {
    const input = `${base64url(JSON.stringify(headerOf(KEYS.token, { alg })))}.${base64url(JSON.stringify(claims))}`;
    return `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
      .update(input)
      .digest('base64url')}`;
  };
const publicKey = () => createPublicKey({ key: jwk as never, format: 'jwk' });
const pem = () => publicKey().export({ type: 'spki', format: 'pem' }) as string;
/** Another's key brought along, and signed with it. */
const brought =
  (header: object, as = foreign.kid) =>
  ({ token }: Bench) =>
    token({}, { ...header, kid: as }, foreign);

const ALGS =
  'none None NONE nOnE HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES384 ES512 ES256K EdDSA Ed25519 ML-DSA-44 es256 ES256X dir A128KW ECDH-ES PBES2-HS256+A128KW RSA1_5'.split(
    ' ',
  );
const TYPES = [
  'JWT',
  'jwt',
  'JOSE',
  'JOSE+JSON',
  'at+jwt',
  'secevent+jwt',
  'dpop+jwt',
  'dc+sd-jwt',
  'statuslist+jwt',
  'account-proof+jwt',
  'application/human-author+jwt',
  'Human-Author+JWT',
  'human-author',
  'human-author+jwt ',
  '',
];

const ROWS: readonly Row[] = [
  ...ALGS.map((alg): Row => [`alg-${alg}`, `\`alg\` ${alg}`, H, change({ alg })]),
  ['alg-missing', 'no `alg`', H, without('alg')],
  ['alg-null', '`alg` null', H, change({ alg: null })],
  ['alg-empty', 'an empty `alg`', H, change({ alg: '' })],
  ['alg-number', '`alg` as a number', H, change({ alg: 256 })],
  ['alg-array', '`alg` in an array, which some languages read as the text', H, change({ alg: ['ES256'] })],
  ['alg-space', '`alg` with a space behind it', H, change({ alg: 'ES256 ' })],
  ['alg-nul', '`alg` with a NUL behind it', H, change({ alg: 'ES256\u0000' })],
  ['alg-kelvin', '`alg` with letters that fold to the right ones', H, change({ alg: '\uff25\uff33256' })],
  [
    'none-unsigned',
    '`alg` none and one byte for a signature',
    H,
    ({ claims }) =>
      `${base64url(JSON.stringify({ alg: 'none', typ: 'human-author+jwt', kid }))}.${base64url(JSON.stringify(claims))}.AA`,
  ],
  ['hmac-pem', 'an HMAC under the public key as PEM', H, (bench) => mac('HS256', pem())(bench)],
  [
    'hmac-pem-trimmed',
    'an HMAC under the public key as PEM without its line end',
    H,
    (bench) => mac('HS256', pem().trim())(bench),
  ],
  [
    'hmac-der',
    'an HMAC under the public key as DER',
    H,
    (bench) => mac('HS256', publicKey().export({ type: 'spki', format: 'der' }))(bench),
  ],
  ['hmac-jwk', 'an HMAC under the public key as JWK', H, mac('HS512', JSON.stringify(jwk))],
  [
    'hmac-point',
    'an HMAC under the point of the public key',
    H,
    mac('HS384', Buffer.concat([Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')])),
  ],
  ['hmac-empty', 'an HMAC under the empty key', H, mac('HS256', '')],
  ['hmac-kid', 'an HMAC under the key’s own name', H, mac('HS256', kid)],
  ...TYPES.map(
    (typ, at): Row => [
      `typ-${typ.replaceAll('/', '-').trim() || 'empty'}${typ.endsWith(' ') ? '-space' : ''}${at}`,
      `\`typ\` ${JSON.stringify(typ)}`,
      H,
      change({ typ }),
    ],
  ),
  ['typ-missing', 'no `typ`', H, without('typ')],
  ['typ-null', '`typ` null', H, change({ typ: null })],
  ['typ-array', '`typ` in an array', H, change({ typ: ['human-author+jwt'] })],
  ['kid-missing', 'no `kid`', H, without('kid')],
  ['kid-null', '`kid` null', H, change({ kid: null })],
  ['kid-number', '`kid` as a number', H, change({ kid: 0 })],
  ['kid-empty', 'an empty `kid`', H, change({ kid: '' })],
  ['kid-array', '`kid` in an array', H, change({ kid: [kid] })],
  ['kid-path', '`kid` that is a path', H, change({ kid: '../../../../dev/null' })],
  [
    'kid-absolute-path',
    '`kid` that is a path of the right length',
    H,
    change({ kid: '/proc/sys/kernel/randomize_va_space/../../..' }),
  ],
  ['kid-sql', '`kid` that is a query', H, change({ kid: "x' UNION SELECT 'secret" })],
  ['kid-shell', '`kid` that is a command', H, change({ kid: 'key.pem|/usr/bin/id' })],
  ['kid-url', '`kid` that is an address', H, change({ kid: 'https://evil.example/key.json' })],
  ['kid-proto', '`kid` that every object has', H, change({ kid: '__proto__' })],
  ['kid-constructor', '`kid` that every object inherits', H, change({ kid: 'constructor' })],
  ['kid-long', '`kid` of 1,000 characters', H, change({ kid: 'A'.repeat(1000) })],
  ['kid-newline', '`kid` with a line feed behind it', H, change({ kid: `${kid}\n` })],
  ['kid-space', '`kid` with a space behind it', H, change({ kid: `${kid} ` })],
  ['jwk', 'a key of its own in `jwk`', H, brought({ jwk: foreign.jwk })],
  [
    'jwk-under-trusted-kid',
    'a key of its own in `jwk`, under a trusted name',
    H,
    brought({ jwk: foreign.jwk }, kid),
  ],
  ['jwk-trusted', 'the trusted key itself in `jwk`', H, change({ jwk })],
  [
    'jwk-p384',
    'a P-384 key in `jwk`',
    H,
    brought({ jwk: { kty: 'EC', crv: 'P-384', x: 'A'.repeat(64), y: 'A'.repeat(64) } }, kid),
  ],
  ['jwk-oct', 'a symmetric key in `jwk`', H, brought({ jwk: { kty: 'oct', k: 'AA' } }, kid)],
  ['jku', 'the address of a key set in `jku`', H, brought({ jku: 'https://evil.example/jwks.json' })],
  [
    'jku-issuer',
    'the address of the issuer’s own key set in `jku`',
    H,
    change({ jku: 'https://issuer.example/.well-known/jwks.json' }),
  ],
  [
    'jku-userinfo',
    'a `jku` that begins with the issuer’s origin and leads elsewhere',
    H,
    brought({ jku: 'https://issuer.example@evil.example/jwks.json' }, kid),
  ],
  ['x5u', 'the address of a certificate in `x5u`', H, brought({ x5u: 'https://evil.example/cert.pem' })],
  ['x5c', 'a certificate in `x5c`', H, brought({ x5c: ['MIIBAA=='] })],
  ['x5t', 'a thumbprint in `x5t`', H, change({ x5t: 'A'.repeat(27) })],
  ['x5t-s256', 'a thumbprint in `x5t#S256`', H, change({ 'x5t#S256': 'A'.repeat(43) })],
  ['crit-empty', 'an empty `crit`', H, change({ crit: [] })],
  ['crit-b64', '`crit` with b64 false (RFC 7797)', H, change({ crit: ['b64'], b64: false })],
  [
    'crit-unknown',
    '`crit` with an extension nobody knows',
    H,
    change({ crit: ['http://example.invalid/UNDEFINED'], 'http://example.invalid/UNDEFINED': true }),
  ],
  ['crit-alg', '`crit` that names `alg`', H, change({ crit: ['alg'] })],
  ['crit-not-there', '`crit` that names a member which is not there', H, change({ crit: ['exp'] })],
  ['b64-false', 'b64 false without `crit`', H, change({ b64: false })],
  ['b64-true', 'b64 true', H, change({ b64: true })],
  ['zip', 'compression in `zip`', H, change({ zip: 'DEF' })],
  ['cty', '`cty` JWT: a token in the token', H, change({ cty: 'JWT' })],
  ['enc', '`enc`, as encrypted tokens have', H, change({ enc: 'A128GCM' })],
  ['p2c', 'a billion rounds in `p2c`', H, change({ p2c: 1_000_000_000, p2s: 'AA' })],
  ['epk', 'an ephemeral key in `epk`', H, change({ epk: jwk })],
  ['iss', '`iss` in the header', H, change({ iss: 'https://issuer.example' })],
  ['exp', '`exp` in the header', H, change({ exp: 9_999_999_999 })],
  ['nonce', '`nonce` in the header', H, change({ nonce: 'AAAA' })],
  ['empty-name', 'a member without a name', H, change({ '': 1 })],
  [
    'proto',
    'a member named __proto__',
    H,
    ({ claims }) =>
      jws({
        header: `{"alg":"ES256","typ":"human-author+jwt","kid":"${kid}","__proto__":{}}`,
        payload: claims,
      }),
  ],
  [
    'inherited',
    'everything but `alg` under __proto__',
    H,
    ({ claims }) =>
      jws({
        header: `{"alg":"ES256","__proto__":{"typ":"human-author+jwt","kid":"${kid}"}}`,
        payload: claims,
      }),
  ],
  ['empty-object', 'an empty header', H, ({ claims }) => jws({ header: '{}', payload: claims })],
];

export const header = (): Promise<Attack[]> => family('header', ROWS);

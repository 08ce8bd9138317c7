/** Spellings of a token that are not compact JWS in its only form (RFC 7515 section 3.1, RFC 4648 section 3.5, RFC 8725 sections 2.4 and 3.11). */
import { LIMITS } from '../../../schemas/limits.js';
import { type Attack, type Bench, FOUND, family, type Row } from '../case.js';
import { headerOf, jws, KEYS } from '../forge.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const parts = (token: string) => token.split('.') as [string, string, string];

/** Raises the spare bits of a segment's last character: the same bytes, spelled differently. */
function respell(segment: string): string {
  if (segment.length % 4 === 0) throw new Error('a segment without spare bits has one spelling only');
  return segment.slice(0, -1) + ALPHABET[ALPHABET.indexOf(segment.at(-1)!) + 1];
}

/** A token whose segment `at` has spare bits: JSON may end with spaces. */
function withSpareBits({ claims }: Bench, at: 0 | 1): string {
  for (const spaces of ['', ' ', '  ']) {
    const header = JSON.stringify(headerOf()) + (at === 0 ? spaces : '');
    const payload = JSON.stringify(claims) + (at === 1 ? spaces : '');
    const token = jws({ header, payload });
    if (parts(token)[at].length % 4 !== 0) return token;
  }
  throw new Error('unreachable');
}

const header = (text: string | Buffer) => (bench: Bench) => jws({ header: text, payload: bench.claims });
const { kid } = KEYS.token;
const M = 'token.malformed';

const ROWS: readonly Row[] = [
  ['empty', 'an empty string', M, () => ''],
  ['one-segment', 'one segment', M, ({ token }) => parts(token())[0]],
  ['two-segments', 'two segments', M, ({ token }) => parts(token()).slice(0, 2).join('.')],
  ['four-segments', 'a fourth segment', M, ({ token }) => `${token()}.AA`],
  ['five-segments', 'five segments, as an encrypted token has', M, ({ token }) => `${token()}.AA.AA`],
  ['dot-behind', 'a dot behind the signature', M, ({ token }) => `${token()}.`],
  ['dot-before', 'a dot before the header', M, ({ token }) => `.${token()}`],
  ['unsigned', 'an empty signature', M, ({ token }) => `${parts(token()).slice(0, 2).join('.')}.`],
  ['empty-header', 'an empty header', M, ({ token }) => ['', ...parts(token()).slice(1)].join('.')],
  [
    'detached',
    'a detached payload (RFC 7515 appendix F)',
    M,
    ({ token }) => [parts(token())[0], '', parts(token())[2]].join('.'),
  ],
  ['only-dots', 'nothing but dots', M, () => '.'.repeat(1000)],
  ['padding-signature', 'padding behind the signature', M, ({ token }) => `${token()}==`],
  ['padding-header', 'padding behind the header', M, (bench) => withSpareBits(bench, 0).replace('.', '=.')],
  [
    'padding-payload',
    'padding behind the payload',
    M,
    (bench) => withSpareBits(bench, 1).replace(/\.([^.]*)$/, '=.$1'),
  ],
  [
    'spare-bits-header',
    'spare bits in the header that are not zero',
    M,
    (bench) => {
      const [h, p, s] = parts(withSpareBits(bench, 0));
      return [respell(h), p, s].join('.');
    },
  ],
  [
    'spare-bits-payload',
    'spare bits in the payload that are not zero',
    M,
    (bench) => {
      const [h, p, s] = parts(withSpareBits(bench, 1));
      return [h, respell(p), s].join('.');
    },
  ],
  [
    'spare-bits-signature',
    'spare bits in the signature that are not zero',
    M,
    ({ token }) => {
      const [h, p, s] = parts(token());
      return [h, p, respell(s)].join('.');
    },
  ],
  [
    'length-1-mod-4',
    'a segment length that no bytes have',
    M,
    ({ token }) => {
      const [h, p, s] = parts(token());
      return [h, p, `${s}AAA`].join('.');
    },
  ],
  [
    'plain-base64',
    'plain base64 instead of base64url',
    M,
    ({ token }) => {
      const [h, p, s] = parts(token());
      return [
        h,
        p,
        Buffer.from(s, 'base64url').toString('base64').replace(/=+$/, '').replace(/^./, '+'),
      ].join('.');
    },
  ],
  ['slash', 'a slash among the characters', M, ({ token }) => token().replace(/.$/, '/')],
  ['space-before', 'a space before it', M, ({ token }) => ` ${token()}`],
  ['newline-behind', 'a line feed behind it', M, ({ token }) => `${token()}\n`],
  [
    'newline-inside',
    'a line feed inside, as mail wraps lines',
    M,
    ({ token }) => token().replace(/^(.{76})/, '$1\r\n'),
  ],
  ['tab-inside', 'a tab in the payload', M, ({ token }) => token().replace('.', '.\t')],
  ['nul-behind', 'a NUL behind it', M, ({ token }) => `${token()}\u0000`],
  ['zero-width-space', 'a zero-width space inside', M, ({ token }) => token().replace('.', '\u200b.')],
  ['soft-hyphen', 'a soft hyphen inside', M, ({ token }) => token().replace('.', '.\u00ad')],
  ['byte-order-mark', 'a byte order mark before it', M, ({ token }) => `\ufeff${token()}`],
  ['homoglyph', 'a Cyrillic letter for a Latin one', M, ({ token }) => token().replace('e', '\u0435')],
  ['fullwidth-dots', 'fullwidth dots', M, ({ token }) => token().replaceAll('.', '\uff0e')],
  ['percent-dots', 'percent-encoded dots', M, ({ token }) => token().replaceAll('.', '%2E')],
  ['bearer', 'the word Bearer before it', M, ({ token }) => `Bearer ${token()}`],
  ['quoted', 'quotation marks around it', M, ({ token }) => `"${token()}"`],
  ['sd-jwt', 'a tilde behind it, as selective disclosure has', M, ({ token }) => `${token()}~`],
  ['two-tokens', 'two tokens with a space between', M, ({ token }) => `${token()} ${token()}`],
  [
    'json-flattened',
    'the flattened JSON serialisation as text',
    M,
    ({ token }) => {
      const [p, payload, signature] = parts(token());
      return JSON.stringify({ protected: p, payload, signature });
    },
  ],
  [
    'json-general',
    'the general JSON serialisation as text',
    M,
    ({ token }) => {
      const [p, payload, signature] = parts(token());
      return JSON.stringify({ payload, signatures: [{ protected: p, signature }] });
    },
  ],
  [
    'json-object',
    'the flattened JSON serialisation as an object',
    M,
    ({ token }) => {
      const [p, payload, signature] = parts(token());
      return { ...FOUND, token: { protected: p, payload, signature } };
    },
  ],
  [
    'json-object-unprotected',
    'a JSON serialisation with an unprotected header',
    M,
    ({ token }) => {
      const [p, payload, signature] = parts(token());
      return { ...FOUND, token: { protected: p, header: { alg: 'none' }, payload, signature } };
    },
  ],
  ['array', 'the token in an array', M, ({ token }) => ({ ...FOUND, token: [token()] })],
  ['number', 'a number', M, () => ({ ...FOUND, token: 5 })],
  ['null', 'null', M, () => ({ ...FOUND, token: null })],
  ['true', 'true', M, () => ({ ...FOUND, token: true })],
  [
    'above-4-kib',
    'one character more than 4 KiB',
    'token.too_large',
    ({ token }) => token().padEnd(LIMITS.tokenReadBytes + 1, 'A'),
  ],
  ['64-kib', '64 KiB of letters', ['token.too_large', M], () => 'A'.repeat(65_536)],
  ['dots-64-kib', '64 KiB of dots', ['token.too_large', M], () => '.'.repeat(65_536)],
  [
    'padded-claims',
    'claims blown up beyond 4 KiB by spaces',
    'token.too_large',
    ({ claims }) => jws({ header: headerOf(), payload: JSON.stringify(claims) + ' '.repeat(3000) }),
  ],
  [
    'header-bom',
    'a header that begins with a byte order mark',
    M,
    header(`\ufeff${JSON.stringify(headerOf())}`),
  ],
  ['header-utf16', 'a header in UTF-16', M, header(Buffer.from(JSON.stringify(headerOf()), 'utf16le'))],
  [
    'header-latin1',
    'a header of ill-formed UTF-8',
    M,
    header(
      Buffer.concat([
        Buffer.from('{"alg":"ES256","typ":"human-author+jwt","x":"'),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]),
    ),
  ],
  [
    'header-overlong',
    'an overlong UTF-8 sequence in the header',
    M,
    header(Buffer.concat([Buffer.from([0xc1, 0xbb]), Buffer.from(JSON.stringify(headerOf()).slice(1))])),
  ],
  ['header-array', 'a header that is an array', M, header(JSON.stringify([headerOf()]))],
  ['header-text', 'a header that is a text', M, header('"ES256"')],
  ['header-null', 'a header that is null', M, header('null')],
  ['header-garbage', 'something behind the header’s object', M, header(`${JSON.stringify(headerOf())}{}`)],
  ['header-comment', 'a comment in the header', M, header(JSON.stringify(headerOf()).replace('{', '{/**/'))],
  [
    'header-trailing-comma',
    'a trailing comma in the header',
    M,
    header(JSON.stringify(headerOf()).replace('}', ',}')),
  ],
  [
    'header-nested',
    'a header nested 500 deep',
    [M, 'token.header'],
    header(`{"alg":${'['.repeat(500)}${']'.repeat(500)}}`),
  ],
  [
    'header-two-algs',
    'a header with `alg` twice, the last one good',
    M,
    header(`{"alg":"none","alg":"ES256","typ":"human-author+jwt","kid":"${kid}"}`),
  ],
  [
    'header-two-algs-last-bad',
    'a header with `alg` twice, the first one good',
    [M, 'token.header'],
    header(`{"alg":"ES256","typ":"human-author+jwt","kid":"${kid}","alg":"none"}`),
  ],
  [
    'header-two-kids',
    'a header with `kid` twice',
    M,
    header(`{"alg":"ES256","typ":"human-author+jwt","kid":"${KEYS.attacker.kid}","kid":"${kid}"}`),
  ],
  [
    'header-two-typs-escaped',
    'a header with `typ` twice, once spelled with an escape',
    M,
    header(`{"alg":"ES256","\\u0074yp":"JWT","typ":"human-author+jwt","kid":"${kid}"}`),
  ],
  [
    'payload-standard-alphabet',
    'the payload in base64 with line breaks',
    M,
    ({ token }) => {
      const [h, p, s] = parts(token());
      return `${h}.${p.replace(/(.{64})/g, '$1\n')}.${s}`;
    },
  ],
];

export const encoding = (): Promise<Attack[]> => family('encoding', ROWS);

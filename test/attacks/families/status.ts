/** Status lists: of another key, another issuer, another list; beyond their size; old, rolled back, from elsewhere (Token Status List, sections 8 and 11). */
import { ACCEPTED, type Attack, type Bench, family, type Row } from '../case.js';
import {
  base64url,
  headerOf,
  ISSUER,
  jws,
  KEYS,
  listUri,
  NOW_S,
  OTHER,
  statusList,
  zlibStored,
  zlibZeros,
} from '../forge.js';

/** What stands in the status directory: the address of a list and what is found there. */
export interface Listed {
  uri: string;
  jwt: string;
}

const U = 'status.unavailable';
const O = 'status.origin';

type ListRow = readonly [
  name: string,
  title: string,
  codes: string | readonly string[],
  write: (uri: string) => string,
];
const written = (parts: Parameters<typeof statusList>[1]) => (uri: string) => statusList(uri, parts);
const status_list = (change: object) => ({
  claims: { status_list: { bits: 2, lst: base64url(zlibStored(Buffer.alloc(256))), ...change } },
});
const ZEROS = Buffer.alloc(256);

/** Each of these lists has a token of its own that names it. */
const LISTS: readonly ListRow[] = [
  ['revoked', 'a revoked token', 'status.revoked', written({ values: { 5: 1 } })],
  ['suspended', 'a suspended token', 'status.suspended', written({ values: { 5: 2 } })],
  ['superseded', 'a superseded token', 'status.superseded', written({ values: { 5: 3 } })],
  ['neighbour-revoked', 'a token between two revoked ones', ACCEPTED, written({ values: { 4: 1, 6: 1 } })],
  ['token-key', 'a list signed with the key of tokens', U, written({ key: KEYS.token })],
  [
    'token-key-status-kid',
    'a list signed with the key of tokens under the name of the status key',
    U,
    written({ key: KEYS.token, header: { kid: KEYS.status.kid } }),
  ],
  ['attacker-key', 'a list signed by a stranger', U, written({ key: KEYS.attacker })],
  ['other-issuer', 'a list signed by another trusted issuer', U, written({ key: KEYS.otherStatus })],
  ['substituted', 'another list of the same issuer in its place', U, () => statusList(listUri('1'))],
  ['sub-missing', 'a list that does not say which it is', U, written({ claims: { sub: undefined } })],
  [
    'sub-slash',
    'a list whose name has a slash behind it',
    U,
    (uri) => statusList(uri, { claims: { sub: `${uri}/` } }),
  ],
  [
    'sub-case',
    'a list whose name differs in case',
    U,
    (uri) => statusList(uri, { claims: { sub: uri.replace('status', 'Status') } }),
  ],
  ['sub-array', 'a list with its name in an array', U, (uri) => statusList(uri, { claims: { sub: [uri] } })],
  ['typ-token', 'a list under the type of tokens', U, written({ header: { typ: 'human-author+jwt' } })],
  ['typ-jwt', 'a list under the type JWT', U, written({ header: { typ: 'JWT' } })],
  ['typ-missing', 'a list without a type', U, written({ header: { typ: undefined } })],
  ['alg-none', 'a list with `alg` none', U, written({ header: { alg: 'none' } })],
  ['alg-hs256', 'a list with `alg` HS256', U, written({ header: { alg: 'HS256' } })],
  [
    'jwk',
    'a list that brings its key along',
    U,
    written({ key: KEYS.attacker, header: { jwk: KEYS.attacker.jwk, kid: KEYS.status.kid } }),
  ],
  ['crit', 'a list with `crit`', U, written({ header: { crit: ['exp'] } })],
  ['kid-missing', 'a list without a key name', U, written({ header: { kid: undefined } })],
  [
    'signature-changed',
    'a list with one bit of its signature changed',
    U,
    (uri) => statusList(uri).replace(/.{6}$/, (end) => `${end[0] === 'A' ? 'B' : 'A'}${end.slice(1)}`),
  ],
  [
    'payload-changed',
    'a list whose bits were changed after signing',
    U,
    (uri) => {
      const [h, , s] = statusList(uri, { values: { 5: 1 } }).split('.');
      return [h, statusList(uri).split('.')[1], s].join('.');
    },
  ],
  ['exp-missing', 'a list without an end', U, written({ claims: { exp: undefined } })],
  ['expired', 'a list that has ended', U, written({ claims: { iat: NOW_S - 86_400, exp: NOW_S - 3600 } })],
  [
    'expired-by-skew',
    'a list that ended exactly as long ago as clocks may differ',
    U,
    written({ claims: { exp: NOW_S - 60 } }),
  ],
  ['exp-text', 'a list whose end is a text', U, written({ claims: { exp: '9999999999' } })],
  [
    'ends-before-it-begins',
    'a list that ends before it was signed',
    U,
    written({ claims: { iat: NOW_S, exp: NOW_S - 30 } }),
  ],
  [
    'kid-other',
    'a list of the tokens of another key, as who stole a key would name it',
    'status.key',
    written({ claims: { token_kid: KEYS.otherToken.kid } }),
  ],
  [
    'kid-other-revoked',
    'a list of the tokens of another key, on which that entry is revoked',
    'status.key',
    written({ claims: { token_kid: KEYS.otherToken.kid }, values: { 5: 1 } }),
  ],
  [
    'kid-status-key',
    'a list that names the key it is signed with as that of its tokens',
    'status.key',
    written({ claims: { token_kid: KEYS.status.kid } }),
  ],
  [
    'kid-empty',
    'a list whose token key is an empty text',
    'status.key',
    written({ claims: { token_kid: '' } }),
  ],
  [
    'kid-array',
    'a list with its token key in an array',
    U,
    written({ claims: { token_kid: [KEYS.token.kid] } }),
  ],
  ['kid-null', 'a list whose token key is null', U, written({ claims: { token_kid: null } })],
  [
    'kid-absent',
    'a list that does not say whose tokens it speaks of, as those of other makers',
    ACCEPTED,
    written({ claims: { token_kid: undefined } }),
  ],
  ['iat-missing', 'a list without a time', U, written({ claims: { iat: undefined } })],
  ['iat-future', 'a list from the future', U, written({ claims: { iat: NOW_S + 3600 } })],
  ['iat-text', 'a list whose time is a text', U, written({ claims: { iat: String(NOW_S) } })],
  ['ttl-text', 'a list whose ttl is a text', U, written({ claims: { ttl: '60' } })],
  ['ttl-negative', 'a list whose ttl is below zero', U, written({ claims: { ttl: -1 } })],
  [
    'ttl-missing',
    'a list without a ttl, which is the issuer’s choice',
    ACCEPTED,
    written({ claims: { ttl: undefined } }),
  ],
  [
    'stale',
    'a list older than the reader accepts',
    'status.stale',
    written({ claims: { iat: NOW_S - 301 } }),
  ],
  [
    'stale-revoked',
    'an old list on which the token is revoked',
    'status.revoked',
    written({ claims: { iat: NOW_S - 301 }, values: { 5: 1 } }),
  ],
  [
    'oldest-accepted',
    'a list exactly as old as the reader accepts',
    ACCEPTED,
    written({ claims: { iat: NOW_S - 300 } }),
  ],
  ['bits-1', 'a list of one bit', U, written(status_list({ bits: 1 }))],
  ['bits-8', 'a list of eight bits', U, written(status_list({ bits: 8 }))],
  ['bits-text', 'a list whose bits are a text', U, written(status_list({ bits: '2' }))],
  ['bits-missing', 'a list that does not say how many bits', U, written(status_list({ bits: undefined }))],
  ['lst-missing', 'a list without its bits', U, written(status_list({ lst: undefined }))],
  ['lst-array', 'a list of numbers', U, written(status_list({ lst: [0, 0, 0, 0, 0, 0] }))],
  [
    'lst-padded',
    'a list with padding',
    U,
    written(status_list({ lst: `${base64url(zlibStored(Buffer.alloc(254)))}==` })),
  ],
  [
    'lst-plain',
    'a list in plain base64',
    U,
    written(
      status_list({
        lst: Buffer.concat([Buffer.from([0x78, 0x01]), Buffer.alloc(40, 0xff)]).toString('base64'),
      }),
    ),
  ],
  ['lst-not-zlib', 'a list that is not compressed', U, written(status_list({ lst: base64url(ZEROS) }))],
  [
    'lst-raw-deflate',
    'a list compressed without its frame',
    U,
    written(status_list({ lst: base64url(zlibStored(ZEROS).subarray(2, -4)) })),
  ],
  [
    'lst-cut',
    'a list cut short',
    U,
    written(status_list({ lst: base64url(zlibStored(ZEROS).subarray(0, 100)) })),
  ],
  [
    'lst-checksum',
    'a list whose checksum is wrong',
    U,
    written(
      status_list({
        lst: base64url(Buffer.concat([zlibStored(ZEROS).subarray(0, -4), Buffer.from([1, 2, 3, 4])])),
      }),
    ),
  ],
  [
    'lst-bomb',
    'a list that inflates to 5 MiB',
    U,
    written(status_list({ lst: base64url(zlibZeros(20_400)) })),
  ],
  ['list-missing', 'a list without a list', U, written({ claims: { status_list: undefined } })],
  [
    'list-twice',
    'a list with its bits twice',
    U,
    (uri) =>
      jws({
        key: KEYS.status,
        header: { ...headerOf(KEYS.status), typ: 'statuslist+jwt' },
        payload: JSON.stringify({
          sub: uri,
          iat: NOW_S - 30,
          exp: NOW_S + 3600,
          status_list: { bits: 2, lst: 'AAAA' },
        }).replace('"lst":"AAAA"', `"lst":"AAAA","lst":"${base64url(zlibStored(ZEROS))}"`),
      }),
  ],
  [
    'sub-twice',
    'a list with its name twice',
    U,
    (uri) =>
      jws({
        key: KEYS.status,
        header: { ...headerOf(KEYS.status), typ: 'statuslist+jwt' },
        payload: JSON.stringify({
          sub: listUri('1'),
          iat: NOW_S - 30,
          exp: NOW_S + 3600,
          status_list: { bits: 2, lst: base64url(zlibStored(ZEROS)) },
        }).replace('{', `{"sub":"${uri}",`),
      }),
  ],
  ['token', 'a token where a list should be', U, () => jws({ header: headerOf(), payload: {} })],
  [
    'json',
    'the list in JSON serialisation',
    U,
    (uri) => {
      const [p, payload, signature] = statusList(uri).split('.');
      return JSON.stringify({ protected: p, payload, signature });
    },
  ],
  ['four-segments', 'a list with a fourth segment', U, (uri) => `${statusList(uri)}.AA`],
  ['space-inside', 'a list with a space inside', U, (uri) => statusList(uri).replace('.', ' .')],
  ['empty', 'an empty list', U, () => ''],
  ['page', 'a page where a list should be', U, () => '<!doctype html><title>404</title>'],
  ['of-no-entries', 'a list without entries', 'status.index', written({ size: 0 })],
];

const at =
  (change: object) =>
  ({ token, claims }: Bench) =>
    token({ status: { status_list: { ...claims.status.status_list, ...change } } });

/** Tokens that name a list that is there, or one that is not theirs to name. */
const NAMED: readonly Row[] = [
  ['index-size', 'an index one beyond the list', 'status.index', at({ idx: 1024 })],
  ['index-2-31', 'an index of 2 to the 31', 'status.index', at({ idx: 2 ** 31 })],
  ['index-2-32', 'an index that 32 bits fold to the first', 'status.index', at({ idx: 2 ** 32 })],
  ['index-largest', 'the largest index there is', 'status.index', at({ idx: Number.MAX_SAFE_INTEGER })],
  ['index-last', 'the last index of the list', ACCEPTED, at({ idx: 1023 })],
  ['index-first', 'the first index of the list', ACCEPTED, at({ idx: 0 })],
  ['not-there', 'a list that is not there', U, at({ uri: listUri('not-there') })],
  ['origin-foreign', 'a list elsewhere, properly signed', O, at({ uri: 'https://evil.example/status/1' })],
  ['origin-other-issuer', 'the list of another trusted issuer', O, at({ uri: listUri('1', OTHER) })],
  ['origin-http', 'the list without encryption', O, at({ uri: 'http://issuer.example/status/1' })],
  ['origin-port', 'the list on another port', O, at({ uri: 'https://issuer.example:8443/status/1' })],
  [
    'origin-userinfo',
    'an address that begins as the issuer’s and leads elsewhere',
    O,
    at({ uri: 'https://issuer.example@evil.example/status/1' }),
  ],
  [
    'origin-user-name',
    'the issuer’s address with a user name',
    [O, U],
    at({ uri: 'https://user@issuer.example/status/1' }),
  ],
  ['origin-subdomain', 'a host below the issuer’s', O, at({ uri: 'https://status.issuer.example/status/1' })],
  [
    'origin-suffix',
    'a host that begins alike',
    O,
    at({ uri: 'https://issuer.example.evil.example/status/1' }),
  ],
  [
    'origin-dot',
    'the issuer’s host with a dot behind it',
    O,
    at({ uri: 'https://issuer.example./status/1' }),
  ],
  [
    'origin-blob',
    'a blob address that claims the issuer’s origin',
    O,
    at({ uri: 'blob:https://issuer.example/status/1' }),
  ],
  ['origin-data', 'a data address', O, at({ uri: 'data:application/statuslist+jwt,x' })],
  ['origin-file', 'a file', O, at({ uri: 'file:///etc/passwd' })],
  ['origin-script', 'a script', O, at({ uri: 'javascript:1' })],
  ['origin-loopback', 'an address of the reader’s own machine', O, at({ uri: 'http://127.0.0.1/status/1' })],
  [
    'origin-metadata',
    'an address of the cloud’s metadata',
    O,
    at({ uri: 'http://169.254.169.254/latest/meta-data' }),
  ],
  ['uri-dots', 'an address with dots in its path', [O, U], at({ uri: `${ISSUER}/status/../status/1` })],
  ['uri-fragment', 'an address with a fragment', [O, U], at({ uri: `${listUri('1')}#2` })],
  ['uri-query', 'an address with a query', U, at({ uri: `${listUri('1')}?v=1` })],
  ['uri-case', 'the address in capitals', [O, U], at({ uri: 'HTTPS://ISSUER.EXAMPLE/status/1' })],
  [
    'uri-backslash',
    'an address with backslashes',
    [O, U],
    at({ uri: 'https:\\\\issuer.example\\status\\1' }),
  ],
  ['uri-space', 'an address with a space before it', [O, U], at({ uri: ` ${listUri('1')}` })],
  ['uri-tab', 'an address with a tab inside', [O, U], at({ uri: 'https://issuer.exa\tmple/status/1' })],
];

/** Of two lists that follow each other at one address, in `ROLLED_BACK`: each line is asked before and after. */
export const rolledBackUri = listUri('rolled-back');
export const ROLLED_BACK = {
  newer: statusList(rolledBackUri, { values: { 5: 1 }, claims: { iat: NOW_S - 10 } }),
  older: statusList(rolledBackUri, { claims: { iat: NOW_S - 200 } }),
};
/** Of two lists of one second, the first stays. */
export const sameSecondUri = listUri('same-second');
export const SAME_SECOND = {
  first: statusList(sameSecondUri, { values: { 5: 1 } }),
  second: statusList(sameSecondUri),
};
const ROLLING: readonly Row[] = [
  ['before', 'a revoked token', 'status.revoked', at({ uri: rolledBackUri })],
  [
    'after',
    'a revoked token, when an older list has taken the place of the one it was revoked on',
    'status.revoked',
    at({ uri: rolledBackUri }),
  ],
];

const named = (name: string) => listUri(name);

/** The cases, and the lists they need. */
export async function status(): Promise<{ attacks: Attack[]; lists: Listed[] }> {
  const rows = LISTS.map(([name, title, codes]): Row => [name, title, codes, at({ uri: named(name) })]);
  const lists = LISTS.map(([name, , , write]) => ({ uri: named(name), jwt: write(named(name)) }));
  const good = [
    { uri: listUri('1'), jwt: statusList(listUri('1')) },
    { uri: listUri('1', OTHER), jwt: statusList(listUri('1', OTHER), { key: KEYS.otherStatus }) },
    // Properly signed for a foreign address: whoever passes over the origin would accept it.
    ...[
      'https://evil.example/status/1',
      'blob:https://issuer.example/status/1',
      'https://user@issuer.example/status/1',
      'HTTPS://ISSUER.EXAMPLE/status/1',
    ].map((uri) => ({ uri, jwt: statusList(uri) })),
  ];
  return { attacks: await family('status', [...rows, ...NAMED]), lists: [...good, ...lists] };
}

export const rolledBack = (): Promise<Attack[]> => family('rolled-back', ROLLING);

export const sameSecond = (): Promise<Attack[]> =>
  family('same-second', [
    ['before', 'a revoked token', 'status.revoked', at({ uri: sameSecondUri })],
    [
      'after',
      'a revoked token, when another list of the same second has taken the place of the one it was revoked on',
      'status.revoked',
      at({ uri: sameSecondUri }),
    ],
  ]);

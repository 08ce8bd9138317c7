/**
 * Lines that hold: tokens and places that differ in everything that may differ (levels, times, names, order and spelling
 * of the claims, private salts, issuers, lists, and the ways a platform shows one text). More than a thousand, so that a
 * verifier of any make is measured against refusing what is good as much as against accepting what is not.
 */
import type { TokenClaims } from '../../../schemas/attestation.js';
import { accountBinding, halOf, notProvenOf } from '../../../src/client/index.js';
import { ACCEPTED, type Attack } from '../case.js';
import {
  bytesNamed,
  contentOf,
  headerOf,
  ISSUER,
  jws,
  KEYS,
  listUri,
  NOW_S,
  OTHER,
  statusList,
  TEXT,
} from '../forge.js';

const TEXTS = [
  TEXT,
  'Ein Satz mit Umlauten: Äpfel, Öl und Übermut.',
  'Σήμερα έβρεξε, αύριο όχι.',
  'これは私が書いた文章です。',
  'می‌خواهم بنویسم.',
  '👩‍👩‍👧 went to 🇫🇷 at 5 €/h — 12,5 % more than in 2029.',
  'Read https://example.org/a?b=c#d and #this, said @ann.',
  'one\n\ntwo\n\nthree',
  'x'.repeat(800),
];
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>');
/** Ways a platform shows the same text. */
const SHOWN: readonly [how: string, show: (text: string) => { text: string } | { html: string }][] = [
  ['as it is', (text) => ({ text })],
  ['in other spaces', (text) => ({ text: `\n ${text.replaceAll(' ', '\u00a0')}\u2003\r\n` })],
  ['decomposed', (text) => ({ text: text.normalize('NFD') })],
  ['between invisible characters', (text) => ({ text: `\ufeff${text}\u200b` })],
  ['in a block of HTML', (text) => ({ html: `<div>${escaped(text)}</div>` })],
  ['in quotation marks', (text) => ({ text: `“${text}”` })],
  ['with line ends of two characters', (text) => ({ text: text.replaceAll('\n', '\r\n') })],
  ['in a paragraph of HTML', (text) => ({ html: `<p><em>${escaped(text)}</em></p><!-- shown -->` })],
];
const IDS = ['ann', '4711', 'did:plc:z72i7hdynmk6r22z27h6tvur', 'Zoë', 'x'.repeat(512), '日本', ' '];
const TIMES = [
  { iat: NOW_S + 60, exp: NOW_S + 3600 },
  { iat: NOW_S - 90 * 86_400 + 30, exp: NOW_S + 30 },
  { iat: NOW_S - 100, exp: NOW_S - 59 },
  { iat: NOW_S, exp: NOW_S + 1 },
];
const EVIDENCE = [[], ['passkey'], ['passkey', 'platform_vouch'], ['a_1', 'b_2', 'c_3']];
/** Beside entries that are revoked or superseded, at the ends of a byte and of the list. */
const ENTRIES = [1, 5, 61, 63, 1023];
const REVOKED = { 0: 1, 4: 2, 62: 3, 1022: 1 };

/** Where a token may come from; the other issuer speaks for one platform, so its posts need not name it. */
const ISSUED = [
  { iss: ISSUER, aud: 'forum', key: KEYS.token, list: 'valid', platform: 'forum' },
  { iss: ISSUER, aud: 'blog', key: KEYS.token, list: 'valid-unnamed', platform: 'blog' },
  { iss: OTHER, aud: 'market', key: KEYS.otherToken, list: 'valid', platform: undefined },
] as const;

/** The lists these tokens name. Some lists say whose tokens they speak of; others need not. */
export const VALID_LISTS = [
  { uri: listUri('valid'), key: KEYS.status, claims: { token_kid: KEYS.token.kid } },
  { uri: listUri('valid-unnamed'), key: KEYS.status, claims: { token_kid: undefined, ttl: undefined } },
  { uri: listUri('valid', OTHER), key: KEYS.otherStatus, claims: { token_kid: KEYS.otherToken.kid } },
].map(({ uri, ...parts }) => ({ uri, jwt: statusList(uri, { ...parts, values: REVOKED }) }));

/** What is written differently from one token to the next without any other meaning. */
function spelled(claims: TokenClaims, turn: number): string | object {
  const turned = Object.fromEntries(Object.entries(claims).reverse());
  return turn % 4 === 0 ? JSON.stringify(turned, null, 1) : turn % 4 === 1 ? turned : claims;
}

export async function valid(): Promise<Attack[]> {
  const salt = bytesNamed('salt of private mail', 16);
  const contents = await Promise.all(
    TEXTS.map(async (text) => [await contentOf(text), await contentOf(text, salt)] as const),
  );
  const attacks: Attack[] = [];
  for (let levels = 0; levels < 16; levels++) {
    const [prs, unq] = [levels >> 2, levels & 3];
    for (const [textIndex, text] of TEXTS.entries()) {
      for (const [how, show] of SHOWN) {
        const turn = attacks.length;
        const { iss, aud, key, list, platform } = ISSUED[turn % ISSUED.length]!;
        const id = IDS[turn % IDS.length]!;
        const lvl = { prs, unq, cmp: turn % 2 };
        const np = notProvenOf(lvl);
        const claims: TokenClaims = {
          iss,
          aud,
          sub: bytesNamed(`subject of ${id} on ${aud}`, 16),
          acc: await accountBinding(aud, id),
          jti: bytesNamed(`jti of the valid token ${turn}`, 16),
          ...TIMES[turn % TIMES.length]!,
          lvl,
          hal: halOf(lvl),
          evd: EVIDENCE[(turn + levels) % EVIDENCE.length]!,
          con: contents[textIndex]![(turn + levels) % 2]!,
          status: { status_list: { idx: ENTRIES[turn % ENTRIES.length]!, uri: listUri(list, iss) } },
          np: turn % 3 ? np : np.reverse(),
          ...(turn % 5 ? {} : { prev: bytesNamed('an earlier token', 16) }),
        };
        const { kid } = key;
        const header = turn % 5 ? headerOf(key) : { kid, typ: 'human-author+jwt', alg: 'ES256' };
        attacks.push({
          id: `valid/${String(turn).padStart(4, '0')}`,
          title: `a token that holds: presence ${prs}, uniqueness ${unq}, text ${textIndex + 1} ${how}`,
          line: {
            token: jws({ key, header, payload: spelled(claims, turn) }),
            ...show(text),
            ...(platform === undefined ? {} : { platform }),
            author: turn % 2 ? id : { id },
          },
          codes: ACCEPTED,
        });
      }
    }
  }
  return attacks;
}

/** More than 1,000 tokens and places that differ in everything that may differ: none is refused. */
import { beforeAll, expect, test } from '@jest/globals';
import {
  accountBinding,
  canonicalText,
  createVerifier,
  halOf,
  hashesOf,
  notProvenOf,
} from '../../src/client/html.js';
import { Holders } from '../../src/client/reuse.js';
import { type Kit, LIST, makeKit, NOW, NOW_S, network, sign, TEXT } from '../src/client/kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await makeKit();
});

const TEXTS = [
  TEXT,
  'Ein Satz mit Umlauten: Äpfel, Öl und Übermut.',
  'Σήμερα έβρεξε, αύριο όχι.',
  'これは私が書いた文章です。',
  'می‌خواهم بنویسم.',
  '👩‍👩‍👧 went to 🇫🇷 at 5 €/h — 12,5 % more than in 2029.',
  'Read https://example.org/a?b=c#d and #this, said @ann.',
  'one\n\ntwo\n\nthree',
  'x'.repeat(5000),
];
/** Ways a platform shows the same text. */
const SHOWN: readonly ((text: string) => { text?: string; html?: string })[] = [
  (text) => ({ text }),
  (text) => ({ text: `\n ${text.replaceAll(' ', '\u00a0')}\u2003\r\n` }),
  (text) => ({ text: text.normalize('NFD') }),
  (text) => ({ text: `\ufeff${text}\u200b` }),
  (text) => ({ html: `<div>${escaped(text)}</div>` }),
  (text) => ({ text: `“${text}”` }),
  (text) => ({ text: text.replaceAll('\n', '\r\n') }),
  (text) => ({ html: `<p><em>${escaped(text)}</em></p><!-- shown -->` }),
];
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>');
const IDS = ['ann', '4711', 'did:plc:z72i7hdynmk6r22z27h6tvur', 'Zoë', 'x'.repeat(512), '日本', ' '];
const TIMES = [
  { iat: NOW_S + 60, exp: NOW_S + 3600 },
  { iat: NOW_S - 90 * 86_400 + 30, exp: NOW_S + 30 },
  { iat: NOW_S - 100, exp: NOW_S - 59 },
  { iat: NOW_S, exp: NOW_S + 1 },
];
const EVIDENCE = [[], ['passkey'], ['passkey', 'platform_vouch'], ['a_1', 'b_2', 'c_3']];

test('no valid variant is refused', async () => {
  const values: Record<number, number> = { 0: 1, 62: 3 };
  const verifier = createVerifier({
    trust: kit.trust,
    fetch: network({ [LIST]: await kit.list({ values }) }),
    clock: () => NOW,
  });
  const contents = await Promise.all(
    TEXTS.map(async (text) => {
      const canonical = canonicalText(text);
      const salt = `${'a'.repeat(21)}A`;
      const [open, secret] = await Promise.all([hashesOf(canonical), hashesOf(canonical, salt)]);
      return [
        { can: kit.claims.con.can, h: open.h, w: open.w!, n: canonical.n },
        { can: kit.claims.con.can, h: secret.h, w: secret.w!, n: canonical.n, salt },
      ];
    }),
  );
  const holders = new Holders();
  const refused: unknown[] = [];
  let count = 0;
  for (let prs = 0; prs <= 3; prs++) {
    for (let unq = 0; unq <= 3; unq++) {
      for (const [textIndex, text] of TEXTS.entries()) {
        for (const [shownIndex, shown] of SHOWN.entries()) {
          const turn = count++;
          const lvl = { prs, unq, cmp: turn % 2 };
          const np = notProvenOf(lvl);
          const id = IDS[turn % IDS.length]!;
          const claims = {
            ...kit.claims,
            ...TIMES[turn % TIMES.length],
            acc: await accountBinding('forum', id),
            jti: Buffer.from(String(turn).padStart(16, '0')).toString('base64url'),
            lvl,
            hal: halOf(lvl),
            np: turn % 3 ? np : np.reverse(),
            evd: EVIDENCE[turn % EVIDENCE.length]!,
            con: contents[textIndex]![turn % 2]!,
            status: { status_list: { idx: [1, 5, 61, 63][turn % 4]!, uri: LIST } },
            ...(turn % 5 ? {} : { prev: `${'P'.repeat(21)}A` }),
          };
          const header = { alg: 'ES256', typ: 'human-author+jwt', kid: kit.tokenKey.kid };
          const turned = Object.fromEntries(Object.entries(claims).reverse());
          const payload = turn % 4 === 0 ? JSON.stringify(turned, null, 1) : turn % 4 === 1 ? turned : claims;
          const token = await sign(
            kit.tokenKey,
            turn % 3 ? header : { kid: header.kid, typ: header.typ, alg: header.alg },
            payload,
          );
          const author = turn % 2 ? id : { id };
          const platform = turn % 7 ? 'forum' : undefined;
          const result = await verifier.verify(token, { ...shown(text), platform, author });
          const checked = holders.check(String(turn), token, result);
          if (!checked.valid || checked.reused || checked.hal !== claims.hal)
            refused.push([turn, textIndex, shownIndex, result.errors]);
        }
      }
    }
  }
  expect(count).toBeGreaterThan(1_000);
  expect(refused).toEqual([]);
}, 60_000);

/** The verifier's checklist: one case at least for every code, and what a valid token proves. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type FilterPolicy, VerifyError } from '../../../schemas/attestation.js';
import { hashesOf } from '../../../src/client/hash.js';
import { canonicalHtml, createVerifier as createHtmlVerifier } from '../../../src/client/html.js';
import {
  accountBinding,
  createVerifier,
  type Found,
  halOf,
  labelOf,
  notProvenOf,
} from '../../../src/client/index.js';
import { FOUND, HOLDS, type Kit, LIST, makeKey, makeKit, NOW, NOW_S, network, sign, TEXT } from './kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await makeKit();
});

interface Given {
  token?: string | Promise<string>;
  found?: Found;
  list?: string | Promise<string>;
  policy?: Partial<FilterPolicy>;
  /** With the reader of HTML. */
  reads?: boolean;
}

const verify = async ({ token = kit.token(), found = {}, list = kit.list(), ...given }: Given = {}) => {
  const { policy = {}, reads = false } = given;
  const create = reads ? createHtmlVerifier : createVerifier;
  const fetch = network({ [LIST]: await list });
  return create({ trust: kit.trust, fetch, policy }).verify(await token, { ...FOUND, ...found });
};

/** A token for the author's own HTML with a word in this dress, found with the word in another. */
const signedHtml = async (dress: string, shown = dress): Promise<Given> => {
  const html = (word: string) => `<p>I was there, and I ${word} saw it.</p>`;
  const text = canonicalHtml(html(dress));
  const con = { can: 'hpt-1', ...(await hashesOf(text)), n: text.n };
  return { token: kit.token({ con }), found: { text: undefined, html: html(shown) }, reads: true };
};

/** Every way to fail, with the code it must give. */
const FAILURES: [string, VerifyError, () => Given | Promise<Given>][] = [
  ['longer than 4 KiB', 'token.too_large', () => ({ token: `${'A'.repeat(4097)}` })],
  ['two parts', 'token.malformed', () => ({ token: 'e30.e30' })],
  ['four parts', 'token.malformed', async () => ({ token: `${await kit.token()}.AA` })],
  [
    'an empty signature',
    'token.malformed',
    async () => ({ token: (await kit.token()).replace(/[^.]+$/, '') }),
  ],
  ['padding', 'token.malformed', async () => ({ token: `${await kit.token()}==` })],
  ['a space', 'token.malformed', async () => ({ token: ` ${await kit.token()}` })],
  ['spare bits that are not zero', 'token.malformed', async () => ({ token: spare(await kit.token()) })],
  ['a header that is no object', 'token.malformed', () => ({ token: `${b64('[]')}.e30.AA` })],
  ['a header with a byte order mark', 'token.malformed', () => ({ token: `${b64('\ufeff{}')}.e30.AA` })],
  [
    'a header of ill-formed UTF-8',
    'token.malformed',
    () => ({ token: `${b64(Buffer.from([0x7b, 0xff]))}.e30.AA` }),
  ],
  ['alg none', 'token.header', () => ({ token: `${b64(head({ alg: 'none' }))}.e30.AA` })],
  ['alg HS256', 'token.header', () => ({ token: `${b64(head({ alg: 'HS256' }))}.e30.AA` })],
  ['another typ', 'token.header', () => ({ token: kit.token({}, { typ: 'JWT' }) })],
  ['no kid', 'token.header', () => ({ token: kit.token({}, { kid: undefined }) })],
  ['a kid that is a path', 'token.header', () => ({ token: kit.token({}, { kid: '../../etc/passwd' }) })],
  ['an embedded key', 'token.header', async () => ({ token: kit.token({}, { jwk: (await makeKey()).jwk }) })],
  ['a linked key', 'token.header', () => ({ token: kit.token({}, { jku: 'https://evil.example/keys' }) })],
  [
    'a critical extension',
    'token.header',
    () => ({ token: `${b64(head({ crit: ['b64'], b64: false }))}.e30.AA` }),
  ],
  ['a key nobody trusts', 'token.unknown_key', async () => ({ token: kit.token({}, {}, await makeKey()) })],
  ['the key of status lists', 'token.unknown_key', () => ({ token: kit.token({}, {}, kit.statusKey) })],
  [
    'another key under a trusted kid',
    'token.signature',
    async () => ({ token: kit.token({}, { kid: kit.tokenKey.kid }, await makeKey()) }),
  ],
  [
    'a changed payload',
    'token.signature',
    async () => ({ token: (await kit.token()).replace(/\.[^.]+\./, '.e30.') }),
  ],
  [
    'a signature in DER',
    'token.signature',
    async () => ({ token: (await kit.token()).replace(/[^.]+$/, b64(Buffer.alloc(71, 48))) }),
  ],
  ['claims that are no object', 'token.claims', () => ({ token: raw('"x"') })],
  ['a claim left out', 'token.claims', () => ({ token: kit.token({ np: undefined }) })],
  ['a claim nobody knows', 'token.claims', () => ({ token: kit.token({ scope: 'admin' }) })],
  ['iat as text', 'token.claims', () => ({ token: kit.token({ iat: String(NOW_S) }) })],
  ['two audiences', 'token.claims', () => ({ token: kit.token({ aud: ['forum', 'other'] }) })],
  [
    'another canonicalisation',
    'token.claims',
    () => ({ token: kit.token({ con: { ...kit.claims.con, can: 'hpt-9' } }) }),
  ],
  ['four codes of evidence', 'token.claims', () => ({ token: kit.token({ evd: ['a', 'b', 'c', 'd'] }) })],
  [
    'a life of more than 90 days',
    'token.claims',
    () => ({ token: kit.token({ exp: kit.claims.iat + 90 * 86_400 + 1 }) }),
  ],
  [
    'a life that ends before it begins',
    'token.claims',
    () => ({ token: kit.token({ exp: kit.claims.iat }) }),
  ],
  ['another issuer', 'token.issuer', () => ({ token: kit.token({ iss: 'https://other.example' }) })],
  ['another platform', 'token.audience', () => ({ found: { platform: 'other' } })],
  [
    'a platform the issuer may not speak for',
    'token.audience',
    () => ({ token: kit.token({ aud: 'bank' }), found: { platform: 'bank' } }),
  ],
  ['issued beyond the skew', 'token.not_yet_valid', () => ({ token: kit.token({ iat: NOW_S + 61 }) })],
  [
    'expired beyond the skew',
    'token.expired',
    () => ({ token: kit.token({ exp: NOW_S - 60, iat: NOW_S - 600 }) }),
  ],
  ['more hal than the levels carry', 'token.levels', () => ({ token: kit.token({ hal: 3 }) })],
  ['less hal than the levels carry', 'token.levels', () => ({ token: kit.token({ hal: 1 }) })],
  ['a gap that is not named', 'token.levels', () => ({ token: kit.token({ np: ['composed', 'unique'] }) })],
  [
    'a gap named twice for another',
    'token.levels',
    () => ({ token: kit.token({ np: ['composed', 'unique', 'unique'] }) }),
  ],
  ['another author', 'author.different', () => ({ found: { author: 'bob' } })],
  ['no author', 'author.unchecked', () => ({ found: { author: undefined } })],
  ['another text', 'content.different', () => ({ found: { text: `${TEXT} Not.` } })],
  ['a text without a canonical form', 'content.different', () => ({ found: { text: 'a\u0000b' } })],
  [
    'another length than stated',
    'content.different',
    () => ({ token: kit.token({ con: { ...kit.claims.con, n: 5 } }) }),
  ],
  [
    'other formatting where only the exact text will do',
    'content.reformatted',
    () => ({ found: { text: '“I was there”\n\nand I saw it…' }, policy: { acceptReformatted: false } }),
  ],
  ['no text', 'content.unchecked', () => ({ found: { text: undefined } })],
  [
    'HTML where nothing reads it',
    'content.unchecked',
    () => ({ found: { text: undefined, html: `<p>${TEXT}</p>` } }),
  ],
  [
    'HTML that can be shown in other ways than it reads',
    'content.uncertain',
    () => signedHtml('<i style="text-transform:none;not-known:1">never</i>'),
  ],
  ['a list elsewhere', 'status.origin', () => ({ token: onList({ uri: 'https://evil.example/status/7' }) })],
  ['a list that cannot be had', 'status.unavailable', () => ({ token: onList({ uri: `${LIST}0` }) })],
  ['a list of another address', 'status.unavailable', () => ({ list: kit.list({ uri: `${LIST}0` }) })],
  ['a list signed with a token key', 'status.unavailable', () => ({ list: kit.list({ key: kit.tokenKey }) })],
  [
    'a list with another type',
    'status.unavailable',
    () => ({ list: kit.list({ header: { typ: 'human-author+jwt' } }) }),
  ],
  ['a list without an end', 'status.unavailable', () => ({ list: kit.list({ claims: { exp: undefined } }) })],
  [
    'a list that has ended',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { exp: NOW_S - 60 } }) }),
  ],
  [
    'a list from the future',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { iat: NOW_S + 61 } }) }),
  ],
  [
    'a list with a ttl that is no number',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { ttl: '60' } }) }),
  ],
  [
    'a list of one bit',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } } }) }),
  ],
  [
    'a list that is not zlib',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { status_list: { bits: 2, lst: 'AAAA' } } }) }),
  ],
  [
    'a list in another spelling',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { status_list: { bits: 2, lst: 'eNrbuRgAAhcBXR==' } } }) }),
  ],
  [
    'a list whose signature was changed',
    'status.unavailable',
    async () => ({ list: (await kit.list()).replace(/.{8}$/, 'AAAAAAAA') }),
  ],
  ['a list that is no JWT', 'status.unavailable', () => ({ list: 'not found' })],
  [
    'a list that inflates beyond 4 MiB',
    'status.unavailable',
    () => ({ list: kit.list({ size: 4 * (4 * 1024 * 1024 + 1) }) }),
  ],
  [
    'a list whose token key is no text',
    'status.unavailable',
    () => ({ list: kit.list({ claims: { token_kid: [kit.tokenKey.kid] } }) }),
  ],
  [
    'a list of the tokens of another key',
    'status.key',
    () => ({ list: kit.list({ claims: { token_kid: kit.statusKey.kid }, values: { 5: 1 } }) }),
  ],
  ['an entry beyond the list', 'status.index', () => ({ token: onList({ idx: 64 }) })],
  ['an old list', 'status.stale', () => ({ list: kit.list({ claims: { iat: NOW_S - 301 } }) })],
  ['a revoked entry', 'status.revoked', () => ({ list: kit.list({ values: { 5: 1 } }) })],
  ['a suspended entry', 'status.suspended', () => ({ list: kit.list({ values: { 5: 2 } }) })],
  ['a superseded entry', 'status.superseded', () => ({ list: kit.list({ values: { 5: 3 } }) })],
  ['less than this reader asks for', 'policy.hal', () => ({ policy: { minHal: 3 } })],
];

const b64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64url');
const head = (change: object) =>
  JSON.stringify({ alg: 'ES256', typ: 'human-author+jwt', kid: kit.tokenKey.kid, ...change });
const raw = (payload: string) =>
  sign(kit.tokenKey, { alg: 'ES256', typ: 'human-author+jwt', kid: kit.tokenKey.kid }, payload);
const onList = (change: object) =>
  kit.token({ status: { status_list: { ...kit.claims.status.status_list, ...change } } });
/** The last character of a 64-byte signature carries four spare bits. */
const spare = (token: string) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) + 1];
};

describe('a token is refused that', () => {
  test.each(FAILURES)('has or meets %s: %s', async (_name, code, given) => {
    const result = await verify(await given());
    expect(result.valid).toBe(false);
    expect(result.errors).toEqual([code]);
  });

  test('every code has a case, but for what only a batch can see', () => {
    const covered = new Set<VerifyError>([...FAILURES.map(([, code]) => code), 'token.reused']);
    expect(VerifyError.options.filter((code) => !covered.has(code))).toEqual([]);
  });

  test('gives no level away, unless only the reader’s wish stands against it', async () => {
    for (const [, code, given] of FAILURES) {
      const result = await verify(await given());
      const stands = ['policy.hal', 'content.reformatted', 'status.stale'].includes(code);
      expect([code, result.hal, result.lvl === null]).toEqual([code, stands ? 2 : null, !stands]);
    }
  });

  test('is copied and edited at once says both', async () => {
    const { errors } = await verify({ found: { author: 'bob', text: 'Other.' } });
    expect(errors).toEqual(['author.different', 'content.different']);
  });
});

describe('a valid token', () => {
  test('tells what it proves, what not, and how fresh that is', async () => {
    expect(await verify()).toEqual({
      ...HOLDS,
      statusAsOf: new Date((NOW_S - 10) * 1000).toISOString(),
      jti: kit.claims.jti,
    });
  });

  test.each([
    ['a style in doubt', '<i style="x:1">never</i>', '<i style="text-transform:lowercase">never</i>'],
    ['a style that hides', '<i style="x:1">never</i>', '<i style="visibility:hidden">never</i>'],
    ['a style that moves', '<i style="position:static;x:1">never</i>', '<i style="left:-9999px">never</i>'],
    ['a drawing', '<svg><text>never</text></svg>', '<svg><text opacity="0">never</text></svg>'],
    ['a button', '<button>never</button>', '<button disabled>never</button>'],
  ])('does not tell %s from another of the same hash, and says so', async (_name, signed, shown) => {
    const never = { valid: false, content: 'unchecked', hal: null, errors: ['content.uncertain'] };
    expect(await verify(await signedHtml(signed))).toMatchObject(never);
    const swapped = await signedHtml(signed, shown);
    expect(await verify(swapped)).toMatchObject(never);
    // No wish of a reader turns it into a match, and no text beside it.
    expect(await verify({ ...swapped, policy: { requireAuthor: false, minHal: 0 } })).toMatchObject(never);
    const text = canonicalHtml(swapped.found!.html!).canonical;
    expect(await verify({ ...swapped, found: { ...swapped.found, text } })).toMatchObject(never);
    expect(await verify({ ...swapped, found: { text } })).toMatchObject({ valid: true, content: 'exact' });
  });

  test('tells what was left out of the text or is in doubt in it, of text and HTML alike', async () => {
    const verifier = createHtmlVerifier({ trust: kit.trust, policy: { onStale: 'open' } });
    const html = `<p>${TEXT}<span hidden> Not.</span></p>`;
    const both = await verifier.verify(await kit.token(), { ...FOUND, text: `\ufeff${TEXT}`, html });
    expect(both).toMatchObject({ content: 'exact', reported: ['hidden_text', 'zero_width'] });
    const faint = `<p>I was there, and I <span style="opacity:.01">never</span> saw it.</p>`;
    expect(
      await verifier.verify(await kit.token(), { ...FOUND, text: undefined, html: faint }),
    ).toMatchObject({
      content: 'different',
      reported: ['uncertain'],
    });
  });

  test.each([
    ['at the edges of the skew', { token: () => kit.token({ iat: NOW_S + 60, exp: NOW_S + 61 }) }],
    ['just expired', { token: () => kit.token({ exp: NOW_S - 59, iat: NOW_S - 600 }) }],
    ['for the full 90 days', { token: () => kit.token({ exp: kit.claims.iat + 90 * 86_400 }) }],
    ['that supersedes another', { token: () => kit.token({ prev: `${'P'.repeat(21)}A` }) }],
    ['with an author object', { found: { author: { id: 'ann' } } }],
    ['when the issuer speaks for one platform and none is given', { found: { platform: undefined } }],
    ['reformatted', { found: { text: '“I was there”\n\nand I saw it…' } }],
    ['at the last entry of the list', { token: () => onList({ idx: 63 }) }],
    [
      'on a list that speaks of the tokens of its key',
      { list: () => kit.list({ claims: { token_kid: kit.tokenKey.kid } }) },
    ],
    [
      'without text or author, where the reader does not ask for them',
      { found: { text: undefined, author: undefined }, policy: { requireAuthor: false } },
    ],
    [
      'on a stale list, where the reader is open',
      { list: () => kit.list({ claims: { iat: NOW_S - 301 } }), policy: { onStale: 'open' as const } },
    ],
    [
      'without a list, where the reader is open',
      { list: () => Promise.resolve(''), policy: { onStale: 'open' as const } },
    ],
  ])(
    'holds %s',
    async (_name, {
      token,
      list,
      ...given
    }: {
      token?: () => Promise<string>;
      list?: () => Promise<string>;
      found?: Found;
      policy?: Partial<FilterPolicy>;
    }) => {
      const result = await verify({
        ...given,
        ...(token && { token: token() }),
        ...(list && { list: list() }),
      });
      expect(result.errors).toEqual([]);
      expect(result.valid).toBe(true);
    },
  );

  test('is checked against HTML by the HTML entry', async () => {
    const verifier = createHtmlVerifier({ trust: kit.trust, fetch: network({ [LIST]: await kit.list() }) });
    const found = { ...FOUND, text: undefined, html: `<p>${TEXT}</p>` };
    expect((await verifier.verify(await kit.token(), found)).content).toBe('exact');
  });

  test('of an issuer that speaks for any platform needs to be told which', async () => {
    const trust = { issuers: [{ ...kit.trust.issuers[0]!, audiences: ['*'] }] };
    const verifier = createVerifier({
      trust,
      fetch: network({ [LIST]: await kit.list() }),
      clock: () => NOW,
    });
    const token = await kit.token({ aud: 'blog', acc: await accountBinding('blog', 'ann') });
    expect((await verifier.verify(token, { text: TEXT, author: 'ann' })).errors).toEqual([
      'author.unchecked',
    ]);
    expect((await verifier.verify(token, { text: TEXT, author: 'ann', platform: 'blog' })).valid).toBe(true);
  });

  test('at hal 1 falls short of a filter for hal 2, and is labelled as a key only', async () => {
    const token = kit.token({ lvl: { prs: 1, unq: 0, cmp: 1 }, hal: 1, evd: ['passkey'] });
    const result = await verify({ token, policy: { minHal: 2 } });
    expect(result).toMatchObject({ valid: false, hal: 1, errors: ['policy.hal'] });
    expect(labelOf(result.lvl!)).toBe('approved_by_account_key');
  });
});

describe('levels', () => {
  test.each([
    [0, 0, 0, 'none'],
    [0, 3, 0, 'none'],
    [1, 0, 1, 'approved_by_account_key'],
    [1, 1, 2, 'account_vouched'],
    [1, 3, 2, 'account_vouched'],
    [2, 0, 2, 'presence_attested'],
    [3, 0, 2, 'presence_attested'],
    [2, 1, 3, 'presence_and_uniqueness'],
    [3, 3, 3, 'presence_and_uniqueness'],
  ])('prs %i with unq %i gives hal %i, %s', (prs, unq, hal, label) => {
    expect(halOf({ prs, unq })).toBe(hal);
    expect(labelOf({ prs, unq })).toBe(label);
  });

  test('what is not proven shrinks with a nullifier and with supervision, never to nothing', () => {
    expect(notProvenOf({ prs: 1, unq: 1 })).toEqual(['composed', 'unique', 'uncoerced']);
    expect(notProvenOf({ prs: 2, unq: 2 })).toEqual(['composed', 'uncoerced']);
    expect(notProvenOf({ prs: 3, unq: 3 })).toEqual(['composed']);
  });
});

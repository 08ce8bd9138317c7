/** Issuer, audience, clock, levels: a good signature in the wrong place, at the wrong time, or over more than was shown. */
import { accountBinding, halOf, notProvenOf } from '../../../src/client/index.js';
import { ACCEPTED, type Attack, type Bench, FOUND, family, type Row } from '../case.js';
import { contentOf, ISSUER, NOW_S, OTHER } from '../forge.js';

const claim =
  (change: object) =>
  ({ token }: Bench) =>
    token(change);
const on =
  (place: object, change: object = {}) =>
  ({ token }: Bench) => ({ ...FOUND, token: token(change), ...place });
const A = 'token.audience';

const PLACE: readonly Row[] = [
  [
    'issuer-unknown',
    'an issuer nobody trusts, under a trusted key',
    'token.issuer',
    claim({ iss: 'https://evil.example' }),
  ],
  [
    'issuer-other-trusted',
    'the name of another trusted issuer, under the first one’s key',
    'token.issuer',
    claim({ iss: OTHER }),
  ],
  ['issuer-slash', 'the issuer with a slash behind it', 'token.issuer', claim({ iss: `${ISSUER}/` })],
  ['issuer-http', 'the issuer without encryption', 'token.issuer', claim({ iss: 'http://issuer.example' })],
  ['issuer-port', 'the issuer with its default port', 'token.issuer', claim({ iss: `${ISSUER}:443` })],
  ['issuer-case', 'the issuer in capitals', 'token.issuer', claim({ iss: 'https://ISSUER.example' })],
  ['issuer-dot', 'the issuer with a dot behind it', 'token.issuer', claim({ iss: `${ISSUER}.` })],
  [
    'issuer-userinfo',
    'an issuer that begins as the trusted one and leads elsewhere',
    'token.issuer',
    claim({ iss: `${ISSUER}@evil.example` }),
  ],
  ['audience-foreign', 'a token of another platform', A, on({ platform: 'blog' })],
  [
    'audience-unknown',
    'a platform the issuer may not speak for',
    A,
    on({ platform: 'bank' }, { aud: 'bank' }),
  ],
  [
    'audience-of-other-issuer',
    'the platform of another issuer',
    A,
    on({ platform: 'market' }, { aud: 'market' }),
  ],
  ['audience-star', 'an audience that means any', A, on({}, { aud: '*' })],
  [
    'audience-star-here',
    'an audience that means any, on a platform of that name',
    A,
    on({ platform: '*' }, { aud: '*' }),
  ],
  ['audience-case', 'the platform in capitals', A, on({ platform: 'Forum' })],
  ['audience-prefix', 'a platform whose name begins alike', A, on({ platform: 'forum2' })],
  ['audience-shorter', 'a platform whose name is the beginning of the audience', A, on({ platform: 'foru' })],
  ['audience-space', 'the platform with a space behind it', A, on({ platform: 'forum ' })],
  ['audience-homoglyph', 'the platform with a Cyrillic letter', A, on({ platform: 'f\u043erum' })],
  ['audience-empty', 'an empty platform', [A, 'author.unchecked'], on({ platform: '' })],
  ['audience-issuer', 'the issuer itself for an audience', A, on({ platform: ISSUER }, { aud: ISSUER })],
  [
    'audience-not-said',
    'no platform, by an issuer that speaks for several',
    'author.unchecked',
    on({ platform: undefined }),
  ],
];

const TIME: readonly Row[] = [
  [
    'expired',
    'a token that expired a day ago',
    'token.expired',
    claim({ iat: NOW_S - 2 * 86_400, exp: NOW_S - 86_400 }),
  ],
  [
    'expired-by-skew',
    'a token that expired exactly as long ago as clocks may differ',
    'token.expired',
    claim({ exp: NOW_S - 60 }),
  ],
  ['expired-within-skew', 'a token that expired 59 seconds ago', ACCEPTED, claim({ exp: NOW_S - 59 })],
  ['expires-now', 'a token that expires now', ACCEPTED, claim({ exp: NOW_S })],
  ['expired-1970', 'a token of 1970', 'token.expired', claim({ iat: 0, exp: 60 })],
  [
    'future',
    'a token issued tomorrow',
    'token.not_yet_valid',
    claim({ iat: NOW_S + 86_400, exp: NOW_S + 2 * 86_400 }),
  ],
  [
    'future-beyond-skew',
    'a token issued 61 seconds from now',
    'token.not_yet_valid',
    claim({ iat: NOW_S + 61, exp: NOW_S + 600 }),
  ],
  [
    'future-within-skew',
    'a token issued 60 seconds from now',
    ACCEPTED,
    claim({ iat: NOW_S + 60, exp: NOW_S + 600 }),
  ],
  [
    'future-far',
    'a token of the year 9999',
    'token.not_yet_valid',
    claim({ iat: 253_402_300_000, exp: 253_402_300_060 }),
  ],
  ['full-life', 'a token of exactly 90 days', ACCEPTED, claim({ iat: NOW_S, exp: NOW_S + 90 * 86_400 })],
  [
    'last-second',
    'a token in the last of its 90 days',
    ACCEPTED,
    claim({ iat: NOW_S - 90 * 86_400 + 1, exp: NOW_S + 1 }),
  ],
  [
    'milliseconds',
    'times in milliseconds',
    'token.not_yet_valid',
    claim({ iat: NOW_S * 1000, exp: NOW_S * 1000 + 60 }),
  ],
];

const L = 'token.levels';
const leveled = (prs: number, unq: number, change: object = {}) => {
  const lvl = { prs, unq, cmp: 0 };
  return claim({ lvl, hal: halOf(lvl), np: notProvenOf(lvl), ...change });
};

const LEVELS: readonly Row[] = [
  ['hal-1-without-key', 'hal 1 where no key signed', L, leveled(0, 0, { hal: 1 })],
  [
    'hal-2-unique-without-key',
    'hal 2 for an account that nobody’s key signed for',
    L,
    leveled(0, 1, { hal: 2 }),
  ],
  ['hal-3-unique-without-key', 'hal 3 for a person who signed nothing', L, leveled(0, 3, { hal: 3 })],
  ['hal-2-mere-key', 'hal 2 for a mere key', L, leveled(1, 0, { hal: 2 })],
  ['hal-3-mere-key', 'hal 3 for a mere key', L, leveled(1, 0, { hal: 3 })],
  ['hal-3-vouched', 'hal 3 for a mere key of a vouched account', L, leveled(1, 1, { hal: 3 })],
  ['hal-3-key-and-person', 'hal 3 for a mere key of a unique person', L, leveled(1, 3, { hal: 3 })],
  ['hal-3-attested', 'hal 3 for an attested authenticator alone', L, leveled(2, 0, { hal: 3 })],
  ['hal-3-supervised', 'hal 3 for a supervised signature alone', L, leveled(3, 0, { hal: 3 })],
  ['hal-too-low', 'a hal lower than its levels', L, leveled(2, 1, { hal: 2 })],
  ['hal-zero', 'hal 0 where a key signed', L, leveled(1, 0, { hal: 0 })],
  [
    'hal-from-declaration',
    'a hal raised for a declaration of authorship',
    L,
    claim({ lvl: { prs: 1, unq: 0, cmp: 1 }, hal: 2 }),
  ],
  ['np-empty', 'no gap named', L, leveled(1, 1, { np: [] })],
  [
    'np-composed-missing',
    'nothing said of who composed the text',
    L,
    leveled(1, 1, { np: ['unique', 'uncoerced'] }),
  ],
  ['np-unique-missing', 'nothing said of uniqueness', L, leveled(1, 1, { np: ['composed', 'uncoerced'] })],
  ['np-uncoerced-missing', 'nothing said of coercion', L, leveled(1, 1, { np: ['composed', 'unique'] })],
  [
    'np-composed-after-declaration',
    'a declaration taken for a proof of composition',
    L,
    claim({ lvl: { prs: 1, unq: 1, cmp: 1 }, np: ['unique', 'uncoerced'] }),
  ],
  ['np-too-many', 'a gap named that is closed', L, leveled(3, 3, { np: ['composed', 'unique'] })],
  [
    'np-twice',
    'one gap named twice in place of another',
    L,
    leveled(1, 1, { np: ['composed', 'unique', 'unique'] }),
  ],
  [
    'np-other-order',
    'the gaps in another order',
    ACCEPTED,
    leveled(1, 1, { np: ['uncoerced', 'unique', 'composed'] }),
  ],
  ['mere-key', 'a mere key that says so', ACCEPTED, leveled(1, 0)],
  ['nothing-shown', 'a token that shows nothing and says so', ACCEPTED, leveled(0, 0)],
  ['everything-shown', 'the highest levels', ACCEPTED, leveled(3, 3)],
  ['declared', 'a declaration that proves nothing', ACCEPTED, claim({ lvl: { prs: 1, unq: 1, cmp: 1 } })],
];

const D = 'author.different';
const N = 'author.unchecked';
const bound =
  (aud: string, id: string) =>
  async ({ token }: Bench) => {
    return { ...FOUND, token: token({ acc: await accountBinding(aud, id) }) };
  };
const of =
  (id: string, author: unknown) =>
  async ({ token }: Bench) => {
    return { ...FOUND, author, token: token({ acc: await accountBinding('forum', id) }) };
  };

const AUTHOR: readonly Row[] = [
  ['other-account', 'a token copied to another account’s post', D, on({ author: 'bob' })],
  [
    'other-account-object',
    'a token copied to another account, given as an object',
    D,
    on({ author: { id: 'bob' } }),
  ],
  ['case', 'an account whose id differs in case', D, on({ author: 'Ann' })],
  ['space', 'an account whose id ends in a space', D, on({ author: 'ann ' })],
  ['nul', 'an account whose id ends in a NUL', D, on({ author: 'ann\u0000' })],
  ['zero-width', 'an account whose id holds a zero-width space', D, on({ author: 'a\u200bnn' })],
  ['homoglyph', 'an account whose id holds a Cyrillic letter', D, on({ author: '\u0430nn' })],
  ['fullwidth', 'an account whose id is fullwidth', D, on({ author: '\uff41\uff4e\uff4e' })],
  ['decomposed', 'an account whose id is the same in another normal form', D, of('jos\u00e9', 'jose\u0301')],
  ['handle', 'the handle instead of the account id', D, on({ author: '@ann' })],
  ['prefix', 'an account whose id begins alike', D, on({ author: 'ann1' })],
  ['leading-zero', 'an account whose number has a zero before it', D, of('4711', '04711')],
  [
    'number-folded',
    'an account number that rounds to the same',
    D,
    of('9007199254740993', '9007199254740992'),
  ],
  [
    'moved-border',
    'an account that gives the same letters when platform and id are joined',
    D,
    bound('forumann', ''),
  ],
  ['moved-border-inside', 'a border moved by one letter', D, bound('foru', 'mann')],
  ['other-platform', 'the account of that id on another platform', D, bound('blog', 'ann')],
  [
    'binding-itself',
    'the binding itself for an id',
    D,
    ({ token, claims }) => ({ ...FOUND, author: claims.acc, token: token() }),
  ],
  [
    'subject',
    'the subject for an id',
    D,
    ({ token, claims }) => ({ ...FOUND, author: claims.sub, token: token() }),
  ],
  [
    'lone-surrogate',
    'an id with half a character, bound with the replacement character',
    D,
    of('x\ufffd', 'x\ud800'),
  ],
  ['lone-surrogates-differ', 'an id with another half of a character', D, of('x\ud800', 'x\udfff')],
  ['number', 'a number for an id', [N, D], of('5', 5)],
  ['number-inside', 'a number inside an object', [N, D], of('5', { id: 5 })],
  ['array', 'an id in an array', [N, D], on({ author: ['ann'] })],
  ['array-inside', 'an id in an array inside an object', [N, D], on({ author: { id: ['ann'] } })],
  ['to-string', 'an object that calls itself the id', [N, D], on({ author: { id: { toString: 'ann' } } })],
  ['empty', 'an empty id', [D, N], on({ author: '' })],
  ['null', 'null for an author', N, on({ author: null })],
  ['missing', 'no author', N, on({ author: undefined })],
  ['empty-object', 'an author without an id', N, on({ author: {} })],
  ['true', 'true for an author', N, on({ author: true })],
  ['object', 'the right author, given as an object', ACCEPTED, on({ author: { id: 'ann' } })],
];

/** One token on two posts, and one id in two tokens. The first line of each pair comes earlier in the run and holds. */
const REUSE: readonly Row[] = [
  ['one-jti-first-author', 'a token', ACCEPTED, ({ token }) => token({ jti: `${'R'.repeat(21)}A` })],
  [
    'one-jti-second-author',
    'another author’s token under the id of an earlier one',
    'token.reused',
    async ({ token }) => {
      return {
        ...FOUND,
        author: 'bob',
        token: token({ jti: `${'R'.repeat(21)}A`, acc: await accountBinding('forum', 'bob') }),
      };
    },
  ],
  [
    'one-jti-second-text',
    'the same author’s token for another text under the id of an earlier one',
    'token.reused',
    async ({ token }) => {
      return {
        ...FOUND,
        text: 'Another text.',
        token: token({ jti: `${'R'.repeat(21)}A`, con: await contentOf('Another text.') }),
      };
    },
  ],
  ['copied-first', 'a token where it belongs', ACCEPTED, ({ token }) => token({ jti: `${'C'.repeat(21)}A` })],
  [
    'copied-second',
    'the very same token on another account’s post',
    D,
    ({ token }) => ({ ...FOUND, author: 'mallory', token: token({ jti: `${'C'.repeat(21)}A` }) }),
  ],
  [
    'copied-early',
    'the very same token on another account’s post, before its own',
    D,
    ({ token }) => ({ ...FOUND, author: 'mallory', token: token({ jti: `${'E'.repeat(21)}A` }) }),
  ],
  [
    'copied-early-own',
    'a token of which a copy came first',
    ACCEPTED,
    ({ token }) => token({ jti: `${'E'.repeat(21)}A` }),
  ],
  [
    'replayed-on-another-platform',
    'the very same token on another platform',
    A,
    ({ token }) => ({ ...FOUND, platform: 'blog', token: token({ jti: `${'C'.repeat(21)}A` }) }),
  ],
];

export const place = (): Promise<Attack[]> => family('place', PLACE);
export const time = (): Promise<Attack[]> => family('time', TIME);
export const levels = (): Promise<Attack[]> => family('levels', LEVELS);
export const author = (): Promise<Attack[]> => family('author', AUTHOR);
export const reuse = (): Promise<Attack[]> => family('reuse', REUSE);

/** From an account proof to a token: what is checked on the way, and that one challenge gives one token. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenClaims, TokenHeader } from '../../../schemas/attestation.js';
import type { ErrorCode } from '../../../schemas/errors.js';
import { signChallenge } from '../../../src/attest/challenge.js';
import { beginEnrolment, completeEnrolment } from '../../../src/attest/enrol.js';
import { issueAttestation } from '../../../src/attest/issue.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { challengeText } from '../../../src/attest/sign.js';
import { sweepAttestation } from '../../../src/attest/sweep.js';
import { verifyPost } from '../../../src/attest/verify-post.js';
import { accountBinding } from '../../../src/client/index.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { softwareAuthenticator } from '../../../src/demo/software-authenticator.js';
import { LONGEST, ORIGIN, openRig, type Rig } from './rig.js';

let rig: Rig;
let ann: DemoAuthor;
beforeAll(async () => {
  rig = await openRig();
  ann = await rig.author();
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.now = Date.UTC(2030, 0, 15);
});

const code = async (act: Promise<unknown>): Promise<ErrorCode | null> => {
  try {
    await act;
    return null;
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
};
const segment = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Record<string, unknown>;

const text = 'I was there, and I saw it myself.';
const ask = (more: object = {}) =>
  challengeText(rig.issuer, 'acme', { subject: ann.subject, platform: 'forum', text, ...more });
const redeem = (
  nonce: string,
  response: ReturnType<DemoAuthor['authenticator']['assert']>,
  more: object = {},
) =>
  issueAttestation(rig.issuer, 'acme', { nonce, subject: ann.subject, platform: 'forum', response, ...more });

describe('a token', () => {
  test('has exactly the header and the claims of the contract, and verifies for its text and author', async () => {
    const { token, jti } = await ann.attest({ text });
    expect(TokenHeader.parse(segment(token, 0))).toEqual(segment(token, 0));
    const claims = TokenClaims.parse(segment(token, 1));
    expect(claims).toMatchObject({
      aud: 'forum',
      acc: await accountBinding('forum', 'ann-1'),
      jti,
      lvl: { prs: 1, unq: 1, cmp: 0 },
      hal: 2,
      evd: ['passkey', 'platform_vouch'],
      np: ['composed', 'unique', 'uncoerced'],
    });
    expect(claims.exp - claims.iat).toBe(90 * 86_400);
    const result = await rig.issuer.verifier.verify(token, { text, platform: 'forum', author: 'ann-1' });
    expect(result).toMatchObject({ valid: true, hal: 2, author: 'match', content: 'exact', status: 'valid' });
  });

  test('of an account nobody vouches for says so', async () => {
    const bea = await rig.author('bea-1', false);
    const { token, hal } = await bea.attest({ text });
    expect(hal).toBe(1);
    expect(segment(token, 1)).toMatchObject({ lvl: { prs: 1, unq: 0 }, evd: ['passkey'] });
  });

  test('of a young account is not vouched, whatever the platform says', async () => {
    rig.now = Date.UTC(2020, 5, 1);
    const kim = await rig.author('kim-1', true);
    expect((await kim.attest({ text })).hal).toBe(1);
  });

  test('names the same subject for one account and another for each other', async () => {
    const first = segment((await ann.attest({ text })).token, 1);
    const second = segment((await ann.attest({ text: 'Another.' })).token, 1);
    const other = segment((await (await rig.author('cy-1')).attest({ text })).token, 1);
    expect(first['sub']).toBe(second['sub']);
    expect(first['sub']).not.toBe(other['sub']);
  });

  test('for private mail carries a salt and verifies under it', async () => {
    const challenge = await ask({ private: true });
    const { token } = await redeem(challenge.nonce, ann.authenticator.assert(challenge.publicKey), { text });
    const plain = await ask();
    expect(challenge.con.salt).toBeDefined();
    expect(challenge.con.h).not.toBe(plain.con.h);
    const result = await rig.issuer.verifier.verify(token, { text, platform: 'forum', author: 'ann-1' });
    expect(result.content).toBe('exact');
  });

  test('at the maxima of every field stays within 1,200 bytes', async () => {
    const iss = `https://${'a'.repeat(40)}.example.org:8443`.slice(0, 64);
    const issuer = await rig.reopen({ iss: new URL(iss).origin });
    const aud = LONGEST;
    await registerPlatform(issuer, 'acme', { aud, name: 'P', keys: [rig.platformKey.publicJwk] });
    const { enrolDemoAuthor } = await import('../../../src/demo/author.js');
    const account = {
      platform: aud,
      accountId: 'x'.repeat(500),
      createdAt: '2020-01-01T00:00:00Z',
      vouched: true,
    };
    const author = await enrolDemoAuthor(issuer, 'acme', rig.platformKey, account);
    const challenge = await challengeText(issuer, 'acme', {
      subject: author.subject,
      platform: aud,
      text: 'w '.repeat(49_999),
      private: true,
    });
    const response = author.authenticator.assert(challenge.publicKey);
    const request = { nonce: challenge.nonce, subject: author.subject, platform: aud, response };
    expect((await issueAttestation(issuer, 'acme', request)).token.length).toBeLessThanOrEqual(1200);
  });

  test('leaves no text behind: only hashes are in the store', async () => {
    const word = 'Unmistakable-7261';
    await ann.attest({ text: `This ${word} text is nobody's business.` });
    await ask({ text: `And ${word} here.` });
    const { attestations, challenges } = rig.opened.collections;
    const kept = await Promise.all([
      attestations.page({ index: 'by_audience', where: { tenant: 'acme', aud: 'forum' }, limit: 100 }),
      challenges.page({ index: 'by_expiry', limit: 100 }),
    ]);
    expect(kept[0].docs.length).toBeGreaterThan(0);
    expect(kept[1].docs.length).toBeGreaterThan(0);
    expect(JSON.stringify(kept)).not.toContain(word);
  });
});

describe('one challenge', () => {
  test('redeemed by fifty requests at once, over two processes, becomes one token', async () => {
    const other = await rig.reopen();
    const challenge = await ask();
    const response = ann.authenticator.assert(challenge.publicKey);
    const request = { nonce: challenge.nonce, subject: ann.subject, platform: 'forum', response };
    const issued = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        issueAttestation(index % 2 ? other : rig.issuer, 'acme', request),
      ),
    );
    expect(new Set(issued.map(({ token }) => token)).size).toBe(1);
    const { docs } = await rig.opened.collections.attestations.page({
      index: 'by_subject',
      where: { subject: ann.subject },
      residual: { _id: issued[0]!.jti },
      limit: 10,
    });
    expect(docs).toHaveLength(1);
  });

  test('redeemed by two subjects at once gives the token to its own and to nobody else', async () => {
    const bob = await rig.author('bob-at-once');
    for (let round = 0; round < 5; round++) {
      const challenge = await ask();
      const response = ann.authenticator.assert(challenge.publicKey);
      const [own, other] = await Promise.all([
        code(redeem(challenge.nonce, response)),
        code(redeem(challenge.nonce, response, { subject: bob.subject })),
      ]);
      expect([own, ['attest.mismatch', 'attest.challenge'].includes(String(other))]).toEqual([null, true]);
    }
  });

  test('gives the same token again, after the challenge itself is gone', async () => {
    const challenge = await ask();
    const response = ann.authenticator.assert(challenge.publicKey);
    const first = await redeem(challenge.nonce, response);
    rig.now += 3_600_000;
    expect(await redeem(challenge.nonce, response)).toEqual(first);
  });

  test('is refused when expired, unknown, of another purpose, or another tenant’s', async () => {
    const late = await ask();
    const response = ann.authenticator.assert(late.publicKey);
    rig.now += 5 * 60_000;
    expect(await code(redeem(late.nonce, response))).toBe('attest.challenge');
    expect(await code(redeem('A'.repeat(43), response))).toBe('attest.challenge');
    const proof = rig.platformKey.signAccountProof({
      aud: 'forum',
      accountId: 'z',
      createdAt: '2020-01-01',
      now: rig.now,
    });
    const { enrolment } = await beginEnrolment(rig.issuer, 'acme', 'forum', proof);
    expect(await code(redeem(enrolment, response))).toBe('attest.challenge');
    const request = { nonce: late.nonce, subject: ann.subject, platform: 'forum', response };
    expect(await code(issueAttestation(rig.issuer, 'rival', request))).toBe('attest.not_authorised');
  });

  test('is refused with another text, another platform or another subject', async () => {
    const bob = await rig.author('bob-1');
    const challenge = await ask();
    const response = ann.authenticator.assert(challenge.publicKey);
    expect(await code(redeem(challenge.nonce, response, { text: `${text} Not.` }))).toBe('attest.mismatch');
    expect(await code(redeem(challenge.nonce, response, { subject: bob.subject }))).toBe('attest.mismatch');
    await registerPlatform(rig.issuer, 'acme', {
      aud: 'other',
      name: 'O',
      keys: [rig.platformKey.publicJwk],
    });
    expect(await code(redeem(challenge.nonce, response, { platform: 'other' }))).toBe('attest.mismatch');
    const issued = await redeem(challenge.nonce, response, { html: `<p>${text}</p>` });
    expect(await code(redeem(challenge.nonce, response, { subject: bob.subject }))).toBe('attest.challenge');
    expect(issued.hal).toBe(2);
  });

  test('is refused when a field under the signature was changed in the store', async () => {
    const challenge = await ask();
    const response = ann.authenticator.assert(challenge.publicKey);
    const { challenges } = rig.opened.collections;
    const { challengeId } = await import('../../../src/attest/challenge.js');
    const other = await ask({ text: 'Something I never signed.' });
    await challenges.update(challengeId(challenge.nonce), { set: { h: other.con.h } });
    expect(await code(redeem(challenge.nonce, response))).toBe('attest.mismatch');
  });

  test('is refused with an assertion over another challenge, by another key, from another origin', async () => {
    const challenge = await ask();
    const other = await ask();
    const wrongChallenge = ann.authenticator.assert(other.publicKey);
    expect(await code(redeem(challenge.nonce, wrongChallenge))).toBe('attest.assertion');
    const stranger = softwareAuthenticator(ORIGIN, 'assay.example').assert(challenge.publicKey);
    expect(await code(redeem(challenge.nonce, stranger))).toBe('attest.assertion');
    const bob = await rig.author('bob-2');
    expect(await code(redeem(challenge.nonce, bob.authenticator.assert(challenge.publicKey)))).toBe(
      'attest.assertion',
    );
    const stolen = {
      ...bob.authenticator.assert(challenge.publicKey),
      id: wrongChallenge.id,
      rawId: wrongChallenge.id,
    };
    expect(await code(redeem(challenge.nonce, stolen))).toBe('attest.assertion');
  });

  test('is refused when the key’s counter has not risen', async () => {
    const first = await ask();
    const second = await ask();
    const early = ann.authenticator.assert(first.publicKey);
    const late = ann.authenticator.assert(second.publicKey);
    await redeem(second.nonce, late);
    expect(await code(redeem(first.nonce, early))).toBe('attest.assertion');
  });

  test('a key without a counter may sign again and again', async () => {
    const synced = softwareAuthenticator(ORIGIN, 'assay.example', false);
    const proof = rig.platformKey.signAccountProof({
      aud: 'forum',
      accountId: 'syn',
      createdAt: '2020-01-01',
      now: rig.now,
    });
    const { enrolment, publicKey } = await beginEnrolment(rig.issuer, 'acme', 'forum', proof);
    const { subject } = await completeEnrolment(rig.issuer, 'acme', enrolment, synced.register(publicKey));
    for (const each of ['One.', 'Two.']) {
      const challenge = await ask({ subject, text: each });
      const response = synced.assert(challenge.publicKey);
      expect((await redeem(challenge.nonce, response, { subject })).hal).toBe(1);
    }
  });

  test('binds every field: changing any one gives another challenge', () => {
    const fields = {
      nonce: 'A'.repeat(43),
      can: 'hpt-1',
      h: 'B'.repeat(43),
      w: 'C'.repeat(43),
      n: 5,
      aud: 'forum',
      acc: 'D'.repeat(22),
    };
    const changes = [
      { nonce: 'E'.repeat(43) },
      { can: 'hpt-0' },
      { h: 'E'.repeat(43) },
      { w: null },
      { n: 6 },
      { aud: 'forun' },
      { acc: 'E'.repeat(22) },
    ];
    const all = [{}, ...changes].map((change) => signChallenge({ ...fields, ...change }).toString('hex'));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('a text to sign', () => {
  test.each([
    ['empty', { text: ' \u200b ' }, 'attest.text_rejected'],
    ['with a control character', { text: 'a\u0007' }, 'attest.text_rejected'],
    ['given twice', { html: '<p>x</p>' }, 'attest.text_rejected'],
    ['not given', { text: undefined }, 'attest.text_rejected'],
    ['for a platform that is not ours', { platform: 'elsewhere' }, 'attest.not_authorised'],
    ['for an unknown subject', { subject: 'nobody' }, 'request.not_found'],
  ])('%s is refused', async (_name, more, expected) => {
    expect(await code(ask(more))).toBe(expected);
  });

  test('shows the author what is signed and what was strange', async () => {
    const challenge = await ask({ text: 'pay\u200b  now' });
    expect(challenge).toMatchObject({ canonical: 'pay now', reported: ['zero_width'], con: { n: 7 } });
  });
});

describe('an account proof', () => {
  const begin = (proof: string, platform = 'forum') => beginEnrolment(rig.issuer, 'acme', platform, proof);
  const proven = (change: object = {}) =>
    rig.platformKey.signAccountProof({
      aud: 'forum',
      accountId: 'eve-1',
      createdAt: '2020-01-01',
      now: rig.now,
      ...change,
    });

  test.each([
    ['for another platform', () => proven({ aud: 'other' })],
    ['from the future', () => proven({ now: rig.now + 120_000 })],
    ['older than five minutes and a minute of skew', () => proven({ now: rig.now - 361_000 })],
    ['that lives too long', () => proven({ exp: Math.floor(rig.now / 1000) + 301 })],
    ['without an account', () => proven({ accountId: '' })],
    ['without a date', () => proven({ createdAt: 'yesterday' })],
    ['with a nonce that is too short', () => proven({ nonce: 'abc' })],
    ['without a time', () => proven({ exp: 'soon' })],
    [
      'signed by a stranger',
      () =>
        createPlatformKey().signAccountProof({
          aud: 'forum',
          accountId: 'eve-1',
          createdAt: '2020-01-01',
          now: rig.now,
        }),
    ],
    ['that is no JWT', () => 'eve-1'],
    ['whose signature was changed', () => `${proven().slice(0, -8)}AAAAAAAA`],
    [
      'whose claims are no object',
      () => proven().replace(/\.[^.]+\./, `.${Buffer.from('[]').toString('base64url')}.`),
    ],
    ['too long to read', () => proven({ accountId: 'x'.repeat(5000) })],
  ])('%s is refused', async (_name, proof) => {
    expect(await code(begin(proof()))).toBe('attest.platform_proof');
  });

  test('is used once, even by ten requests at once', async () => {
    const proof = proven();
    const codes = await Promise.all(Array.from({ length: 10 }, () => code(begin(proof))));
    expect(codes.filter((each) => each === null)).toHaveLength(1);
    expect(codes.filter((each) => each === 'attest.platform_proof')).toHaveLength(9);
  });
});

describe('an enrolment', () => {
  const begin = (accountId: string) =>
    beginEnrolment(
      rig.issuer,
      'acme',
      'forum',
      rig.platformKey.signAccountProof({ aud: 'forum', accountId, createdAt: '2020-01-01', now: rig.now }),
    );

  test('of a second key joins the subject of the first, and the options name the first', async () => {
    const first = softwareAuthenticator(ORIGIN, 'assay.example');
    const one = await begin('dora');
    const { subject } = await completeEnrolment(
      rig.issuer,
      'acme',
      one.enrolment,
      first.register(one.publicKey),
    );
    const two = await begin('dora');
    expect(two.publicKey.excludeCredentials).toHaveLength(1);
    const second = softwareAuthenticator(ORIGIN, 'assay.example').register(two.publicKey);
    expect(await completeEnrolment(rig.issuer, 'acme', two.enrolment, second)).toEqual({ subject });
  });

  test('of a key that is already registered is refused', async () => {
    const key = softwareAuthenticator(ORIGIN, 'assay.example');
    const one = await begin('emil');
    await completeEnrolment(rig.issuer, 'acme', one.enrolment, key.register(one.publicKey));
    const two = await begin('emma');
    expect(
      await code(completeEnrolment(rig.issuer, 'acme', two.enrolment, key.register(two.publicKey))),
    ).toBe('attest.assertion');
  });

  test('is refused a second time, when expired, for another tenant, and from another origin', async () => {
    const one = await begin('fred');
    const registration = softwareAuthenticator(ORIGIN, 'assay.example').register(one.publicKey);
    expect(await code(completeEnrolment(rig.issuer, 'rival', one.enrolment, registration))).toBe(
      'attest.challenge',
    );
    await completeEnrolment(rig.issuer, 'acme', one.enrolment, registration);
    expect(await code(completeEnrolment(rig.issuer, 'acme', one.enrolment, registration))).toBe(
      'attest.challenge',
    );
    const two = await begin('fred');
    rig.now += 5 * 60_000;
    expect(await code(completeEnrolment(rig.issuer, 'acme', two.enrolment, registration))).toBe(
      'attest.challenge',
    );
    const three = await begin('fred');
    const phished = softwareAuthenticator('https://evil.example', 'assay.example').register(three.publicKey);
    expect(await code(completeEnrolment(rig.issuer, 'acme', three.enrolment, phished))).toBe(
      'attest.assertion',
    );
  });

  test('expired challenges and used proofs are swept, current ones stay', async () => {
    await begin('gina');
    const current = await ask();
    rig.now += 4 * 60_000;
    const later = await ask();
    rig.now += 2 * 60_000;
    expect(await sweepAttestation(rig.issuer)).toBeGreaterThan(0);
    expect(await code(redeem(current.nonce, ann.authenticator.assert(current.publicKey)))).toBe(
      'attest.challenge',
    );
    expect(await code(redeem(later.nonce, ann.authenticator.assert(later.publicKey)))).toBeNull();
  });
});

describe('a platform', () => {
  test('belongs to the tenant that registered it first', async () => {
    const platform = { aud: 'forum', name: 'Mine', keys: [createPlatformKey().publicJwk] };
    expect(await code(registerPlatform(rig.issuer, 'rival', platform))).toBe('attest.not_authorised');
  });

  test('is refused a key that is not on the curve', async () => {
    const key = { ...createPlatformKey().publicJwk, x: 'A'.repeat(43) };
    expect(await code(registerPlatform(rig.issuer, 'acme', { aud: 'bad', name: 'B', keys: [key] }))).toBe(
      'request.invalid',
    );
  });

  test('may change its keys', async () => {
    const next = createPlatformKey();
    await registerPlatform(rig.issuer, 'acme', {
      aud: 'rolling',
      name: 'R',
      keys: [rig.platformKey.publicJwk],
    });
    await registerPlatform(rig.issuer, 'acme', { aud: 'rolling', name: 'R', keys: [next.publicJwk] });
    const account = { aud: 'rolling', accountId: 'a', createdAt: '2020-01-01', now: rig.now };
    const begin = (proof: string) => beginEnrolment(rig.issuer, 'acme', 'rolling', proof);
    expect(await code(begin(rig.platformKey.signAccountProof(account)))).toBe('attest.platform_proof');
    expect(await code(begin(next.signAccountProof(account)))).toBeNull();
  });
});

test('a post’s token gives its hal at intake; on another account, for another text or on another platform it gives -1', async () => {
  const { token } = await ann.attest({ text });
  const verify = verifyPost(rig.issuer);
  const post = { tenant: 'acme', token, platform: 'forum', authorId: 'ann-1', text };
  expect(await verify(post)).toBe(2);
  expect(await verify({ ...post, authorId: 'bob-1' })).toBe(-1);
  expect(await verify({ ...post, text: 'Edited.' })).toBe(-1);
  expect(await verify({ ...post, platform: 'other' })).toBe(-1);
  expect(await verify({ ...post, token: 'x' })).toBe(-1);
});

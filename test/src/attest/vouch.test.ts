/** For how long a platform's word about an account counts. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { beginEnrolment, completeEnrolment } from '../../../src/attest/enrol.js';
import { issueAttestation } from '../../../src/attest/issue.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { challengeText } from '../../../src/attest/sign.js';
import { uniquenessOf } from '../../../src/attest/vouch.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey, type PlatformKey } from '../../../src/demo/platform-key.js';
import { softwareAuthenticator } from '../../../src/demo/software-authenticator.js';
import { ORIGIN, openRig, type Rig } from './rig.js';

let rig: Rig;
let ann: DemoAuthor;
beforeEach(async () => {
  rig = await openRig();
  ann = await rig.author();
});
afterEach(() => rig.close());

let count = 0;
const levels = async (author = ann) => {
  const { token } = await author.attest({ text: `Text ${++count}.` });
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  return [claims.lvl.unq, claims.hal, claims.evd, claims.np.includes('unique')];
};
const VOUCHED = [1, 2, ['passkey', 'platform_vouch'], true];
const BARE = [0, 1, ['passkey'], true];
const keys = (...some: PlatformKey[]) =>
  registerPlatform(rig.issuer, 'acme', {
    aud: 'forum',
    name: 'Forum',
    keys: some.map(({ publicJwk }) => publicJwk),
  });
/** The account proves itself again, with another key of its author's. */
async function enrolAgain(vouched: boolean, key = rig.platformKey, accountId = 'ann-1') {
  const account = { aud: 'forum', accountId, createdAt: '2020-01-01T00:00:00Z', vouched, now: rig.now };
  const begun = await beginEnrolment(rig.issuer, 'acme', 'forum', key.signAccountProof(account));
  const registration = softwareAuthenticator(ORIGIN, 'assay.example').register(begun.publicKey);
  return () => completeEnrolment(rig.issuer, 'acme', begun.enrolment, registration);
}

describe('a platform’s word about an account', () => {
  test('counts for its time and no longer, until it is given again', async () => {
    rig.now += LIMITS.vouchedMs - 1;
    expect(await levels()).toEqual(VOUCHED);
    rig.now += 1;
    expect(await levels()).toEqual(BARE);
    await (await enrolAgain(true))();
    expect(await levels()).toEqual(VOUCHED);
    expect(LIMITS.vouchedMs).toBe(90 * 86_400_000);
  });

  test('is taken back by saying otherwise, also when the older word is completed later', async () => {
    const older = await enrolAgain(true);
    rig.now += 1_000;
    await (await enrolAgain(false))();
    expect(await levels()).toEqual(BARE);
    await older();
    expect(await levels()).toEqual(BARE);
  });

  test('is taken back at once by a proof that says otherwise, though no key is ever registered with it', async () => {
    const older = await enrolAgain(true);
    rig.now += 1_000;
    await enrolAgain(false);
    expect(await levels()).toEqual(BARE);
    await older();
    expect(await levels()).toEqual(BARE);
    rig.now += 1_000;
    // A better word needs the author's key, as ever.
    const newer = await enrolAgain(true);
    expect(await levels()).toEqual(BARE);
    await newer();
    expect(await levels()).toEqual(VOUCHED);
    const bob = await rig.author('bob-1');
    await enrolAgain(false);
    expect(await levels(bob)).toEqual(VOUCHED);
  });

  test('lapses with the key it was given with, and does not come back with it', async () => {
    const next = createPlatformKey();
    rig.now += 60_000;
    await keys(rig.platformKey, next);
    expect(await levels()).toEqual(VOUCHED);
    await keys(next);
    expect(await levels()).toEqual(BARE);
    rig.now += 60_000;
    await keys(next, rig.platformKey);
    expect(await levels()).toEqual(BARE);
    await (await enrolAgain(true, next))();
    expect(await levels()).toEqual(VOUCHED);
  });

  test('that lapses between challenge and signature is not in the token', async () => {
    const asked = { subject: ann.subject, platform: 'forum', text: 'Just in time.' };
    const { nonce, publicKey } = await challengeText(rig.issuer, 'acme', asked);
    const response = ann.authenticator.assert(publicKey);
    await keys(createPlatformKey());
    expect((await issueAttestation(rig.issuer, 'acme', { ...asked, nonce, response })).hal).toBe(1);
  });

  test('of a store from before it was dated counts for nothing', () => {
    const key = { kty: 'EC', crv: 'P-256', x: '', y: '', kid: 'k', sinceMs: 5 } as const;
    const word = { unq: 1, vouchedMs: 5, vouchedBy: 'k' };
    expect(uniquenessOf(word, [key], 5)).toBe(1);
    expect(uniquenessOf({ unq: 1 }, [key], 5)).toBe(0);
    expect(uniquenessOf({ ...word, unq: 0 }, [key], 5)).toBe(0);
    expect(uniquenessOf(word, [{ ...key, sinceMs: 6 }], 6)).toBe(0);
  });
});

test('a credential of one person counts for its time while its issuer is trusted, and the platform’s word beside it', () => {
  const subject = {
    unq: 0,
    vouchedMs: null,
    vouchedBy: null,
    personUntilMs: 1_000,
    personBy: 'https://persons.example',
  };
  const by = (iss: string) => (issuer: string) => issuer === iss;
  expect(uniquenessOf(subject, [], 999, by('https://persons.example'))).toBe(2);
  expect(uniquenessOf(subject, [], 1_000, by('https://persons.example'))).toBe(0);
  expect(uniquenessOf(subject, [], 999, by('https://others.example'))).toBe(0);
  expect(uniquenessOf(subject, [], 999)).toBe(0);
});

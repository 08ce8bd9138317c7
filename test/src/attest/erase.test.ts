/** Erasure: afterwards nothing in any collection names the author, and every token of theirs is revoked. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eraseSubject } from '../../../src/attest/erase.js';
import { importCredentialTrust } from '../../../src/attest/evidence/credential-trust.js';
import { issueAttestation } from '../../../src/attest/issue.js';
import { beginPresentation, completePresentation } from '../../../src/attest/present.js';
import { challengeText } from '../../../src/attest/sign.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import { ISSUER, ISSUER_KEY, NOW, presentation } from '../../evidence/credentials.js';
import { everything } from './everything.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
let ann: DemoAuthor;

beforeEach(async () => {
  const issuers = [
    {
      iss: ISSUER,
      audiences: ['*'],
      token_keys: [ISSUER_KEY.jwk],
      status_keys: [],
      status_origins: [],
      credentials: {},
    },
  ];
  rig = await openRig({ credentials: await importCredentialTrust(issuers) });
  rig.now = NOW * 1000;
  ann = await rig.author();
});
afterEach(() => rig.close());

const proof = (accountId = 'ann-1') =>
  rig.platformKey.signAccountProof({
    aud: 'forum',
    accountId,
    createdAt: '2020-01-01T00:00:00Z',
    vouched: true,
    now: rig.now,
  });
const erase = (text = proof()) => eraseSubject(rig.issuer, 'acme', 'forum', text);
const verify = (token: string) =>
  rig.issuer.verifier.verify(token, { text: 'Mine.', platform: 'forum', author: 'ann-1' });

async function present(author: DemoAuthor): Promise<void> {
  const whose = { subject: author.subject, platform: 'forum' };
  const { nonce, aud } = await beginPresentation(rig.issuer, 'acme', whose);
  const text = presentation({ binding: { nonce, aud } });
  await completePresentation(rig.issuer, 'acme', { ...whose, nonce, presentation: text });
}

describe('an author who is erased', () => {
  test('is named by nothing that is kept, and others are as they were', async () => {
    const ben = await rig.author('ben-1');
    const { token: other } = await ben.attest({ text: 'Another.' });
    await present(ann);
    const { token, jti } = await ann.attest({ text: 'Mine.' });
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    await challengeText(rig.issuer, 'acme', {
      subject: ann.subject,
      platform: 'forum',
      text: 'Not signed yet.',
    });
    const { docs } = await rig.issuer.collections.credentials.page({
      index: 'by_subject',
      where: { subject: ann.subject },
      limit: 1,
    });
    const traces = [
      ann.subject,
      claims.sub,
      claims.acc,
      claims.con.h,
      jti,
      token,
      docs[0]!.credentialId,
      docs[0]!.publicKey,
    ];
    const found = async () =>
      (await everything(rig)).filter(({ text }) => traces.some((trace) => text.includes(trace)));
    expect(new Set((await found()).map(({ name }) => name))).toEqual(
      new Set(['subjects', 'credentials', 'challenges', 'persons', 'attestations']),
    );
    expect(await erase()).toEqual({ revoked: 1 });
    expect(await found()).toEqual([]);
    expect(
      await rig.issuer.verifier.verify(other, { text: 'Another.', platform: 'forum', author: 'ben-1' }),
    ).toMatchObject({ valid: true });
  });

  test('has every token revoked, whatever its state was, and the lists stay as valid as they were', async () => {
    const tokens = [];
    for (let count = 0; count < 3; count++) tokens.push((await ann.attest({ text: 'Mine.' })).token);
    expect(await verify(tokens[0]!)).toMatchObject({ valid: true });
    expect(await erase()).toEqual({ revoked: 3 });
    for (const token of tokens)
      expect(await verify(token)).toMatchObject({ valid: false, status: 'revoked' });
  });

  test('signs nothing any more, with a challenge given before neither', async () => {
    const challenge = await challengeText(rig.issuer, 'acme', {
      subject: ann.subject,
      platform: 'forum',
      text: 'Mine.',
    });
    await erase();
    const response = ann.authenticator.assert(challenge.publicKey);
    const request = { nonce: challenge.nonce, subject: ann.subject, platform: 'forum', response };
    await expect(issueAttestation(rig.issuer, 'acme', request)).rejects.toMatchObject({
      code: 'request.not_found',
    });
    await expect(ann.attest({ text: 'Mine.' })).rejects.toMatchObject({ code: 'request.not_found' });
  });

  test('leaves no token that was on its way at that moment', async () => {
    const challenges = await Promise.all(
      Array.from({ length: 6 }, () =>
        challengeText(rig.issuer, 'acme', { subject: ann.subject, platform: 'forum', text: 'Mine.' }),
      ),
    );
    const issued = challenges.map(({ nonce, publicKey }) =>
      issueAttestation(rig.issuer, 'acme', {
        nonce,
        subject: ann.subject,
        platform: 'forum',
        response: ann.authenticator.assert(publicKey),
      }),
    );
    const [, ...outcomes] = await Promise.allSettled([erase(), ...issued]);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') {
        expect(await verify((outcome.value as { token: string }).token)).toMatchObject({
          valid: false,
          status: 'revoked',
        });
      }
    }
    const { attestations } = rig.issuer.collections;
    expect(
      (await attestations.page({ index: 'by_subject', where: { subject: ann.subject }, limit: 9 })).docs,
    ).toEqual([]);
  });

  test('is somebody else when enrolled again, and may present the credential again', async () => {
    await present(ann);
    const before = (await ann.attest({ text: 'Mine.' })).token;
    await erase();
    const again = await rig.author();
    await present(again);
    const after = (await again.attest({ text: 'Mine.' })).token;
    const sub = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sub;
    expect(sub(after)).not.toBe(sub(before));
    expect(await verify(after)).toMatchObject({ valid: true, lvl: { unq: 2 } });
  });

  test('has to prove the account, with a proof that was not used', async () => {
    await expect(erase('account ann-1')).rejects.toMatchObject({ code: 'attest.platform_proof' });
    await expect(erase(proof('nobody'))).rejects.toMatchObject({ code: 'request.not_found' });
    const used = proof();
    await erase(used);
    await expect(erase(used)).rejects.toMatchObject({ code: 'attest.platform_proof' });
    await expect(erase()).rejects.toMatchObject({ code: 'request.not_found' });
    await expect(eraseSubject(rig.issuer, 'rival', 'forum', proof())).rejects.toMatchObject({
      code: 'attest.not_authorised',
    });
  });
});

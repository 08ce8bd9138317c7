/** Erasure: afterwards nothing in any collection names the author, and every token of theirs is revoked. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { beginEnrolment, completeEnrolment } from '../../../src/attest/enrol.js';
import { eraseSubject } from '../../../src/attest/erase.js';
import { importCredentialTrust } from '../../../src/attest/evidence/credential-trust.js';
import { issueAttestation } from '../../../src/attest/issue.js';
import type { Issuer } from '../../../src/attest/issuer.js';
import { beginPresentation, completePresentation } from '../../../src/attest/present.js';
import { challengeText } from '../../../src/attest/sign.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import { softwareAuthenticator } from '../../../src/demo/software-authenticator.js';
import { ISSUER, ISSUER_KEY, NOW, presentation } from '../../evidence/credentials.js';
import { everything } from './everything.js';
import { ORIGIN, openRig, type Rig } from './rig.js';

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

async function present(author: DemoAuthor, issuer = rig.issuer): Promise<void> {
  const whose = { subject: author.subject, platform: 'forum' };
  const { nonce, aud } = await beginPresentation(rig.issuer, 'acme', whose);
  const text = presentation({ binding: { nonce, aud } });
  await completePresentation(issuer, 'acme', { ...whose, nonce, presentation: text });
}

/** An issuer for whom `act` is done just before it inserts into this collection. */
function beforeInsertOf(name: 'persons' | 'credentials', act: () => Promise<unknown>): Issuer {
  const kept = rig.issuer.collections[name];
  const watched = new Proxy(kept, {
    get(target, key) {
      if (key === 'insert') return (doc: never) => act().then(() => target.insert(doc));
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...rig.issuer, collections: { ...rig.issuer.collections, [name]: watched } };
}
const left = async (name: 'persons' | 'credentials', { subject } = ann) => {
  const { persons, credentials } = rig.issuer.collections;
  const query = { index: 'by_subject', where: { subject }, limit: 5 };
  return (await (name === 'persons' ? persons.page(query) : credentials.page(query))).docs;
};

describe('an author who is erased', () => {
  test('while presenting a credential leaves no person behind', async () => {
    const during = beforeInsertOf('persons', () => erase());
    await expect(present(ann, during)).rejects.toMatchObject({ code: 'request.not_found' });
    expect(await left('persons')).toEqual([]);
    await present(await rig.author());
  });

  test('while presenting, with the key destroyed and the rest not done yet, leaves none either', async () => {
    const { subjects } = rig.issuer.collections;
    const during = beforeInsertOf('persons', () =>
      subjects.update(ann.subject, { set: { sealedKey: null } }),
    );
    await expect(present(ann, during)).rejects.toMatchObject({ code: 'request.not_found' });
    expect(await left('persons')).toEqual([]);
  });

  test('holds no person back by a document that was left over', async () => {
    await present(ann);
    await rig.issuer.collections.subjects.delete(ann.subject);
    const again = await rig.author();
    await present(again);
    expect(await left('persons')).toEqual([]);
    expect(await left('persons', again)).toHaveLength(1);
  });

  test('while registering another key leaves no key behind', async () => {
    const begun = await beginEnrolment(rig.issuer, 'acme', 'forum', proof());
    const registration = softwareAuthenticator(ORIGIN, 'assay.example').register(begun.publicKey);
    const during = beforeInsertOf('credentials', () => erase());
    await expect(completeEnrolment(during, 'acme', begun.enrolment, registration)).rejects.toMatchObject({
      code: 'attest.mismatch',
    });
    expect(await left('credentials')).toEqual([]);
  });

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

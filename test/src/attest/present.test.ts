/** One person, one author: credentials presented to the issuer. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.js';
import {
  type CredentialIssuer,
  importCredentialTrust,
} from '../../../src/attest/evidence/credential-trust.js';
import { beginPresentation, completePresentation } from '../../../src/attest/present.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import {
  digest,
  disclosure,
  ISSUER,
  ISSUER_KEY,
  NOW,
  presentation,
  STATUS_KEY,
  STATUS_URI,
  statusList,
} from '../../evidence/credentials.js';
import { everything } from './everything.js';
import { ISS, openRig, type Rig } from './rig.js';

let rig: Rig;
let ann: DemoAuthor;

const trust = (change: Partial<z.infer<typeof CredentialIssuer>> = {}) =>
  importCredentialTrust([
    {
      iss: ISSUER,
      audiences: ['forum'],
      token_keys: [ISSUER_KEY.jwk],
      status_keys: [STATUS_KEY.jwk],
      status_origins: ['https://persons.example'],
      credentials: {},
      ...change,
    },
  ]);

beforeEach(async () => {
  rig = await openRig({ credentials: await trust(), fetch: async () => new Response(statusList([3])) });
  rig.now = NOW * 1000;
  ann = await rig.author();
});
afterEach(() => rig.close());

const ask = (author = ann) =>
  beginPresentation(rig.issuer, 'acme', { subject: author.subject, platform: 'forum' });
const person = (name: string) => {
  const shown = disclosure('nullifier', name);
  return { disclosures: [shown], claims: { _sd: [digest(shown)] } };
};
async function present(name: string, author = ann, claims: object = {}) {
  const { nonce, aud } = await ask(author);
  const { disclosures, claims: own } = person(name);
  const text = presentation({
    disclosures,
    claims: { exp: NOW + 400 * 86_400, ...own, ...claims },
    binding: { nonce, aud, iat: Math.floor(rig.now / 1000) },
  });
  const request = { subject: author.subject, platform: 'forum', nonce, presentation: text };
  return completePresentation(rig.issuer, 'acme', request);
}
let count = 0;
async function levels(author = ann) {
  const { token, hal } = await author.attest({ text: `Text ${++count}.` });
  const { lvl, evd, np } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  return { unq: lvl.unq, hal, evd, np };
}

describe('a presented credential', () => {
  test('makes the author one person, in every attestation from then on', async () => {
    expect((await levels()).unq).toBe(1);
    expect(await present('person-1')).toEqual({ unq: 2, untilMs: rig.now + LIMITS.personMs });
    expect(await levels()).toMatchObject({
      unq: 2,
      hal: 2,
      evd: ['passkey', 'credential'],
      np: ['composed', 'uncoerced'],
    });
  });

  test('counts for its time, and presented again for another', async () => {
    await present('person-1');
    rig.now += LIMITS.personMs - 1;
    expect((await levels()).unq).toBe(2);
    rig.now += 1;
    expect((await levels()).unq).toBe(0);
    await present('person-1');
    expect((await levels()).unq).toBe(2);
  });

  test('does not count beyond its own end', async () => {
    expect(await present('person-1', ann, { exp: NOW + 60 })).toEqual({ unq: 2, untilMs: (NOW + 60) * 1000 });
    rig.now += 60_000;
    expect((await levels()).unq).toBe(1);
  });

  test('is no second author’s: one person, one author', async () => {
    const ben = await rig.author('ben-1', false);
    await present('person-1');
    await expect(present('person-1', ben)).rejects.toMatchObject({ code: 'attest.person_known' });
    expect((await levels(ben)).unq).toBe(0);
    await expect(present('person-2', ben)).resolves.toMatchObject({ unq: 2 });
  });

  test('is one author’s of any number who present it at once', async () => {
    const others = [ann, await rig.author('ben-1'), await rig.author('cem-1')];
    const outcomes = await Promise.allSettled(others.map((author) => present('person-1', author)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('leaves nothing of itself in the store but a keyed hash', async () => {
    await present('person-4711');
    for (const { name, text } of await everything(rig)) {
      expect(`${name} ${text}`).not.toMatch(/person-4711|one-person|sd-jwt/);
    }
    const { docs } = await rig.issuer.collections.persons.page({
      index: 'by_subject',
      where: { subject: ann.subject },
      limit: 5,
    });
    expect(docs).toHaveLength(1);
  });

  test('counts no more when its issuer is trusted no more, or not on this platform', async () => {
    await present('person-1');
    rig.issuer = await rig.reopen({ credentials: await trust({ iss: 'https://others.example' }) });
    await expect(present('person-1')).rejects.toMatchObject({ code: 'attest.credential' });
    rig.issuer = await rig.reopen({ credentials: await trust({ audiences: ['elsewhere'] }) });
    await expect(present('person-1')).rejects.toMatchObject({ code: 'attest.credential' });
  });

  test('is refused when it was taken back, or its list cannot be had', async () => {
    const status = (idx: number) => ({ status: { status_list: { idx, uri: STATUS_URI } } });
    await expect(present('person-1', ann, status(2))).resolves.toMatchObject({ unq: 2 });
    await expect(present('person-1', ann, status(3))).rejects.toMatchObject({ code: 'attest.credential' });
    rig.issuer = await rig.reopen({ fetch: undefined });
    await expect(present('person-1', ann, status(2))).rejects.toMatchObject({ code: 'attest.credential' });
  });

  test('needs a nonce of ours, for this author, once and in time', async () => {
    const { nonce, aud } = await ask();
    expect(aud).toBe(ISS);
    const text = presentation({ ...person('x'), binding: { nonce, aud } });
    const send = (more: object) =>
      completePresentation(rig.issuer, 'acme', {
        subject: ann.subject,
        platform: 'forum',
        nonce,
        presentation: text,
        ...more,
      });
    const ben = await rig.author('ben-1');
    await expect(send({ subject: ben.subject })).rejects.toMatchObject({ code: 'attest.challenge' });
    await expect(send({ nonce: 'A'.repeat(43) })).rejects.toMatchObject({ code: 'attest.challenge' });
    await expect(send({ presentation: 'x' })).rejects.toMatchObject({ code: 'attest.credential' });
    await expect(send({})).rejects.toMatchObject({ code: 'attest.challenge' });
    const late = await ask();
    rig.now += LIMITS.challengeMs;
    await expect(send({ nonce: late.nonce })).rejects.toMatchObject({ code: 'attest.challenge' });
  });

  test('that proves no one person is refused', async () => {
    await expect(present('person-1', ann, { vct: undefined })).rejects.toMatchObject({
      code: 'attest.credential',
      message: expect.stringContaining('credential.type'),
    });
  });

  test('is not asked for where nobody’s count', async () => {
    rig.issuer = await rig.reopen({ credentials: undefined });
    await expect(ask()).rejects.toMatchObject({ code: 'attest.credential' });
  });
});

/** What a signature is worth when the author's key was attested: through enrolment and issuance, with metadata in a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { beginEnrolment, completeEnrolment } from '../../../src/attest/enrol.js';
import { issueAttestation } from '../../../src/attest/issue.js';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../../../src/attest/passkey.js';
import { challengeText } from '../../../src/attest/sign.js';
import { androidStatement } from '../../evidence/android.js';
import {
  assertion,
  type Flag,
  type RegistrationForgery,
  registration,
} from '../../evidence/authenticator.js';
import { pem } from '../../evidence/certificate.js';
import { METADATA_ROOT, type ModelName, metadataBlob } from '../../evidence/models.js';
import { attestedBy } from '../../evidence/register-cases.js';
import { openRig, type Rig } from './rig.js';

let folder: string;
let file: string;
let rig: Rig;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-metadata-'));
  file = join(folder, 'blob.jwt');
  writeFileSync(file, metadataBlob());
  rig = await openRig({ metadata: { source: file, rootPem: pem(METADATA_ROOT.bytes) } });
});
afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

const begin = (vouched = false) => {
  const account = {
    aud: 'forum',
    accountId: 'ann',
    createdAt: '2020-01-01T00:00:00Z',
    vouched,
    now: rig.now,
  };
  return beginEnrolment(rig.issuer, 'acme', 'forum', rig.platformKey.signAccountProof(account));
};

async function enrol(forge: (challenge: string) => RegistrationForgery, vouched = false): Promise<string> {
  const { enrolment, publicKey } = await begin(vouched);
  const made = registration(forge(publicKey.challenge)) as unknown as RegistrationResponseJSON;
  return (await completeEnrolment(rig.issuer, 'acme', enrolment, made)).subject;
}
const model = (name: ModelName) => (challenge: string) => ({ ...attestedBy(name), challenge });

let counter = 0;
async function sign(subject: string, flags: readonly Flag[] = ['up', 'uv']) {
  const challenge = await challengeText(rig.issuer, 'acme', {
    subject,
    platform: 'forum',
    text: `Text ${++counter}`,
  });
  const response = assertion({
    challenge: challenge.publicKey.challenge,
    flags,
    counter,
  }) as unknown as AuthenticationResponseJSON;
  const request = { nonce: challenge.nonce, subject, platform: 'forum', response };
  const { token, hal } = await issueAttestation(rig.issuer, 'acme', request);
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  return { hal, prs: claims.lvl.prs, evd: claims.evd, token };
}

describe('an author with metadata to be judged by', () => {
  test('is asked for a statement, and signs as present with a certified authenticator', async () => {
    expect((await begin()).publicKey.attestation).toBe('direct');
    const subject = await enrol(model('good'));
    const { token, ...levels } = await sign(subject);
    expect(levels).toEqual({ hal: 2, prs: 2, evd: ['passkey', 'attested_key'] });
    expect(token).not.toContain('AAGUID');
  });

  test('reaches the highest level with an account that is vouched for as well', async () => {
    expect(await sign(await enrol(model('good'), true))).toMatchObject({
      hal: 3,
      prs: 2,
      evd: ['passkey', 'attested_key', 'platform_vouch'],
    });
  });

  test('is no more than a registered key where the person was not verified this time', async () => {
    const subject = await enrol(model('good'));
    expect(await sign(subject, ['up'])).toMatchObject({ hal: 1, prs: 1, evd: ['passkey'] });
    expect(await sign(subject)).toMatchObject({ prs: 2 });
  });

  test.each<[string, (challenge: string) => RegistrationForgery]>([
    ['software key', (challenge) => ({ challenge })],
    [
      'synced key',
      (challenge) => ({ ...attestedBy('good', {}, { flags: ['up', 'uv', 'be', 'at'] }), challenge }),
    ],
    ['revoked model', model('revoked')],
    ['foreign root', (challenge) => androidStatement({ challenge }, { forged: true })],
  ])('is no more than a registered key with a %s', async (_what, forge) => {
    expect(await sign(await enrol(forge))).toMatchObject({ hal: 1, prs: 1 });
  });

  test('falls back when the metadata expire, and when they name the model no longer', async () => {
    const subject = await enrol(model('good'));
    writeFileSync(file, metadataBlob({ payload: { no: 8, entries: [] } }));
    await rig.issuer.metadata.refresh();
    expect(await sign(subject)).toMatchObject({ prs: 1 });
    writeFileSync(file, metadataBlob({ payload: { no: 9 } }));
    await rig.issuer.metadata.refresh();
    expect(await sign(subject)).toMatchObject({ prs: 2 });
    rig.now = Date.parse('2030-02-02T00:00:00Z');
    expect(await sign(subject)).toMatchObject({ prs: 1 });
  });

  test('loses nothing and gains nothing by a second key: each key is worth what it is', async () => {
    const subject = await enrol(model('good'));
    await expect(enrol(model('good'))).rejects.toMatchObject({ code: 'attest.assertion' });
    expect(await sign(subject)).toMatchObject({ prs: 2 });
    const { docs } = await rig.issuer.collections.credentials.page({
      index: 'by_subject',
      where: { subject },
      limit: 5,
    });
    expect(docs).toHaveLength(1);
  });
});

test('without metadata an attested key is a registered one, and no statement is asked for', async () => {
  rig.issuer = await rig.reopen({ metadata: undefined });
  expect((await begin()).publicKey.attestation).toBe('none');
  expect(await sign(await enrol(model('good')))).toMatchObject({ hal: 1, prs: 1 });
});

test('a certificate that a stranger brings sends the service nowhere', async () => {
  const gone = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no way out'));
  try {
    await enrol((challenge) =>
      androidStatement({ challenge }, { forged: true, crl: 'http://169.254.169.254/latest/' }),
    );
    expect(gone).not.toHaveBeenCalled();
  } finally {
    gone.mockRestore();
  }
});

/** Keys and secrets at rest. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSeal } from '../../../src/attest/seal.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

describe('signing keys', () => {
  test('are made on first start and found again on the next', async () => {
    const again = await rig.reopen();
    expect(again.keys.token.signer.kid).toBe(rig.issuer.keys.token.signer.kid);
    expect(again.keys.status.signer.kid).toBe(rig.issuer.keys.status.signer.kid);
  });

  test('of tokens and of lists are two disjoint sets', () => {
    const { token, status } = rig.issuer.keys;
    const kids = [...token.publicKeys, ...status.publicKeys].map(({ kid }) => kid);
    expect(kids).toHaveLength(2);
    expect(new Set(kids).size).toBe(2);
  });

  test('do not open with another secret', async () => {
    await expect(rig.reopen({ secret: 'Tr0ub4dor&3' })).rejects.toMatchObject({ code: 'attest.key_locked' });
  });

  test('lie in the store only sealed', async () => {
    const { docs } = await rig.opened.collections.signingKeys.page({ index: 'by_use', limit: 10 });
    expect(docs).toHaveLength(2);
    for (const doc of docs) {
      expect(doc.publicJwk).not.toHaveProperty('d');
      expect(Buffer.from(doc.reference, 'base64url').toString('latin1')).not.toContain('"d"');
    }
  });

  test('that are retired still verify, and a new one signs', async () => {
    const old = await rig.author();
    const { token } = await old.attest({ text: 'Before.' });
    const { signingKeys } = rig.opened.collections;
    const before = rig.issuer.keys.token.signer.kid;
    await signingKeys.update(before, { set: { state: 'retired' } });
    rig.issuer = await rig.reopen();
    expect(rig.issuer.keys.token.signer.kid).not.toBe(before);
    const found = { text: 'Before.', platform: 'forum', author: 'ann-1' };
    expect((await rig.issuer.verifier.verify(token, found)).valid).toBe(true);
  });
});

describe('a sealed secret', () => {
  test('opens at its place only, and not when a byte was changed', async () => {
    const seal = await openSeal(rig.opened.collections.meta, 'operator');
    const sealed = seal.close(Buffer.from('secret'), 'here');
    expect(seal.open(sealed, 'here').toString()).toBe('secret');
    const changed = Buffer.from(sealed, 'base64url');
    changed[14]! ^= 1;
    const tries = [
      () => seal.open(sealed, 'there'),
      () => seal.open(changed.toString('base64url'), 'here'),
      () => seal.open('', 'here'),
    ];
    for (const attempt of tries) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'attest.key_locked' }) as never);
    }
  });
});

test.each(['http://', 'https://assay.example/path', `https://${'a'.repeat(60)}.example`, 'assay'])(
  'an issuer is not called %s',
  async (iss) => {
    await expect(rig.reopen({ iss })).rejects.toThrow();
  },
);

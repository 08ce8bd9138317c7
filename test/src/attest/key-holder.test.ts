/** Signing keys that lie elsewhere: in another object behind messages, as in a device or a KMS. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { device } from './device.js';
import { openRig, type Rig } from './rig.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
const outsideRig = async (): Promise<{ rig: Rig; box: ReturnType<typeof device> }> => {
  const box = device();
  open.push(box.close);
  const rig = await openRig({ keyHolder: box.holder });
  open.push(() => rig.close());
  return { rig, box };
};

describe('a key holder outside of the process', () => {
  test('signs tokens and lists that verify, and no private part is in the store', async () => {
    const { rig, box } = await outsideRig();
    expect(box.keys.size).toBe(2);
    const { token } = await (await rig.author()).attest({ text: 'Signed elsewhere.' });
    const found = { text: 'Signed elsewhere.', platform: 'forum', author: 'ann-1' };
    expect((await rig.issuer.verifier.verify(token, found)).errors).toEqual([]);
    const { docs } = await rig.opened.collections.signingKeys.page({ index: 'by_use', limit: 10 });
    expect(docs.map(({ holder, reference }) => `${holder} ${reference}`).sort()).toEqual([
      'device slot-0',
      'device slot-1',
    ]);
  });

  test('finds its keys again after a restart, and is missed when it is not there', async () => {
    const { rig, box } = await outsideRig();
    const kid = rig.issuer.keys.token.signer.kid;
    expect((await rig.reopen()).keys.token.signer.kid).toBe(kid);
    expect(box.keys.size).toBe(2);
    await expect(rig.reopen({ keyHolder: undefined })).rejects.toMatchObject({ code: 'attest.key_locked' });
  });

  test('that fails is asked again, and one that answers in DER is refused', async () => {
    const { rig, box } = await outsideRig();
    const ann = await rig.author();
    const kept = new Map(box.keys);
    box.keys.clear();
    // What the device said is for the log, not for who asked.
    await expect(ann.attest({ text: 'x' })).rejects.toMatchObject({
      code: 'attest.no_signer',
      message: 'the key holder device has failed',
      cause: { message: 'no such key' },
    });
    for (const [name, key] of kept) box.keys.set(name, key);
    await ann.attest({ text: 'y' });
    const derBox = { ...box.holder, openKey: async () => async () => new Uint8Array(71) };
    const other = await rig.reopen({ keyHolder: derBox });
    await expect(other.keys.token.signer.sign('x', {})).rejects.toMatchObject({ code: 'attest.key_locked' });
  });

  test('that fails to destroy leaves the key retired, tells nothing of itself, and is asked again by the next retire', async () => {
    const { rig, box } = await outsideRig();
    const { retire, rotate } = await import('../../../src/attest/key-rotation.js');
    const { PUBLISHED_AHEAD_MS } = await import('../../../src/attest/key-schedule.js');
    const room = (holder: typeof box.holder) => ({
      collection: rig.opened.collections.signingKeys,
      claims: rig.opened.collections.meta,
      lists: rig.opened.collections.statusLists,
      clock: () => rig.now,
      holders: [holder],
    });
    const old = rig.issuer.keys.token.signer.kid;
    const stored = async () => (await rig.opened.collections.signingKeys.get(old))!;
    const { reference } = await stored();
    await rotate(room(box.holder), 'token');
    rig.now += PUBLISHED_AHEAD_MS;
    let state: string | undefined;
    const destroyKey = async () => {
      ({ state } = await stored());
      throw new Error('PKCS#11 slot 7 /dev/hsm0 CKR_DEVICE_ERROR');
    };
    const error = await retire(room({ ...box.holder, destroyKey }), old).catch((caught) => caught);
    expect(error).toMatchObject({
      code: 'attest.no_signer',
      cause: { cause: { message: expect.stringContaining('CKR_DEVICE_ERROR') } },
    });
    expect(error.message).not.toMatch(/slot|hsm|CKR/);
    // Whoever dies while the device destroys a key has said before that it signs no more.
    expect(state).toBe('retired');
    expect(await stored()).toMatchObject({ state: 'retired', reference });
    expect(box.keys.has(reference)).toBe(true);
    rig.now += 60_000;
    const { key, role } = await retire(room(box.holder), old);
    expect([role, key.reference, key.retiredMs]).toEqual(['verifies', '', rig.now - 60_000]);
    expect(box.keys.has(reference)).toBe(false);
    let calls = 0;
    const counting = { ...box.holder, destroyKey: async () => void calls++ };
    expect(await retire(room(counting), old)).toMatchObject({ role: 'verifies' });
    expect(calls).toBe(0);
  });

  test('takes over from sealed keys at the next rotation, which go on verifying', async () => {
    const rig = await openRig();
    open.push(() => rig.close());
    const box = device();
    open.push(box.close);
    const issuer = await rig.reopen({ keyHolder: box.holder });
    expect(issuer.keys.token.signer.kid).toBe(rig.issuer.keys.token.signer.kid);
    expect(box.keys.size).toBe(0);
    const { sealedKeys } = await import('../../../src/attest/key-holder.js');
    const { compromise, rotate } = await import('../../../src/attest/key-rotation.js');
    const room = {
      collection: rig.opened.collections.signingKeys,
      claims: rig.opened.collections.meta,
      lists: rig.opened.collections.statusLists,
      clock: () => rig.now,
      holders: [box.holder, sealedKeys(rig.issuer.seal)],
    };
    const { key } = await rotate(room, 'token');
    expect(key.holder).toBe('device');
    await compromise(room, key._id);
    expect(box.keys.size).toBe(0);
  });
});

/** Keys made by several processes at once, by processes that die, and by holders that fail. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeyHolder, sealedKeys } from '../../../src/attest/key-holder.js';
import { ensureSigner, type KeyParts, keysOfSet, makeKey } from '../../../src/attest/key-making.js';
import { compromise, type KeyRoom, rotate } from '../../../src/attest/key-rotation.js';
import { sweepCandidates } from '../../../src/attest/key-sweep.js';
import { openKeys } from '../../../src/attest/keys.js';
import { device } from './device.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
const open: (() => unknown)[] = [];
beforeEach(async () => {
  rig = await openRig();
  open.push(() => rig.close());
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const box = () => {
  const made = device();
  open.push(made.close);
  return made;
};
const room = (...holders: KeyHolder[]): KeyRoom => ({
  collection: rig.opened.collections.signingKeys,
  claims: rig.opened.collections.meta,
  lists: rig.opened.collections.statusLists,
  clock: () => rig.now,
  holders,
});
const sealed = () => sealedKeys(rig.issuer.seal);
/** As if nobody had ever started. */
async function forget(): Promise<void> {
  const { signingKeys, meta } = rig.opened.collections;
  for (const { _id } of (await signingKeys.page({ index: '_id', limit: 100 })).docs)
    await signingKeys.delete(_id);
  for (const { _id } of (await meta.page({ index: '_id', limit: 100 })).docs) await meta.delete(_id);
}
const stored = async (parts: KeyParts) => (await parts.collection.page({ index: '_id', limit: 100 })).docs;

/** A collection of keys whose process dies after it has claimed to make one. */
const dyingAfterClaim = (collection: KeyParts['collection']): KeyParts['collection'] =>
  Object.assign({ ...collection } as KeyParts['collection'], {
    page: collection.page.bind(collection),
    insert: collection.insert.bind(collection),
    update: () => Promise.reject(new Error('killed')),
  });

describe('several processes', () => {
  test('that start for the first time at once have one token key and one status key', async () => {
    await forget();
    const { holder, keys } = box();
    const started = await Promise.all(Array.from({ length: 6 }, () => openKeys(room(holder))));
    expect(new Set(started.map(({ token }) => token.signer.kid)).size).toBe(1);
    expect(new Set(started.map(({ status }) => status.signer.kid)).size).toBe(1);
    expect(await stored(room())).toHaveLength(2);
    // What the others made is destroyed where it was made.
    expect(keys.size).toBe(2);
  });

  test('that rotate at once make one next key', async () => {
    const rotated = await Promise.all(Array.from({ length: 6 }, () => rotate(room(sealed()), 'token')));
    expect(new Set(rotated.map(({ key }) => key._id)).size).toBe(1);
    expect(await keysOfSet(room(), 'token')).toHaveLength(2);
  });

  test('that give a key up at once have one successor, also when one rotates meanwhile', async () => {
    const { kid } = rig.issuer.keys.token.signer;
    const parts = room(sealed());
    const [first, second] = await Promise.all([
      compromise(parts, kid),
      compromise(parts, kid),
      rotate(parts, 'token'),
    ]);
    expect(first!.successor._id).toBe((await ensureSigner(parts, 'token'))._id);
    expect(second!.successor._id).toBe(first!.successor._id);
    await rig.issuer.keys.refresh(true);
    expect(rig.issuer.keys.token.signer.kid).toBe(first!.successor._id);
  });
});

test('a key whose maker died after the claim is taken by the next process', async () => {
  await forget();
  const { collection, ...parts } = room(sealed());
  await expect(ensureSigner({ ...parts, collection: dyingAfterClaim(collection) }, 'token')).rejects.toThrow(
    'killed',
  );
  const [candidate] = await stored(room());
  expect(candidate).toMatchObject({ state: 'candidate' });
  expect(await keysOfSet(room(), 'token')).toEqual([]);
  expect(await ensureSigner(room(sealed()), 'token')).toMatchObject({
    _id: candidate!._id,
    state: 'active',
  });
  expect(await stored(room())).toHaveLength(1);
});

describe('what a process left that died before its claim', () => {
  const DAY = 86_400_000;
  /** A candidate that nobody claimed. */
  async function leave(parts: KeyParts): Promise<string> {
    const { claims } = parts;
    const dying = { ...claims, get: claims.get.bind(claims) } as KeyParts['claims'];
    Object.assign(dying, { insert: () => Promise.reject(new Error('killed')) });
    const set = await keysOfSet(parts, 'token');
    await expect(makeKey({ ...parts, claims: dying }, 'token', set, rig.now)).rejects.toThrow('killed');
    return (await stored(parts)).find(({ state }) => state === 'candidate')!._id;
  }

  test('goes at a later start with its private part, once nobody can be at it any more', async () => {
    const { holder, keys } = box();
    const parts = room(holder, sealed());
    const kid = await leave(parts);
    expect(keys.size).toBe(1);
    rig.now += DAY;
    await openKeys(parts);
    expect([(await parts.collection.get(kid)) !== null, keys.size]).toEqual([true, 1]);
    rig.now += 1;
    await openKeys(parts);
    expect([await parts.collection.get(kid), keys.size]).toEqual([null, 0]);
  });

  test('goes at a rotation too, and stays while its holder fails or is not there', async () => {
    const { holder, keys } = box();
    const kid = await leave(room(holder, sealed()));
    rig.now += DAY + 1;
    const failing = { ...holder, destroyKey: () => Promise.reject(new Error('unplugged')) };
    for (const parts of [room(sealed()), room(failing, sealed())]) {
      await openKeys(parts);
      expect(await parts.collection.get(kid)).not.toBeNull();
    }
    await rotate(room(holder, sealed()), 'token');
    expect(await room().collection.get(kid)).toBeNull();
    // The next key alone.
    expect(keys.size).toBe(1);
  });

  test('is told apart from what died after its claim: that is taken still', async () => {
    await forget();
    const { collection, ...parts } = room(sealed());
    await expect(
      makeKey({ ...parts, collection: dyingAfterClaim(collection) }, 'token', [], 0),
    ).rejects.toThrow('killed');
    const [candidate] = await stored(room());
    rig.now += DAY + 1;
    await sweepCandidates(room(sealed()));
    expect((await openKeys(room(sealed()))).token.signer.kid).toBe(candidate!._id);
  });

  test('does not hide the keys of the set, however many there are', async () => {
    const { kid } = rig.issuer.keys.token.signer;
    const parts = room(sealed());
    const key = (await parts.collection.get(kid))!;
    const left = Array.from({ length: 120 }, (_, at) => ({
      insert: { ...key, _id: `left-${at}`, state: 'candidate' as const, createdMs: rig.now + 1 },
    }));
    await parts.collection.bulk(left);
    expect((await keysOfSet(parts, 'token')).map(({ _id }) => _id)).toEqual([kid]);
  });

  test('and was swept while it slept does not stand in the way of the next key', async () => {
    await forget();
    const parts = room(sealed());
    const first = await ensureSigner(parts, 'token');
    await parts.collection.delete(first._id);
    const again = await ensureSigner(parts, 'token');
    expect(again._id).not.toBe(first._id);
    expect(await ensureSigner(parts, 'token')).toEqual(again);
    expect(await stored(parts)).toHaveLength(1);
  });
});

describe('a holder', () => {
  const answering = (answer: unknown): KeyHolder => ({
    name: 'odd',
    createKey: async () => answer as never,
    openKey: () => Promise.reject(new Error('never')),
    destroyKey: async () => undefined,
  });
  const point = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) };

  test.each([
    ['nothing', undefined],
    ['no point of the curve', { publicJwk: point, reference: 'slot' }],
    [
      'a key of another kind',
      { publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }, reference: 's' },
    ],
  ])('that gives %s makes no key, and nothing of it is kept', async (_name, answer) => {
    await forget();
    const parts = room(answering(answer));
    await expect(ensureSigner(parts, 'token')).rejects.toMatchObject({ code: 'attest.no_signer' });
    expect(await stored(parts)).toEqual([]);
  });

  test.each(['', 'x'.repeat(4_097)])('is held to its reference', async (reference) => {
    await forget();
    const { publicJwk } = await box().holder.createKey('token');
    await expect(ensureSigner(room(answering({ publicJwk, reference })), 'token')).rejects.toMatchObject({
      code: 'attest.no_signer',
    });
  });
});

describe('a compromise of a key that lies elsewhere', () => {
  let outside: ReturnType<typeof device>;
  beforeEach(async () => {
    outside = box();
    await forget();
    rig.issuer = await rig.reopen({ keyHolder: outside.holder });
  });
  const signs = () => rig.issuer.keys.token.signer.kid;
  const referenceOf = async (kid: string) => (await room().collection.get(kid))!.reference;

  test('where its holder is not known leaves another signer, and says that the key is not destroyed', async () => {
    const kid = signs();
    const { successor, destroyed } = await compromise(room(sealed()), kid);
    expect([destroyed, successor.holder]).toEqual([false, 'sealed']);
    await rig.issuer.keys.refresh(true);
    expect(signs()).toBe(successor._id);
    // Where the holder is known, the same command destroys it still.
    expect(await referenceOf(kid)).toBe('slot-0');
    const again = await compromise(room(outside.holder, sealed()), kid);
    expect(again).toMatchObject({ destroyed: true, successor: { _id: successor._id } });
    expect([outside.keys.has('slot-0'), await referenceOf(kid)]).toEqual([false, '']);
  });

  test('with a next key in the same holder is followed by one that can be opened', async () => {
    const kid = signs();
    const { key: next } = await rotate(room(outside.holder), 'token');
    const { successor } = await compromise(room(sealed()), kid);
    expect([successor.holder, successor._id === next._id]).toEqual(['sealed', false]);
    await rig.issuer.keys.refresh(true);
    expect(signs()).toBe(successor._id);
    const other = await compromise(room(outside.holder, sealed()), successor._id);
    expect(other.successor._id).toBe(next._id);
  });

  test('while its holder fails says that nobody signs, with a code, and is finished later', async () => {
    const author = await rig.author();
    const kid = signs();
    const failing = { ...outside.holder, createKey: () => Promise.reject(new Error('unplugged')) };
    const refused = await compromise(room(failing, sealed()), kid).catch((error) => error);
    expect(refused).toMatchObject({ code: 'attest.no_signer', status: 503 });
    expect(refused.message).toContain(`${kid} is dropped`);
    await rig.issuer.keys.refresh(true);
    expect(rig.issuer.keys.token.publicKeys).toEqual([]);
    await expect(author.attest({ text: 'x' })).rejects.toMatchObject({ code: 'attest.no_signer' });
    const { successor } = await compromise(room(outside.holder, sealed()), kid);
    await rig.issuer.keys.refresh(true);
    expect(signs()).toBe(successor._id);
    await author.attest({ text: 'x' });
  });
});

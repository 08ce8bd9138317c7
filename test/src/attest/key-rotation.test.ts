/** Rotation, retirement and compromise as verifiers see them. */
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sealedKeys } from '../../../src/attest/key-holder.js';
import { allKeys, compromise, type KeyRoom, retire, rotate } from '../../../src/attest/key-rotation.js';
import { PUBLISHED_AHEAD_MS } from '../../../src/attest/key-schedule.js';
import { KEYS_SEEN_MS } from '../../../src/attest/keys.js';
import { trustedIssuer } from '../../../src/attest/own-verifier.js';
import { createVerifier, type Fetch } from '../../../src/client/index.js';
import { ISS, openRig, type Rig } from './rig.js';

const DAY = 86_400_000;
let rig: Rig;
let room: KeyRoom;
beforeEach(async () => {
  rig = await openRig();
  room = {
    collection: rig.opened.collections.signingKeys,
    claims: rig.opened.collections.meta,
    lists: rig.opened.collections.statusLists,
    clock: () => rig.now,
    holders: [sealedKeys(rig.issuer.seal)],
  };
});
afterEach(() => rig.close());

const text = 'Written by me.';
const found = { text, platform: 'forum', author: 'ann-1' };
/** A verifier elsewhere that asks this issuer over the network. */
const outside = () => {
  const fetch: Fetch = async (url) => {
    if (url === `${ISS}/.well-known/human-author`) {
      await rig.issuer.keys.refresh();
      return new Response(JSON.stringify(trustedIssuer(ISS, rig.issuer.keys, ['forum'])));
    }
    return (await rig.issuer.lists.fetch(url)) ?? new Response(null, { status: 404 });
  };
  return createVerifier({ issuers: [ISS], fetch, clock: () => rig.now });
};
const signs = () => rig.issuer.keys.token.signer.kid;
const seen = () => {
  rig.now += KEYS_SEEN_MS;
  return rig.issuer.keys.refresh();
};

describe('a rotation', () => {
  test('publishes the next key for a cache age before it signs, and the old one as long as its tokens live', async () => {
    const ann = await rig.author();
    const old = signs();
    const { token } = await ann.attest({ text });
    const { key, made } = await rotate(room, 'token');
    expect(made).toBe(true);
    expect(await rotate(room, 'token')).toMatchObject({ made: false, key: { _id: key._id } });
    await seen();
    expect(signs()).toBe(old);
    expect(rig.issuer.keys.token.publicKeys.map(({ kid }) => kid).sort()).toEqual([old, key._id].sort());
    rig.now += PUBLISHED_AHEAD_MS;
    expect(signs()).toBe(key._id);
    const later = await ann.attest({ text: 'Later.' });
    const verifier = outside();
    expect((await verifier.verify(token, found)).errors).toEqual([]);
    expect((await verifier.verify(later.token, { ...found, text: 'Later.' })).errors).toEqual([]);
    rig.now += 91 * DAY;
    expect(rig.issuer.keys.token.publicKeys.map(({ kid }) => kid)).toEqual([key._id]);
  });

  test('opens new lists for the new key', async () => {
    const ann = await rig.author();
    const before = await ann.attest({ text });
    await rotate(room, 'token');
    await seen();
    rig.now += PUBLISHED_AHEAD_MS;
    const after = await ann.attest({ text: 'Later.' });
    const { attestations } = rig.opened.collections;
    const [first, second] = [(await attestations.get(before.jti))!, (await attestations.get(after.jti))!];
    expect(first.kid).not.toBe(second.kid);
    expect(first.list).not.toBe(second.list);
  });

  test('of the status key is not noticed by verifiers', async () => {
    const ann = await rig.author();
    const { token } = await ann.attest({ text });
    const verifier = outside();
    expect((await verifier.verify(token, found)).valid).toBe(true);
    const { key } = await rotate(room, 'status');
    await seen();
    for (let hour = 0; hour < 30; hour++, rig.now += 3_600_000) {
      expect((await verifier.verify(token, found)).errors).toEqual([]);
    }
    expect(rig.issuer.keys.status.signer.kid).toBe(key._id);
  });

  test('ten times, with verifiers that ask as seldom as they may: no token fails', async () => {
    const ann = await rig.author();
    // One asks whenever its keys are due; the others were last online at the start of each rotation and stay off for a day.
    const online = outside();
    let count = 0;
    const issued: { token: string; text: string }[] = [];
    for (let turn = 0; turn < 10; turn++) {
      let reachable = true;
      const fetch: Fetch = async (url) => {
        if (!reachable) return new Response(null, { status: 503 });
        return url === `${ISS}/.well-known/human-author`
          ? new Response(JSON.stringify(trustedIssuer(ISS, rig.issuer.keys, ['forum'])))
          : ((await rig.issuer.lists.fetch(url)) ?? new Response(null, { status: 404 }));
      };
      const offline = createVerifier({
        issuers: [ISS],
        fetch,
        clock: () => rig.now,
        policy: { onStale: 'open' },
      });
      await rotate(room, turn % 3 === 2 ? 'status' : 'token');
      await seen();
      const at = rig.now;
      const words = `Text ${turn}.`;
      issued.push({ token: (await ann.attest({ text: words })).token, text: words });
      for (const each of issued) await offline.verify(each.token, { ...found, text: each.text });
      reachable = false;
      for (const hours of [1, 12, 23.9]) {
        rig.now = at + hours * 3_600_000;
        const fresh = `Text ${turn} after ${hours} hours.`;
        issued.push({ token: (await ann.attest({ text: fresh })).token, text: fresh });
        for (const each of issued) {
          count += 2;
          const place = { ...found, text: each.text };
          expect([turn, hours, (await online.verify(each.token, place)).errors]).toEqual([turn, hours, []]);
          expect([turn, hours, (await offline.verify(each.token, place)).errors]).toEqual([turn, hours, []]);
        }
      }
      rig.now = at + PUBLISHED_AHEAD_MS + 60_000;
    }
    expect(count).toBeGreaterThan(1_000);
    const kids = issued.map(
      ({ token }) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid,
    );
    expect(new Set(kids).size).toBeGreaterThan(5);
  }, 60_000);
});

describe('a retired key', () => {
  test('signs no more, still verifies, and its private part is gone', async () => {
    const ann = await rig.author();
    const old = signs();
    const { token } = await ann.attest({ text });
    await expect(retire(room, old)).rejects.toMatchObject({ code: 'attest.key_in_use' });
    await rotate(room, 'token');
    rig.now += PUBLISHED_AHEAD_MS;
    expect(await retire(room, old)).toMatchObject({ role: 'verifies', key: { reference: '' } });
    expect(await retire(room, old)).toMatchObject({ role: 'verifies' });
    await seen();
    expect((await outside().verify(token, found)).errors).toEqual([]);
  });

  test('that nobody knows is not there', async () => {
    for (const act of [retire, compromise]) {
      await expect(act(room, 'A'.repeat(43))).rejects.toMatchObject({ code: 'request.not_found' });
    }
  });
});

describe('a compromised key', () => {
  test('is dropped, its tokens are revoked wherever they are, and another key signs at once', async () => {
    const ann = await rig.author();
    const { token } = await ann.attest({ text });
    const verifier = outside();
    expect((await verifier.verify(token, found)).valid).toBe(true);
    const old = signs();
    const { successor, lists } = await compromise(room, old);
    expect(lists).toBe(1);
    expect(successor._id).not.toBe(old);
    await seen();
    expect(signs()).toBe(successor._id);
    expect(rig.issuer.keys.token.publicKeys.map(({ kid }) => kid)).toEqual([successor._id]);
    // Who still has the key in its cache reads the revoked list; who asks again does not know the key.
    rig.now += 60_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    expect((await outside().verify(token, found)).errors).toEqual(['token.unknown_key']);
    const fresh = await ann.attest({ text: 'Later.' });
    expect((await verifier.verify(fresh.token, { ...found, text: 'Later.' })).errors).toEqual([]);
    expect(await compromise(room, old)).toMatchObject({ successor: { _id: successor._id } });
  });

  test('cannot have its tokens point to the list of another key', async () => {
    const ann = await rig.author();
    const { token } = await ann.attest({ text });
    const thief = rig.issuer.keys.token.signer;
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    const verifier = outside();
    expect((await verifier.verify(token, found)).valid).toBe(true);
    await compromise(room, thief.kid);
    await seen();
    // A free entry of the list of the key that signs now, under the stolen key.
    const { list, idx, uri } = await rig.issuer.lists.claim();
    expect(list).not.toBe((await rig.opened.collections.attestations.get(claims.jti))!.list);
    const forged = await thief.sign('human-author+jwt', { ...claims, status: { status_list: { idx, uri } } });
    expect(await verifier.verify(forged, found)).toMatchObject({
      valid: false,
      hal: null,
      errors: ['status.key'],
    });
  });

  test('is followed by the next key if one is published already', async () => {
    const { key } = await rotate(room, 'token');
    const { successor } = await compromise(room, signs());
    expect(successor._id).toBe(key._id);
    await seen();
    expect(signs()).toBe(key._id);
  });

  test('that had not signed yet leaves the one that signs in place', async () => {
    const old = signs();
    const { key } = await rotate(room, 'token');
    expect(await compromise(room, key._id)).toMatchObject({ successor: { _id: old }, lists: 0 });
    await seen();
    expect(signs()).toBe(old);
  });

  test('of the status set leaves tokens in place', async () => {
    const ann = await rig.author();
    const { token } = await ann.attest({ text });
    const { lists } = await compromise(room, rig.issuer.keys.status.signer.kid);
    expect(lists).toBe(0);
    await seen();
    rig.now += 61_000;
    expect((await outside().verify(token, found)).errors).toEqual([]);
  });

  test('of the status set signs no copy that is told from then on', async () => {
    const ann = await rig.author();
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    const kidOf = async () => {
      const { jwt } = (await rig.issuer.lists.publish(list))!;
      return JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()).kid;
    };
    const old = rig.issuer.keys.status.signer.kid;
    expect(await kidOf()).toBe(old);
    // In another process, and the clock stands still.
    const { successor } = await compromise(room, old);
    expect(await kidOf()).toBe(successor._id);
  });

  test('is noticed by a process that has not read its keys again: it issues under the new one', async () => {
    const ann = await rig.author();
    await ann.attest({ text });
    const { successor } = await compromise(room, signs());
    const { jti } = await ann.attest({ text: 'At once.' });
    expect((await rig.opened.collections.attestations.get(jti))!.kid).toBe(successor._id);
  });

  describe('that has no list yet', () => {
    let ann: Awaited<ReturnType<Rig['author']>>;
    let kid: string;
    beforeEach(async () => {
      ann = await rig.author();
      kid = (await rotate(room, 'token')).key._id;
      rig.now += PUBLISHED_AHEAD_MS;
      await rig.issuer.keys.refresh(true);
      expect(signs()).toBe(kid);
    });
    const listsOf = async (ofKid: string) =>
      (await rig.opened.collections.statusLists.page({ index: 'by_kid', where: { kid: ofKid }, limit: 9 }))
        .docs;

    test('signs nothing in a process that has not read its keys again, and what list that opens is revoked', async () => {
      const { successor, lists } = await compromise(room, kid);
      expect([lists, signs()]).toEqual([0, kid]);
      const { jti } = await ann.attest({ text });
      expect((await rig.opened.collections.attestations.get(jti))!.kid).toBe(successor._id);
      const opened = await listsOf(kid);
      expect(opened.map(({ revoked = false }) => revoked)).toEqual(opened.map(() => true));
      expect((await listsOf(successor._id)).map(({ revoked = false }) => revoked)).toEqual([false]);
    });

    test('has every entry of a list revoked that was left by a process which died', async () => {
      await compromise(room, kid);
      const left = { _id: '7', kid, size: 64, taken: 0, createdMs: rig.now, revision: 0 };
      await rig.opened.collections.statusLists.insert(left);
      const { jwt } = (await rig.issuer.lists.publish(7))!;
      const { status_list } = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());
      expect(inflateSync(Buffer.from(status_list.lst, 'base64url'))).toEqual(Buffer.alloc(16, 0b01010101));
    });
  });

  test('hands out nothing that was being signed meanwhile, and the author may try again', async () => {
    const ann = await rig.author();
    const { lists } = rig.issuer;
    const claim = lists.claim.bind(lists);
    lists.claim = async () => {
      const claimed = await claim();
      await compromise(room, claimed.signer.kid);
      return claimed;
    };
    await expect(ann.attest({ text })).rejects.toMatchObject({ code: 'attest.no_signer' });
    const { attestations, statusIndices } = rig.opened.collections;
    expect((await attestations.page({ index: '_id', limit: 9 })).docs).toEqual([]);
    const taken = await statusIndices.page({ index: '_id', limit: 9, residual: { decoy: false } });
    expect(taken.docs).toEqual([]);
    lists.claim = claim;
    const { jti } = await ann.attest({ text });
    expect((await attestations.get(jti))!.kid).toBe(signs());
  });
});

test('all keys are told with their roles', async () => {
  await rotate(room, 'token');
  const keys = await allKeys(room);
  expect(keys.map(({ key: { use }, role }) => `${use} ${role}`).sort()).toEqual([
    'status signs',
    'token next',
    'token signs',
  ]);
});

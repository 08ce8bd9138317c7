/** The life of a token, and the signed lists that tell of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Logger } from 'pino';
import type { TokenStatus } from '../../../schemas/attestation.js';
import type { ErrorCode } from '../../../schemas/errors.js';
import { changeStatus, nextStatus, type StatusAction } from '../../../src/attest/status.js';
import { listNumber, StatusPublisher } from '../../../src/attest/status-publisher.js';
import { inflateList, STATUSES, statusValue } from '../../../src/client/status-list.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import { ISS, openRig, type Rig } from './rig.js';

let rig: Rig;
let ann: DemoAuthor;
beforeAll(async () => {
  rig = await openRig();
  ann = await rig.author();
});
afterAll(() => rig.close());

const code = async (act: Promise<unknown>): Promise<ErrorCode | null> => {
  try {
    await act;
    return null;
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
};
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());
const listed = async (jti: string): Promise<string> => {
  const doc = (await rig.opened.collections.attestations.get(jti))!;
  const { jwt } = (await rig.issuer.lists.publish(doc.list))!;
  const bytes = await inflateList(claimsOf(jwt).status_list.lst);
  return STATUSES[statusValue(bytes!, 2, doc.idx) as 0];
};
const text = 'This is what I wrote.';
const verify = (token: string) =>
  rig.issuer.verifier.verify(token, { text, platform: 'forum', author: 'ann-1' });

const ACTIONS = ['revoke', 'suspend', 'reinstate', 'supersede'] as const satisfies readonly StatusAction[];

describe('the states of a token', () => {
  test('nothing leads out of revoked, and only revocation out of superseded', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ACTIONS), { maxLength: 30 }), (actions) => {
        let state: TokenStatus = 'valid';
        const seen: TokenStatus[] = [state];
        for (const action of actions) {
          try {
            state = nextStatus(state, action);
            expect(nextStatus(state, action)).toBe(state);
          } catch (error) {
            expect((error as { code: string }).code).toBe('attest.transition');
          }
          seen.push(state);
        }
        const revoked = seen.indexOf('revoked');
        if (revoked >= 0) expect(seen.slice(revoked).every((each) => each === 'revoked')).toBe(true);
        const superseded = seen.indexOf('superseded');
        if (superseded >= 0) expect(seen.slice(superseded)).not.toContain('valid');
      }),
    );
  });

  test('are what document, list and verifier say after any sequence of changes', async () => {
    const sequence = fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sequence, async (actions) => {
        const { token, jti } = await ann.attest({ text });
        for (const action of actions) await code(changeStatus(rig.issuer, 'acme', jti, action));
        const { status } = (await rig.opened.collections.attestations.get(jti))!;
        expect(await listed(jti)).toBe(status);
        expect((await verify(token)).status).toBe(status);
      }),
      { numRuns: 15 },
    );
  });

  test('reach the list by a repetition when the first try died before the list moved', async () => {
    const { jti } = await ann.attest({ text });
    expect(await listed(jti)).toBe('valid');
    const { statusLists } = rig.opened.collections;
    const { findAndUpdate } = statusLists;
    statusLists.findAndUpdate = async () => Promise.reject(new Error('the store is gone'));
    await expect(changeStatus(rig.issuer, 'acme', jti, 'revoke')).rejects.toThrow();
    statusLists.findAndUpdate = findAndUpdate;
    await code(changeStatus(rig.issuer, 'acme', jti, 'revoke'));
    expect(await listed(jti)).toBe('revoked');
  });

  test('changed by many at once end where document and list agree', async () => {
    for (let round = 0; round < 5; round++) {
      const { jti } = await ann.attest({ text });
      const acts = Array.from({ length: 12 }, (_, index) => ACTIONS[index % 3]!);
      await Promise.all(acts.map((action) => code(changeStatus(rig.issuer, 'acme', jti, action))));
      const { status } = (await rig.opened.collections.attestations.get(jti))!;
      expect(await listed(jti)).toBe(status);
    }
  });

  test('a late writer does not overwrite a later status', async () => {
    const { jti } = await ann.attest({ text });
    await changeStatus(rig.issuer, 'acme', jti, 'suspend');
    const { list, idx } = await changeStatus(rig.issuer, 'acme', jti, 'revoke', 'sold account');
    await rig.issuer.lists.write(list, idx, 2, 1);
    expect(await listed(jti)).toBe('revoked');
    expect((await rig.opened.collections.attestations.get(jti))!.statusReason).toBe('sold account');
  });

  test('a list that missed a change is put right when the change is asked for again', async () => {
    const { jti } = await ann.attest({ text });
    await rig.opened.collections.attestations.update(jti, {
      set: { status: 'revoked' },
      inc: { statusSeq: 1 },
    });
    expect(await listed(jti)).toBe('valid');
    await changeStatus(rig.issuer, 'acme', jti, 'revoke');
    expect(await listed(jti)).toBe('revoked');
  });
});

describe('who may change a status', () => {
  test('only the tenant that controls the platform; a stranger learns nothing more', async () => {
    const { jti } = await ann.attest({ text });
    expect(await code(changeStatus(rig.issuer, 'rival', jti, 'revoke'))).toBe('attest.not_authorised');
    expect(await code(changeStatus(rig.issuer, 'acme', 'A'.repeat(22), 'revoke'))).toBe('request.not_found');
    await rig.opened.collections.attestations.update(jti, { set: { aud: 'elsewhere' } });
    expect(await code(changeStatus(rig.issuer, 'acme', jti, 'revoke'))).toBe('attest.not_authorised');
  });

  test('a revoked token does not come back', async () => {
    const { token, jti } = await ann.attest({ text });
    await changeStatus(rig.issuer, 'acme', jti, 'revoke');
    for (const action of ['reinstate', 'suspend', 'supersede'] as const) {
      expect(await code(changeStatus(rig.issuer, 'acme', jti, action))).toBe('attest.transition');
    }
    expect(await verify(token)).toMatchObject({ valid: false, errors: ['status.revoked'], hal: null });
  });

  test('a suspended token may', async () => {
    const { token, jti } = await ann.attest({ text });
    await changeStatus(rig.issuer, 'acme', jti, 'suspend');
    expect((await verify(token)).errors).toEqual(['status.suspended']);
    await changeStatus(rig.issuer, 'acme', jti, 'reinstate');
    expect((await verify(token)).valid).toBe(true);
  });
});

describe('a published list', () => {
  test('is signed by the status key, about itself, for a day', async () => {
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    const { jwt, etag } = (await rig.issuer.lists.publish(list))!;
    const header = JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString());
    expect(header).toEqual({ alg: 'ES256', typ: 'statuslist+jwt', kid: rig.issuer.keys.status.signer.kid });
    const claims = claimsOf(jwt);
    expect(claims).toMatchObject({ sub: rig.issuer.lists.uriOf(list), ttl: 60, status_list: { bits: 2 } });
    expect(claims.exp - claims.iat).toBe(86_400);
    expect(claims.token_kid).toBe(rig.issuer.keys.token.signer.kid);
    expect(etag).toMatch(/^"[\w-]{22}"$/);
  });

  test('is the same bytes until something changes or a minute has passed', async () => {
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    const first = await rig.issuer.lists.publish(list);
    expect(await rig.issuer.lists.publish(list)).toBe(first);
    await changeStatus(rig.issuer, 'acme', jti, 'suspend');
    const second = await rig.issuer.lists.publish(list);
    expect(second!.etag).not.toBe(first!.etag);
    rig.now += 60_000;
    expect((await rig.issuer.lists.publish(list))!.etag).not.toBe(second!.etag);
  });

  test('is never of the same second as one that says something else, by whatever process it was signed', async () => {
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    const other = await rig.reopen();
    const times: number[] = [];
    for (const [at, action] of (['suspend', 'reinstate', 'suspend', 'revoke'] as const).entries()) {
      await changeStatus(rig.issuer, 'acme', jti, action);
      const publisher = at % 2 ? other : rig.issuer;
      times.push(claimsOf((await publisher.lists.publish(list))!.jwt).iat);
    }
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(4);
    expect(times[3]).toBeLessThanOrEqual(rig.now / 1000 + 30);
  });

  test('is signed once for many who ask at once', async () => {
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    await changeStatus(rig.issuer, 'acme', jti, 'suspend');
    const asked = await Promise.all(Array.from({ length: 20 }, () => rig.issuer.lists.publish(list)));
    expect(new Set(asked.map((each) => each!.jwt)).size).toBe(1);
  });

  test('changed more often than once a second waits for its time instead of running ahead of the clock', async () => {
    const busy = await openRig();
    const start = Date.now();
    const clock = busy.now;
    Object.defineProperty(busy, 'now', { get: () => clock + 40 * (Date.now() - start) });
    const { list, idx } = await busy.issuer.lists.claim();
    for (let seq = 1; seq <= 45; seq++) {
      await busy.issuer.lists.write(list, idx, seq % 2, seq);
      const { iat } = claimsOf((await busy.issuer.lists.publish(list))!.jwt);
      expect(iat).toBeLessThanOrEqual(busy.now / 1000 + 30);
    }
    await busy.close();
  });

  test('is the old copy while it is dated 30 seconds ahead; the next one holds all that changed meanwhile', async () => {
    const ahead = await openRig();
    const { lists } = ahead.issuer;
    const { list, idx } = await lists.claim();
    const iatOf = async () => claimsOf((await lists.publish(list))!.jwt).iat - Date.UTC(2030, 0, 15) / 1000;
    const value = async () => {
      const { jwt } = (await lists.publish(list))!;
      return statusValue((await inflateList(claimsOf(jwt).status_list.lst))!, 2, idx);
    };
    for (let seq = 1; seq <= 30; seq++) {
      await lists.write(list, idx, 2 * (seq % 2), seq);
      await iatOf();
    }
    expect(await iatOf()).toBe(29);
    await lists.write(list, idx, 2, 31);
    expect(await iatOf()).toBe(30);
    for (let seq = 32; seq <= 35; seq++) {
      await lists.write(list, idx, seq === 35 ? 1 : 0, seq);
      expect(await value()).toBe(2);
    }
    // Another process has no copy to show, and dates none back.
    const other = await ahead.reopen();
    expect(await code(other.lists.publish(list))).toBe('attest.no_signer');
    ahead.now += 1_000;
    expect(await value()).toBe(1);
    expect(await iatOf()).toBe(31);
    expect(claimsOf((await other.lists.publish(list))!.jwt).iat).toBe(
      claimsOf((await lists.publish(list))!.jwt).iat,
    );
    await ahead.close();
  }, 30_000);

  test('is signed by the clock again, and that is logged, when one far ahead of it had been wrong', async () => {
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    await rig.opened.collections.statusLists.update(String(list), {
      set: { signedS: rig.now / 1000 + 86_400 },
      inc: { revision: 1 },
    });
    const warnings: unknown[] = [];
    const warn = (found: unknown) => void warnings.push(found);
    const { collections } = rig.opened;
    const logger = { warn } as unknown as Logger;
    const lists = new StatusPublisher(ISS, rig.issuer.keys, collections, () => rig.now, 1024, logger);
    expect(claimsOf((await lists.publish(list))!.jwt).iat).toBe(rig.now / 1000);
    expect(warnings).toEqual([{ list: String(list), aheadS: 86_400 }]);
  });

  test('by a process whose clock was set right is of now at once, or 571 seconds later at the most', async () => {
    for (const [aheadS, waitS] of [
      [86_400, 0],
      [601, 0],
      [600, 571],
      [61, 32],
    ] as const) {
      const wrong = await openRig();
      const { lists } = wrong.issuer;
      const { list, idx } = await lists.claim();
      const told = async () => {
        const { iat, status_list } = claimsOf((await lists.publish(list))!.jwt);
        return [iat - wrong.now / 1000, statusValue((await inflateList(status_list.lst))!, 2, idx)];
      };
      wrong.now += aheadS * 1000;
      expect(await told()).toEqual([0, 0]);
      wrong.now -= aheadS * 1000;
      await lists.write(list, idx, 1, 1);
      if (waitS > 0) {
        expect(await told()).toEqual([aheadS, 0]);
        // A publication waits for two seconds itself.
        wrong.now += (waitS - 4) * 1000;
        expect(await told()).toEqual([aheadS - waitS + 4, 0]);
        wrong.now += 4_000;
      }
      expect(await told()).toEqual([waitS > 0 ? 30 : 0, 1]);
      await wrong.close();
    }
  }, 30_000);

  test('holds decoys, and each change of a token moves one more', async () => {
    const { jti } = await ann.attest({ text });
    const { list } = (await rig.opened.collections.attestations.get(jti))!;
    const count = () =>
      rig.opened.collections.statusIndices.count({
        index: 'by_list',
        where: { list, value: { gt: 0 } },
        limit: 10_000,
      });
    const before = await count();
    expect(before).toBeGreaterThan(0);
    await changeStatus(rig.issuer, 'acme', jti, 'revoke');
    expect(await count()).toBe(before + 2);
  });

  test('changes a decoy once: what changes again is a token, as the documentation says', async () => {
    const own = await openRig();
    const { lists } = own.issuer;
    const { list } = await lists.claim();
    const { statusIndices } = own.opened.collections;
    const values = async () => {
      const query = { index: 'by_list', where: { list, value: { gt: 0 } }, limit: 10_000 } as const;
      return new Map((await statusIndices.page(query)).docs.map(({ idx, value }) => [idx, value]));
    };
    const tokens = new Set<number>();
    for (let turn = 0; turn < 5; turn++) {
      const { idx } = await lists.claim();
      tokens.add(idx);
      let before = await values();
      for (const [at, value] of [2, 0, 2, 1].entries()) {
        await lists.write(list, idx, value, at + 1);
        const after = await values();
        const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
          (each) => before.get(each) !== after.get(each),
        );
        expect(changed).toHaveLength(2);
        expect(changed.filter((each) => before.has(each)).every((each) => tokens.has(each))).toBe(true);
        before = after;
      }
    }
    await own.close();
  });

  test('never gives one entry to two tokens, and a new list opens when one is half full', async () => {
    const small = await openRig({ statusListSize: 16 });
    const tiny = small.issuer;
    const other = await small.reopen();
    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? tiny : other).lists.claim()),
    );
    expect(new Set(claims.map(({ list, idx }) => `${list}:${idx}`)).size).toBe(40);
    expect(new Set(claims.map(({ list }) => list)).size).toBeGreaterThan(1);
    await small.close();
  });

  test('a list nobody opened is not there, and other addresses are not this publisher’s', async () => {
    expect(await rig.issuer.lists.publish(1)).toBeNull();
    expect((await rig.issuer.lists.fetch('https://assay.example/status/1'))!.status).toBe(404);
    expect(rig.issuer.lists.fetch('https://elsewhere.example/status/1')).toBeUndefined();
    expect([listNumber('12'), listNumber('../12'), listNumber('12345678901'), listNumber('')]).toEqual([
      12,
      null,
      null,
      null,
    ]);
  });
});

describe('indices and decoys', () => {
  /** Chi-square of counts against an even spread, and the 99.99% quantile for so many degrees of freedom (Wilson–Hilferty). */
  const chiSquare = (counts: number[]) => {
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
  };
  const quantile = (k: number) => k * (1 - 2 / (9 * k) + 3.719 * Math.sqrt(2 / (9 * k))) ** 3;

  test('tokens stand evenly over a list, in no order, and each entry once', async () => {
    const wide = await openRig({ statusListSize: 65_536 });
    const claims: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const some = await Promise.all(Array.from({ length: 100 }, () => wide.issuer.lists.claim()));
      claims.push(...some.map(({ idx }) => idx));
    }
    expect(new Set(claims).size).toBe(claims.length);
    const counts = new Array<number>(32).fill(0);
    for (const idx of claims) counts[idx >> 11]!++;
    expect(chiSquare(counts)).toBeLessThan(quantile(31));
    // One after the other tells nothing of the next: as many steps go up as down (five standard deviations).
    const rises = claims.slice(1).filter((idx, at) => idx > claims[at]!).length;
    expect(Math.abs(rises - claims.length / 2)).toBeLessThan(5 * Math.sqrt(claims.length / 12));
    await wide.close();
  });

  test('among the entries that are not valid, a change cannot be told from its decoy by place or value', async () => {
    const wide = await openRig({ statusListSize: 65_536 });
    const { statusIndices } = wide.opened.collections;
    const { list } = await wide.issuer.lists.claim();
    const planted = await statusIndices.count({
      index: 'by_list',
      where: { list, value: { gt: 0 } },
      limit: 1_000,
    });
    expect(planted).toBe(65_536 / 512);
    for (let turn = 0; turn < 300; turn++) {
      const { idx } = await wide.issuer.lists.claim();
      await wide.issuer.lists.write(list, idx, 1, 1);
    }
    const query = { index: 'by_list', where: { list, value: { gt: 0 } }, limit: 1_000 } as const;
    const { docs } = await statusIndices.page(query);
    // As many decoys as changes, besides those of the beginning.
    expect(docs).toHaveLength(planted + 600);
    const decoys = docs.filter(({ decoy }) => decoy);
    expect(decoys).toHaveLength(planted + 300);
    const counts = new Array<number>(16).fill(0);
    for (const { idx } of decoys) counts[idx >> 12]!++;
    expect(chiSquare(counts)).toBeLessThan(quantile(15));
    const shares = [1, 2, 3].map(
      (value) => decoys.filter((each) => each.value === value).length / decoys.length,
    );
    expect(shares[0]).toBeGreaterThan(0.45);
    expect(shares[1]).toBeGreaterThan(0.02);
    expect(shares[2]).toBeGreaterThan(0.15);
    await wide.close();
  });
});

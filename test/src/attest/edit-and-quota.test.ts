/** Edited texts, quotas, and texts that want to be found. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ErrorCode } from '../../../schemas/errors.js';
import { hashId } from '../../../schemas/ids.js';
import { LIMITS } from '../../../schemas/limits.js';
import type { AttestationDoc } from '../../../schemas/store/documents.js';
import { issueAttestation } from '../../../src/attest/issue.js';
import { lookupBucket } from '../../../src/attest/lookup.js';
import { takeQuota } from '../../../src/attest/quota.js';
import { challengeText, type SignRequest } from '../../../src/attest/sign.js';
import { changeStatus } from '../../../src/attest/status.js';
import { sweepAttestation } from '../../../src/attest/sweep.js';
import type { DemoAuthor } from '../../../src/demo/author.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
let ann: DemoAuthor;
let bob: DemoAuthor;
beforeAll(async () => {
  rig = await openRig();
  [ann, bob] = [await rig.author(), await rig.author('bob-1')];
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.now = Date.UTC(2030, 0, 15);
});

const code = async (act: Promise<unknown>): Promise<ErrorCode | null> => {
  try {
    await act;
    return null;
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
};
const ask = (author: DemoAuthor, more: Partial<SignRequest>) =>
  challengeText(rig.issuer, 'acme', { subject: author.subject, platform: 'forum', ...more });
const sign = async (author: DemoAuthor, more: Partial<SignRequest>) => {
  const { nonce, publicKey } = await ask(author, more);
  const response = author.authenticator.assert(publicKey);
  const request = { nonce, subject: author.subject, platform: 'forum', response };
  return { request, issued: await issueAttestation(rig.issuer, 'acme', request) };
};
const verify = (token: string, text: string, author = 'ann-1') =>
  rig.issuer.verifier.verify(token, { text, platform: 'forum', author });

describe('an edited text', () => {
  test('gets a token that names the old one, which is superseded', async () => {
    const old = await ann.attest({ text: 'First.' });
    const { issued } = await sign(ann, { text: 'Second.', prev: old.jti });
    const claims = JSON.parse(Buffer.from(issued.token.split('.')[1]!, 'base64url').toString());
    expect(claims.prev).toBe(old.jti);
    expect((await verify(issued.token, 'Second.')).errors).toEqual([]);
    expect((await verify(old.token, 'First.')).errors).toEqual(['status.superseded']);
    const doc = await rig.opened.collections.attestations.get(old.jti);
    expect(doc).toMatchObject({ status: 'superseded', statusReason: `edited: ${issued.jti}` });
  });

  test('of somebody else, of nobody, or of a revoked token is not this author’s to supersede', async () => {
    const theirs = await bob.attest({ text: 'Bob’s.' });
    expect(await code(ask(ann, { text: 'x', prev: theirs.jti }))).toBe('attest.not_authorised');
    expect(await code(ask(ann, { text: 'x', prev: 'A'.repeat(22) }))).toBe('request.not_found');
    for (const action of ['suspend', 'revoke'] as const) {
      const { jti } = await ann.attest({ text: action });
      await changeStatus(rig.issuer, 'acme', jti, action);
      expect(await code(ask(ann, { text: 'x', prev: jti }))).toBe('attest.transition');
    }
    expect((await verify(theirs.token, 'Bob’s.', 'bob-1')).valid).toBe(true);
  });

  test('supersedes the old token at a repetition, when a process died before it had', async () => {
    const old = await ann.attest({ text: 'One.' });
    const { request, issued } = await sign(ann, { text: 'Two.', prev: old.jti });
    const { attestations, statusIndices } = rig.opened.collections;
    const { list, idx } = (await attestations.get(old.jti))!;
    await attestations.update(old.jti, { set: { status: 'valid', statusSeq: 0 } });
    await statusIndices.update(`${list}:${idx}`, { set: { value: 0, seq: 0 } });
    expect(await issueAttestation(rig.issuer, 'acme', request)).toEqual(issued);
    expect((await attestations.get(old.jti))!.status).toBe('superseded');
  });

  test('whose old token was revoked in the meantime leaves it revoked', async () => {
    const old = await ann.attest({ text: 'A.' });
    const { nonce, publicKey } = await ask(ann, { text: 'B.', prev: old.jti });
    await changeStatus(rig.issuer, 'acme', old.jti, 'revoke');
    const response = ann.authenticator.assert(publicKey);
    const request = { nonce, subject: ann.subject, platform: 'forum', response };
    expect((await issueAttestation(rig.issuer, 'acme', request)).token).toBeDefined();
    expect((await rig.opened.collections.attestations.get(old.jti))!.status).toBe('revoked');
  });
});

describe('the place behind an earlier token', () => {
  const redeem = async (prev: string, text: string) => {
    const { nonce, publicKey } = await ask(ann, { text, prev });
    const response = ann.authenticator.assert(publicKey);
    const request = { nonce, subject: ann.subject, platform: 'forum', response };
    return () => issueAttestation(rig.issuer, 'acme', request);
  };
  const docOf = async (jti: string) => (await rig.opened.collections.attestations.get(jti))!;

  test('is one: of two challenges for it one is issued, and the loser costs the author nothing', async () => {
    const old = await ann.attest({ text: 'Old.' });
    const first = await redeem(old.jti, 'New, one way.');
    const second = await redeem(old.jti, 'New, another way.');
    const { jti } = await first();
    const quota = hashId('quota', 'author', ann.subject, Math.floor(rig.now / 86_400_000));
    const { count } = (await rig.opened.collections.quotas.get(quota))!;
    expect(await code(second())).toBe('attest.transition');
    expect((await rig.opened.collections.quotas.get(quota))!.count).toBe(count);
    expect(await docOf(old.jti)).toMatchObject({ status: 'superseded', successor: jti });
    expect(await code(ask(ann, { text: 'Late.', prev: old.jti }))).toBe('attest.transition');
    expect((await first()).jti).toBe(jti);
  });

  test('is not given while moderators have suspended the token', async () => {
    const old = await ann.attest({ text: 'Old.' });
    const issue = await redeem(old.jti, 'New.');
    await changeStatus(rig.issuer, 'acme', old.jti, 'suspend');
    expect(await code(issue())).toBe('attest.transition');
    await changeStatus(rig.issuer, 'acme', old.jti, 'reinstate');
    expect((await issue()).token).toBeDefined();
    expect((await docOf(old.jti)).status).toBe('superseded');
  });

  test('stays taken by what was suspended after the claim: reinstated it would stand beside its successor', async () => {
    const old = await ann.attest({ text: 'Old.' });
    const issue = await redeem(old.jti, 'New.');
    const { insert } = rig.opened.collections.attestations;
    const spy = jest
      .spyOn(rig.opened.collections.attestations, 'insert')
      .mockImplementationOnce(async (doc) => {
        await changeStatus(rig.issuer, 'acme', old.jti, 'suspend');
        return insert.call(rig.opened.collections.attestations, doc);
      });
    await issue();
    spy.mockRestore();
    expect((await docOf(old.jti)).status).toBe('superseded');
    expect(await code(changeStatus(rig.issuer, 'acme', old.jti, 'reinstate'))).toBe('attest.transition');
  });

  test('comes free again when what claimed it was never issued', async () => {
    const old = await ann.attest({ text: 'Old.' });
    const { attestations } = rig.opened.collections;
    await attestations.update(old.jti, { set: { successor: 'never', successorMs: rig.now } });
    const early = await redeem(old.jti, 'New.');
    expect(await code(early())).toBe('attest.transition');
    rig.now += LIMITS.challengeMs + 1;
    const { jti } = await (await redeem(old.jti, 'New.'))();
    expect(await docOf(old.jti)).toMatchObject({ status: 'superseded', successor: jti });
  });
});

describe('a quota', () => {
  const fill = (whose: string[], windowMs: number, count: number) =>
    rig.opened.collections.quotas.update(
      hashId('quota', ...whose, Math.floor(rig.now / windowMs)),
      { set: { count, expiresMs: rig.now + windowMs } },
      { upsert: true },
    );
  const DAY = 86_400_000;

  test('of an author ends with the day; the nonce that was refused is good for later', async () => {
    const eve = await rig.author('eve-1');
    await fill(['author', eve.subject], DAY, LIMITS.attestationsPerAuthorDay - 1);
    expect((await eve.attest({ text: 'The last.' })).token).toBeDefined();
    rig.now += DAY - 60_000;
    await fill(['author', eve.subject], DAY, LIMITS.attestationsPerAuthorDay);
    const { nonce, publicKey } = await ask(eve, { text: 'One more.' });
    const response = eve.authenticator.assert(publicKey);
    const request = { nonce, subject: eve.subject, platform: 'forum', response };
    await expect(issueAttestation(rig.issuer, 'acme', request)).rejects.toMatchObject({
      code: 'attest.quota',
      status: 429,
      retryAfterS: 60,
    });
    rig.now += 60_000;
    expect((await issueAttestation(rig.issuer, 'acme', request)).token).toBeDefined();
  });

  test('of a platform holds for all its authors, and for no other platform', async () => {
    await fill(['platform', 'acme', 'forum'], 3_600_000, LIMITS.attestationsPerPlatformHour);
    expect(await code(bob.attest({ text: 'x' }))).toBe('attest.quota');
    expect(await code(takeQuota(rig.issuer, { _id: 'other', tenant: 'acme', aud: 'blog' }))).toBeNull();
    rig.now += 3_600_000;
    expect((await bob.attest({ text: 'x' })).token).toBeDefined();
  });

  test('of a platform that is reached costs its author nothing', async () => {
    await fill(['platform', 'acme', 'forum'], 3_600_000, LIMITS.attestationsPerPlatformHour);
    const quota = hashId('quota', 'author', bob.subject, Math.floor(rig.now / DAY));
    const before = (await rig.opened.collections.quotas.get(quota))?.count ?? 0;
    expect(await code(bob.attest({ text: 'x' }))).toBe('attest.quota');
    expect((await rig.opened.collections.quotas.get(quota))?.count ?? 0).toBe(before);
    rig.now += 3_600_000;
  });

  test('is not exceeded by any number of requests at once, and is swept when its window has ended', async () => {
    const subject = { _id: 'many', tenant: 'acme', aud: 'blog' };
    await fill(['author', 'many'], DAY, LIMITS.attestationsPerAuthorDay - 3);
    const codes = await Promise.all(Array.from({ length: 20 }, () => code(takeQuota(rig.issuer, subject))));
    expect(codes.filter((each) => each === null)).toHaveLength(3);
    rig.now += 2 * DAY + 1;
    await sweepAttestation(rig.issuer);
    expect(await rig.opened.collections.quotas.count({ index: 'by_expiry', limit: 10 })).toBe(0);
  });

  test('is not used up by an issuance that is repeated', async () => {
    const sam = await rig.author('sam-1');
    const { request } = await sign(sam, { text: 'Once.' });
    await fill(['author', sam.subject], DAY, LIMITS.attestationsPerAuthorDay);
    expect(await code(issueAttestation(rig.issuer, 'acme', request))).toBeNull();
  });
});

describe('a text that wants to be found', () => {
  const hex = (token: string) =>
    Buffer.from(
      JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).con.h,
      'base64url',
    ).toString('hex');
  const plant = async (count: number, first: number, change: Partial<AttestationDoc> = {}) => {
    const { docs } = await rig.opened.collections.attestations.page({
      index: 'by_subject',
      where: { subject: ann.subject },
      limit: 1,
    });
    const inserts = Array.from({ length: count }, (_, at) => {
      const name = String(first + at).padStart(22, 'x');
      const lookup = (first + at).toString(16).padStart(8, '0').split('').reverse().join('').padEnd(64, '0');
      // Which of the author's tokens stands first is chance, so none of them is copied as it is.
      const token = `${docs[0]!.token}~`;
      const doc = { ...docs[0]!, _id: name, token, lookup, prev: null, status: 'valid' as const, ...change };
      return { insert: doc };
    });
    for (let at = 0; at < inserts.length; at += 500)
      await rig.opened.collections.attestations.bulk(inserts.slice(at, at + 500));
  };

  test('is found only among enough others, by whoever knows the first digits of its hash', async () => {
    const { issued } = await sign(ann, { text: 'Find me.', listed: true });
    const unlisted = await ann.attest({ text: 'Do not find me.' });
    const none = await lookupBucket(rig.issuer, '').catch((error) => error);
    expect(none).toMatchObject({
      code: 'attest.lookup',
      message: expect.stringContaining('too few entries yet'),
    });
    await plant(LIMITS.lookupBucketLeast - 2, 1);
    expect(await code(lookupBucket(rig.issuer, ''))).toBe('attest.lookup');
    // The same text once more, by as many tokens as one likes, makes no crowd.
    const [lookup, h] = [hex(issued.token), (await rig.opened.collections.attestations.get(issued.jti))!.h];
    await plant(5, 900, { lookup, h });
    expect(await code(lookupBucket(rig.issuer, ''))).toBe('attest.lookup');
    for (let at = 900; at < 905; at++)
      await rig.opened.collections.attestations.delete(String(at).padStart(22, 'x'));
    await plant(1, 1_000);
    const { tokens, pad } = await lookupBucket(rig.issuer, '');
    expect(tokens).toHaveLength(LIMITS.lookupBucketLeast);
    expect(tokens).toContain(issued.token);
    expect(tokens).not.toContain(unlisted.token);
    const longer = await lookupBucket(rig.issuer, hex(issued.token).slice(0, 4)).catch((error) => error);
    expect(longer).toMatchObject({ code: 'attest.lookup', message: expect.stringContaining('fewer digits') });
    expect(longer.message).not.toMatch(/found/);
    const size = JSON.stringify({ prefix: '', tokens, pad }).length;
    expect(Math.abs(size - 65_536)).toBeLessThan(100);
    await changeStatus(rig.issuer, 'acme', issued.jti, 'revoke');
    expect(await code(lookupBucket(rig.issuer, ''))).toBe('attest.lookup');
  });

  test('is asked for with more digits where too many share the prefix; every answered bucket is large enough', async () => {
    await plant(3_000, 10_000);
    await plant(60, 50_000, { expiresMs: 1 });
    expect(await code(lookupBucket(rig.issuer, ''))).toBe('attest.lookup');
    let answered = 0;
    for (const first of '0123456789abcdef') {
      const bucket = await lookupBucket(rig.issuer, first).catch(() => null);
      if (bucket === null) continue;
      answered++;
      expect(bucket.tokens.length).toBeGreaterThanOrEqual(LIMITS.lookupBucketLeast);
      expect(bucket.tokens.length).toBeLessThanOrEqual(LIMITS.lookupBucketMost);
    }
    expect(answered).toBeGreaterThan(8);
  });

  test('is never private mail', async () => {
    expect(await code(ask(ann, { text: 'x', private: true, listed: true }))).toBe('attest.mismatch');
  });
});

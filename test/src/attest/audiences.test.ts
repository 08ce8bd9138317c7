/** Which platforms the issuer names to everybody, and which its own verifier takes tokens of. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { AUDIENCES_SEEN_MS, audiences } from '../../../src/attest/audiences.js';
import { platformId } from '../../../src/attest/platform.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { verifyPost } from '../../../src/attest/verify-post.js';
import { judgeFeed } from '../../../src/client/index.js';
import { enrolDemoAuthor } from '../../../src/demo/author.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const text = 'Written by me.';
const domain = (at: number) => `p${String(at).padStart(5, '0')}.example.org`;
/** Platforms as if proven before, each of a tenant of its own. */
async function plant(first: number, count: number): Promise<void> {
  const bulk = Array.from({ length: count }, (_, at) => {
    const aud = domain(first + at);
    const doc = { tenant: `t${at}`, aud, name: aud, keys: [], provenBy: 'domain' as const, createdMs: 0 };
    return { insert: { _id: platformId(doc.tenant, aud), ...doc } };
  });
  for (let at = 0; at < bulk.length; at += 500)
    await rig.opened.collections.platforms.bulk(bulk.slice(at, at + 500));
}
const register = (aud: string, issuer = rig.issuer) =>
  registerPlatform(issuer, 'acme', { aud, name: aud, keys: [rig.platformKey.publicJwk] });

describe('the names told to everybody', () => {
  test('are all of them, however many pages that takes, the operator’s first', async () => {
    await plant(0, LIMITS.audiencesTold - 2);
    await register('rolling');
    const { names, complete } = await audiences(rig.issuer);
    expect(complete).toBe(true);
    expect(names).toHaveLength(LIMITS.audiencesTold);
    expect(names.slice(0, 3)).toEqual(['forum', 'rolling', domain(0)]);
    expect(JSON.stringify(names).length).toBeLessThan(256 * 1024);
  });

  test('beyond the limit are never "any": the operator’s stay, some domains are left out, and the log says so once', async () => {
    await plant(0, LIMITS.audiencesTold + 500);
    await register('rolling');
    const warned: unknown[] = [];
    const issuer = await rig.reopen({ logger: { warn: (...said: unknown[]) => warned.push(said) } as never });
    for (let turn = 0; turn < 3; turn++, rig.now += AUDIENCES_SEEN_MS) {
      const names = await issuer.audiences.tell();
      expect(names).toHaveLength(LIMITS.audiencesTold);
      expect(names).not.toContain('*');
      expect(names.slice(0, 3)).toEqual(['forum', 'rolling', domain(0)]);
    }
    expect(warned).toEqual([[{ told: LIMITS.audiencesTold }, expect.stringContaining('more platforms')]]);
  });

  test('follow a registration in another process within a moment', async () => {
    expect(await rig.issuer.audiences.tell()).toEqual(['forum']);
    await register('other', await rig.reopen());
    expect(await rig.issuer.audiences.tell()).toEqual(['forum']);
    rig.now += AUDIENCES_SEEN_MS;
    expect(await rig.issuer.audiences.tell()).toEqual(['forum', 'other']);
  });
});

describe('the issuer’s own verifier', () => {
  const found = { text, platform: 'forum', author: 'ann-1' };
  const other = { text, platform: 'other', author: 'bob' };
  const elsewhere = async () => {
    const issuer = await rig.reopen();
    await register('other', issuer);
    const account = { platform: 'other', accountId: 'bob', createdAt: '2020-01-01T00:00:00Z' };
    return (await enrolDemoAuthor(issuer, 'acme', rig.platformKey, account)).attest({ text });
  };

  test('takes no token of a platform that was struck off, in a feed and at intake neither', async () => {
    const { token } = await (await rig.author()).attest({ text });
    expect((await rig.issuer.verifier.verify(token, found)).errors).toEqual([]);
    const after = await rig.reopen({ grants: [{ tenant: 'rival', aud: 'forum' }] });
    expect(await after.verifier.verify(token, found)).toMatchObject({
      valid: false,
      hal: null,
      errors: ['token.audience'],
    });
    const [decision] = await judgeFeed(after.verifier, [{ id: '1', ...found, attestation: token }], 'humans');
    expect(decision!.action).not.toBe('keep');
    const post = { token, text, html: undefined, facets: undefined, platform: 'forum', authorId: 'ann-1' };
    expect(await verifyPost(after)(post as never)).toBe(-1);
  });

  test('notices within a moment that a platform has gone', async () => {
    const { token } = await (await rig.author()).attest({ text });
    expect((await rig.issuer.verifier.verify(token, found)).errors).toEqual([]);
    await rig.opened.collections.platforms.delete(platformId('acme', 'forum'));
    rig.now += AUDIENCES_SEEN_MS;
    expect((await rig.issuer.verifier.verify(token, found)).errors).toEqual(['token.audience']);
  });

  test('takes the token of a platform that was just registered in another process, asked many times at once', async () => {
    const { token } = await elsewhere();
    const looks: string[] = [];
    const { platforms } = rig.opened.collections;
    const page = platforms.page.bind(platforms);
    platforms.page = (query) => {
      looks.push(query.index);
      return page(query);
    };
    const results = await Promise.all(
      Array.from({ length: 20 }, () => rig.issuer.verifier.verify(token, other)),
    );
    platforms.page = page;
    expect(results.map(({ errors }) => errors)).toEqual(results.map(() => []));
    expect(looks).toEqual(['by_aud']);
    expect((await rig.issuer.verifier.verify(token, other)).errors).toEqual([]);
  });

  test('looks for a name that does not count once in a moment', async () => {
    const { token } = await elsewhere();
    const without = await rig.reopen({ grants: [{ tenant: 'acme', aud: 'forum' }] });
    let looks = 0;
    const { platforms } = rig.opened.collections;
    const page = platforms.page.bind(platforms);
    platforms.page = (query) => {
      looks++;
      return page(query);
    };
    for (let turn = 0; turn < 5; turn++)
      expect((await without.verifier.verify(token, other)).errors).toEqual(['token.audience']);
    platforms.page = page;
    expect(looks).toBe(1);
    await rig.issuer.verifier.verify(token, { ...other, platform: 'forum' });
  });

  test('takes tokens of a platform beyond those that are told', async () => {
    await plant(0, LIMITS.audiencesTold + 10);
    const last = domain(LIMITS.audiencesTold + 9);
    const named = await rig.reopen({ grants: [{ tenant: 'acme', aud: last }] });
    await rig.opened.collections.platforms.delete(platformId(`t${LIMITS.audiencesTold + 9}`, last));
    await register(last, named);
    const account = { platform: last, accountId: 'bob', createdAt: '2020-01-01T00:00:00Z' };
    const author = await enrolDemoAuthor(named, 'acme', rig.platformKey, account);
    const { token } = await author.attest({ text });
    // Proven by domain from now on, and so behind all others.
    await rig.opened.collections.platforms.update(platformId('acme', last), { set: { provenBy: 'domain' } });
    const issuer = await rig.reopen();
    expect(await issuer.audiences.tell()).not.toContain(last);
    for (let turn = 0; turn < 3; turn++, rig.now += AUDIENCES_SEEN_MS / 2 + 1) {
      const result = await issuer.verifier.verify(token, { text, platform: last, author: 'bob' });
      expect([turn, result.errors]).toEqual([turn, []]);
    }
  });

  test('keeps what it knew while the store cannot be read', async () => {
    const { token } = await (await rig.author()).attest({ text });
    const { platforms } = rig.opened.collections;
    const page = platforms.page.bind(platforms);
    platforms.page = () => Promise.reject(new Error('away'));
    rig.now += AUDIENCES_SEEN_MS;
    expect((await rig.issuer.verifier.verify(token, found)).errors).toEqual([]);
    platforms.page = page;
  });
});

/** What a verifier does not stumble over: posts of the wrong shape, caches that fail, a clock that was set back. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createVerifier, type Found, judgeFeed } from '../../../src/client/index.js';
import { FOUND, type Kit, LIST, makeKit, NOW, NOW_S, network } from './kit.js';

let kit: Kit;
let token: string;
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token({ iat: NOW_S - 30 * 86_400 });
});

describe('a post of the wrong shape', () => {
  test.each<[string, object]>([
    ['a number for its text', { text: 7 }],
    ['null for its text', { text: null }],
    ['an object for its HTML', { html: {} }],
    ['facets that are none', { facets: 'x' }],
    ['null among its facets', { facets: [null] }],
    ['a facet without a place', { facets: [{ type: 'link', uri: 'https://x.example' }] }],
  ])('(%s) is unchecked, and stops no feed', async (_name, change) => {
    const fetch = network({ [LIST]: await kit.list() });
    const verifier = createVerifier({ trust: kit.trust, fetch, clock: () => NOW });
    const found = { ...FOUND, ...change } as Found;
    expect(await verifier.verify(token, found)).toMatchObject({
      valid: false,
      errors: ['content.unchecked'],
    });
    const feed = [
      { id: 'odd', attestation: token, ...found },
      { id: 'good', attestation: token, ...FOUND },
    ];
    expect((await judgeFeed(verifier, feed, 'humans')).map(({ reason }) => reason)).toEqual([
      'unchecked',
      'meets_policy',
    ]);
  });
});

test('a cache that fails costs a fetch, not a verification', async () => {
  const fail = () => Promise.reject(new Error('quota exceeded'));
  const fetch = network({ [LIST]: await kit.list() });
  const verifier = createVerifier({ trust: kit.trust, fetch, cache: { get: fail, set: fail } });
  expect((await verifier.verify(token, FOUND)).errors).toEqual([]);
  const cache = {
    get: () => {
      throw new Error('at once');
    },
    set: fail,
  };
  expect((await createVerifier({ trust: kit.trust, fetch, cache }).verify(token, FOUND)).valid).toBe(true);
});

test('a status list is asked for again when the clock was set back, so a revocation is not missed', async () => {
  const list = (values: Record<number, number>, iat: number) =>
    kit.list({ values, claims: { iat, exp: NOW_S + 86_400 } });
  let page = await list({}, NOW_S - 20 * 86_400);
  let now = NOW;
  const verifier = createVerifier({
    trust: kit.trust,
    fetch: network({ [LIST]: () => page }),
    clock: () => now,
    policy: { onStale: 'open' },
  });
  const found = { ...FOUND, now: undefined };
  expect((await verifier.verify(token, found)).errors).toEqual([]);
  page = await list({ 5: 1 }, NOW_S - 11 * 86_400);
  now -= 10 * 86_400_000;
  expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
});

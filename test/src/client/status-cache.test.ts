/** Status lists that several processes keep, that are rolled back, and that make room for others. */
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { createVerifier, type VerifierCache, type VerifierOptions } from '../../../src/client/index.js';
import { StatusCache } from '../../../src/client/status-cache.js';
import { readStatusList, type StatusList, statusValue } from '../../../src/client/status-list.js';
import { importTrust } from '../../../src/client/trust.js';
import { FOUND, ISS, type Kit, LIST, makeKey, makeKit, NOW, NOW_S, network } from './kit.js';

let kit: Kit;
let token: string;
let now = NOW;
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token({ exp: NOW_S + 80 * 86_400 });
});
beforeEach(() => {
  now = NOW;
});
afterEach(() => {
  jest.restoreAllMocks();
});

const found = { ...FOUND, now: undefined };
const open = (options: VerifierOptions = {}) =>
  createVerifier({ trust: kit.trust, clock: () => now, ...options });
const at = (iat: number, values: Record<number, number> = {}) => kit.list({ values, claims: { iat } });
const shared = (entries: Record<string, string>): VerifierCache => {
  const kept = new Map(Object.entries(entries));
  return { get: async (url) => kept.get(url), set: async (url, text) => void kept.set(url, text) };
};
const onList = (uri: string) => kit.token({ status: { status_list: { idx: 5, uri } } });

describe('a newer list that another process put into the shared cache', () => {
  test('is read at the next look, with and without a network', async () => {
    for (const fetch of [undefined, network({})]) {
      now = NOW;
      const cache = shared({ [LIST]: await at(NOW_S - 10) });
      const verifier = open({ cache, ...(fetch ? { fetch } : {}) });
      expect((await verifier.verify(token, found)).errors).toEqual([]);
      await cache.set(LIST, await at(NOW_S - 5, { 5: 1 }));
      now += 60_000;
      expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    }
  });

  test('is not overwritten with an older one that the network still gives', async () => {
    const newer = await at(NOW_S - 5, { 5: 1 });
    const cache = shared({ [LIST]: newer });
    const verifier = open({ cache, fetch: network({ [LIST]: await at(NOW_S - 10) }) });
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    expect(await cache.get(LIST)).toBe(newer);
  });
});

describe('a list that is not newer', () => {
  test('does not replace another one of the same second', async () => {
    let page = await at(NOW_S - 10, { 5: 1 });
    const verifier = open({ fetch: network({ [LIST]: () => page }) });
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    page = await at(NOW_S - 10);
    now += 60_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
  });

  test('is refused when the newer one had to make room meanwhile; the same one is taken again', async () => {
    jest.replaceProperty(LIMITS as { statusListsHeld: number }, 'statusListsHeld', 2);
    const revoked = await at(NOW_S - 10, { 5: 1 });
    let page = revoked;
    const others = Object.fromEntries(
      await Promise.all(
        [1, 2, 3].map(async (n) => [`${LIST}/${n}`, await kit.list({ uri: `${LIST}/${n}` })]),
      ),
    );
    const fetch = network({ ...others, [LIST]: () => page });
    const verifier = open({ fetch });
    const makeRoom = async () => {
      for (const uri of Object.keys(others)) {
        expect((await verifier.verify(await onList(uri), found)).valid).toBe(true);
      }
    };
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    for (const rolledBack of [await at(NOW_S - 11), await at(NOW_S - 10)]) {
      await makeRoom();
      page = rolledBack;
      expect((await verifier.verify(token, found)).errors).toEqual(['status.unavailable']);
    }
    await makeRoom();
    page = await kit.list({ values: { 5: 1 }, claims: { iat: NOW_S - 10 } });
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    await makeRoom();
    page = await at(NOW_S - 9);
    expect((await verifier.verify(token, found)).errors).toEqual([]);
  });

  test('is remembered of so many lists and no more', async () => {
    jest.replaceProperty(LIMITS as { statusListsHeld: number }, 'statusListsHeld', 1);
    jest.replaceProperty(LIMITS as { statusListsRemembered: number }, 'statusListsRemembered', 1);
    const uris = [1, 2, 3].map((n) => `${LIST}/${n}`);
    let iat = NOW_S - 10;
    const pages = Object.fromEntries(uris.map((uri) => [uri, '']));
    const fetch = network(Object.fromEntries(uris.map((uri) => [uri, () => pages[uri]!])));
    const verifier = open({ fetch });
    const errors = async (uri: string) => {
      pages[uri] = await kit.list({ uri, claims: { iat } });
      return (await verifier.verify(await onList(uri), found)).errors;
    };
    for (const uri of uris) expect(await errors(uri)).toEqual([]);
    iat--;
    expect(await errors(uris[1]!)).toEqual(['status.unavailable']);
    expect(await errors(uris[0]!)).toEqual([]);
  });
});

test('lists are held within a bound on their bytes', async () => {
  jest.replaceProperty(LIMITS as { statusListsHeldBytes: number }, 'statusListsHeldBytes', 40);
  const uris = [1, 2, 3].map((n) => `${LIST}/${n}`);
  const pages = await Promise.all(uris.map(async (uri) => [uri, await kit.list({ uri })] as const));
  const fetch = network(Object.fromEntries(pages));
  const verifier = open({ fetch });
  for (const uri of [...uris, ...uris.slice(1), ...uris]) await verifier.verify(await onList(uri), found);
  // Lists of 16 bytes: two are held, and a third makes the one go that was asked for longest ago.
  expect(fetch.asked.map((uri) => uri.at(-1)).join('')).toBe('123123');
});

describe('an issuer that publishes very many lists', () => {
  /** Another trusted issuer, on an address of its own. */
  async function neighbour() {
    const [tokenKey, statusKey] = await Promise.all([makeKey(), makeKey()]);
    const iss = 'https://other.example';
    const issuer = {
      ...kit.trust.issuers[0]!,
      iss,
      token_keys: [tokenKey.jwk],
      status_keys: [statusKey.jwk],
      status_origins: [iss],
    };
    const uris = Array.from({ length: 12 }, (_, n) => `${iss}/status/${n}`);
    const pages = await Promise.all(
      uris.map(async (uri) => [uri, await kit.list({ uri, key: statusKey })] as const),
    );
    const tokens = await Promise.all(
      uris.map((uri) => kit.token({ iss, status: { status_list: { idx: 5, uri } } }, {}, tokenKey)),
    );
    return { trust: { issuers: [...kit.trust.issuers, issuer] }, pages: Object.fromEntries(pages), tokens };
  }

  test('does not make a verifier forget how new another issuer’s list was, nor the list', async () => {
    jest.replaceProperty(LIMITS as { statusListsHeld: number }, 'statusListsHeld', 4);
    jest.replaceProperty(LIMITS as { statusListsRemembered: number }, 'statusListsRemembered', 3);
    const { trust, pages, tokens } = await neighbour();
    let page = await at(NOW_S - 10, { 5: 1 });
    const own = [1, 2, 3, 4].map((n) => `${LIST}/${n}`);
    const others = await Promise.all(own.map(async (uri) => [uri, await kit.list({ uri })] as const));
    const fetch = network({ ...pages, ...Object.fromEntries(others), [LIST]: () => page });
    const verifier = open({ trust, fetch });
    const flood = async () => {
      for (const each of tokens) expect((await verifier.verify(each, found)).valid).toBe(true);
    };
    // Two lists of this issuer: half of the room, with two issuers.
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    expect((await verifier.verify(await onList(own[0]!), found)).valid).toBe(true);
    await flood();
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
    expect(fetch.asked.filter((uri) => uri === LIST)).toHaveLength(1);
    // It makes room for its own issuer's, and stays remembered while the neighbour publishes on.
    for (const uri of own.slice(1)) await verifier.verify(await onList(uri), found);
    await flood();
    page = await at(NOW_S - 11);
    expect((await verifier.verify(token, found)).errors).toEqual(['status.unavailable']);
  });

  test('does not make a verifier drop another issuer’s list for bytes either', async () => {
    jest.replaceProperty(LIMITS as { statusListsHeldBytes: number }, 'statusListsHeldBytes', 40);
    const { trust, pages, tokens } = await neighbour();
    const fetch = network({ ...pages, [LIST]: await at(NOW_S - 10) });
    const verifier = open({ trust, fetch });
    for (const each of [token, ...tokens, token])
      expect((await verifier.verify(each, found)).valid).toBe(true);
    expect(fetch.asked.filter((uri) => uri === LIST)).toHaveLength(1);
  });
});

test('one address that two issuers use is two lists', async () => {
  const [tokenKey, statusKey] = await Promise.all([makeKey(), makeKey()]);
  const other = {
    ...kit.trust.issuers[0]!,
    iss: 'https://other.example',
    token_keys: [tokenKey.jwk],
    status_keys: [statusKey.jwk],
  };
  const fetch = network({ [LIST]: await kit.list() });
  const verifier = open({ trust: { issuers: [...kit.trust.issuers, other] }, fetch });
  expect((await verifier.verify(token, found)).valid).toBe(true);
  const foreign = await kit.token({ iss: other.iss }, {}, tokenKey);
  expect((await verifier.verify(foreign, found)).errors).toEqual(['status.unavailable']);
  expect((await verifier.verify(token, found)).valid).toBe(true);
});

test('an answer that was under way when the list was expired does not count as fresh', async () => {
  let page = await at(NOW_S - 10);
  let release: () => void = () => {};
  let asked = 0;
  const verifier = open({
    fetch: async () => {
      const answer = page;
      if (asked++ === 0) await new Promise<void>((resolve) => (release = resolve));
      return new Response(answer);
    },
  });
  const first = verifier.verify(token, found);
  while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  page = await at(NOW_S - 9, { 5: 1 });
  verifier.expireLists(LIST);
  const second = verifier.verify(token, found);
  expect((await second).errors).toEqual(['status.revoked']);
  release();
  await first;
  expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
});

describe('expiring one list', () => {
  test('leaves what is under way for another one fresh', async () => {
    let release: () => void = () => {};
    const asked: string[] = [];
    const slow = `${LIST}/slow`;
    const pages: Record<string, string> = {
      [LIST]: await at(NOW_S - 10),
      [slow]: await kit.list({ uri: slow }),
    };
    const verifier = open({
      fetch: async (uri) => {
        asked.push(uri);
        if (uri === slow) await new Promise<void>((resolve) => (release = resolve));
        return new Response(pages[uri]);
      },
    });
    const onSlow = await onList(slow);
    const first = verifier.verify(onSlow, found);
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    verifier.expireLists(LIST);
    const second = verifier.verify(onSlow, found);
    await new Promise((resolve) => setTimeout(resolve, 20));
    release();
    expect([(await first).valid, (await second).valid]).toEqual([true, true]);
    expect((await verifier.verify(onSlow, found)).valid).toBe(true);
    expect(asked).toEqual([slow]);
  });

  test('of all that are held makes each be asked for again', async () => {
    const uris = [LIST, `${LIST}/2`];
    const pages = await Promise.all(uris.map(async (uri) => [uri, await kit.list({ uri })] as const));
    const fetch = network(Object.fromEntries(pages));
    const verifier = open({ fetch });
    for (let turn = 0; turn < 2; turn++) {
      for (const uri of uris) await verifier.verify(await onList(uri), found);
      verifier.expireLists();
    }
    expect(fetch.asked).toEqual([...uris, ...uris]);
  });
});

describe('what a list says of its own life', () => {
  const read = async (claims: object) => {
    const [issuer] = await importTrust(kit.trust);
    return readStatusList(await kit.list({ claims }), LIST, issuer!, NOW_S);
  };

  test('is bounded by LIMITS.statusListLifeS and LIMITS.statusListTtlS', async () => {
    const iat = NOW_S - 10;
    const claims = { iat, exp: NOW_S + 1_000 * 86_400, ttl: 1_000 * 86_400 };
    expect(await read(claims)).toMatchObject({
      iat,
      exp: iat + LIMITS.statusListLifeS,
      ttl: LIMITS.statusListTtlS,
    });
    expect(await read({ ...claims, iat: NOW_S - LIMITS.statusListLifeS - 60 })).toBeNull();
    expect(await read({ iat: NOW_S - 10, exp: NOW_S - 10 })).toBeNull();
  });

  test('does not make it be asked for more than every LIMITS.statusListTtlLeastS', async () => {
    expect(await read({ ttl: 0 })).toMatchObject({ ttl: LIMITS.statusListTtlLeastS });
    expect(await read({ ttl: 5 })).toMatchObject({ ttl: 5 });
    expect(await read({ ttl: 6 })).toMatchObject({ ttl: 6 });
    const fetch = network({ [LIST]: await kit.list({ claims: { ttl: 0 } }) });
    const verifier = open({ fetch });
    for (let turn = 0; turn < 50; turn++) expect((await verifier.verify(token, found)).valid).toBe(true);
    now += 4_999;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(1);
    now += 1;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(2);
  });

  test('makes it be asked for again after a day at the latest, and end for good', async () => {
    const page = await kit.list({ claims: { ttl: 10 ** 9, exp: NOW_S + 10 ** 9 } });
    const fetch = network({ [LIST]: page });
    const verifier = open({ fetch, policy: { onStale: 'open', maxStatusAgeS: 10 ** 9 } });
    await verifier.verify(token, found);
    now += LIMITS.statusListTtlS * 1000 - 1;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(1);
    now += 1;
    await verifier.verify(token, found);
    expect(fetch.asked).toHaveLength(2);
    now = NOW + (LIMITS.statusListLifeS + 60) * 1000;
    const later = await kit.token({ iat: NOW_S + 60 * 86_400, exp: NOW_S + 120 * 86_400 });
    expect(await verifier.verify(later, found)).toMatchObject({ status: 'unknown', stale: true });
  });

  test('may name a token key; it is told as it stands', async () => {
    expect(await read({})).toMatchObject({ tokenKid: null });
    expect(await read({ token_kid: kit.tokenKey.kid })).toMatchObject({ tokenKid: kit.tokenKey.kid });
    expect(await read({ token_kid: 7 })).toBeNull();
  });
});

test('a discovery document that another process put into the shared cache is read while one is held', async () => {
  const WELL_KNOWN = `${ISS}/.well-known/human-author`;
  const kept = (foundMs: number, change: object) =>
    JSON.stringify({ foundMs, text: JSON.stringify({ ...kit.trust.issuers[0], ...change }) });
  const cache = shared({ [WELL_KNOWN]: kept(NOW, {}), [LIST]: await at(NOW_S - 10) });
  const verifier = createVerifier({ issuers: [ISS], cache, clock: () => now, policy: { onStale: 'open' } });
  expect((await verifier.verify(token, found)).errors).toEqual([]);
  await cache.set(WELL_KNOWN, kept(NOW + 600_000, { token_keys: [(await makeKey()).jwk] }));
  now += 600_000;
  expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
  // An older one is worth nothing beside the held one.
  await cache.set(WELL_KNOWN, kept(NOW, {}));
  now += 600_000;
  expect((await verifier.verify(token, found)).errors).toEqual(['token.unknown_key']);
});

describe('a status key that was taken out of trust', () => {
  /** The issuer as it was and as it is: another status key, the old one gone. */
  const change = async () => {
    const next = await makeKey();
    const [before] = await importTrust(kit.trust);
    const trust = { issuers: [{ ...kit.trust.issuers[0]!, status_keys: [next.jwk] }] };
    const [after] = await importTrust(trust);
    return { next, before: before!, after: after! };
  };
  const revokedIn = (list: StatusList | null) => list && statusValue(list.bytes, 2, 5);

  test('takes what it signed with it, though nothing else can be had', async () => {
    const { before, after } = await change();
    const lists = new StatusCache(network({ [LIST]: await kit.list() }), undefined, 60);
    expect(revokedIn(await lists.get(LIST, before, NOW))).toBe(0);
    expect(await lists.get(LIST, after, NOW)).toBeNull();
  });

  test('does not keep out the list of the key that followed, of the same second or of an earlier one', async () => {
    const { next, before, after } = await change();
    for (const iat of [NOW_S - 10, NOW_S - 20]) {
      const pages = { [LIST]: await kit.list() };
      const lists = new StatusCache(network(pages), undefined, 60);
      await lists.get(LIST, before, NOW);
      pages[LIST] = await kit.list({ key: next, values: { 5: 1 }, claims: { iat } });
      expect(revokedIn(await lists.get(LIST, after, NOW))).toBe(1);
    }
  });
});

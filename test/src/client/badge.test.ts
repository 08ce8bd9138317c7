/** The words of the badge: each state, and what must never be said. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FilterPolicy, VerifyResult } from '../../../schemas/attestation.js';
import { badgeWords } from '../../../src/client/badge-words.js';
import { SENTENCES } from '../../../src/client/feed.js';
import { createVerifier, type Found, notProvenOf } from '../../../src/client/index.js';
import { FOUND, type Kit, LIST, makeKit, NOW_S, network } from './kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await makeKit();
});

const HAL_1 = { lvl: { prs: 1, unq: 0, cmp: 1 }, hal: 1, evd: ['passkey'] };
interface Given {
  claims?: object;
  found?: Found;
  list?: Parameters<Kit['list']>[0] | null;
  policy?: Partial<FilterPolicy>;
}
/** A real answer of the verifier. */
async function answer({
  claims = {},
  found = {},
  list = {},
  policy = {},
}: Given = {}): Promise<VerifyResult> {
  const lvl = (claims as { lvl?: VerifyResult['lvl'] }).lvl;
  const token = await kit.token({ ...claims, ...(lvl ? { np: notProvenOf(lvl) } : {}) });
  const fetch = network(list === null ? {} : { [LIST]: await kit.list(list) });
  return createVerifier({ trust: kit.trust, fetch, policy }).verify(token, { ...FOUND, ...found });
}
const words = async (given?: Given) => badgeWords(await answer(given), 'Forum');
const spoken = (result: VerifyResult | null | undefined) => {
  const { label, details, notProven } = badgeWords(result, 'Forum');
  return [label, ...details, ...notProven].join(' ');
};

describe('an attestation that holds is called', () => {
  test.each([
    [1, 0, 1, "approved by the account's key"],
    [1, 1, 2, 'account vouched for by Forum'],
    [2, 0, 2, 'confirmed in person on a known device'],
    [2, 1, 3, 'confirmed in person on a known device, account vouched for by Forum'],
    [2, 2, 3, 'confirmed in person on a known device, owner proven'],
    [3, 3, 3, 'confirmed in person on a known device, owner proven'],
  ])('at presence %i and uniqueness %i (hal %i): %s', async (prs, unq, hal, label) => {
    const state = prs === 1 ? 'account' : 'present';
    expect(await words({ claims: { lvl: { prs, unq, cmp: 0 }, hal } })).toMatchObject({ state, label });
  });

  test('without a key by what it lacks', async () => {
    const claims = { lvl: { prs: 0, unq: 1, cmp: 0 }, hal: 0 };
    expect(await words({ claims })).toMatchObject({ state: 'none', label: 'attested without a key' });
  });

  test('the same where the reader asked for more, with a word on that', async () => {
    const { state, label, details } = await words({ policy: { minHal: 3 } });
    expect([state, label]).toEqual(['account', 'account vouched for by Forum']);
    expect(details.at(-1)).toBe('The attestation proves less than this filter asks for.');
  });
});

describe('what is not proven', () => {
  test('is said, and shrinks with what was proven', async () => {
    expect((await words()).notProven).toEqual([
      'Who or what composed the words.',
      'That there is one account to one owner.',
      'That nobody pressed the author to approve.',
    ]);
    expect((await words({ claims: { lvl: { prs: 3, unq: 2, cmp: 0 }, hal: 3 } })).notProven).toEqual([
      'Who or what composed the words.',
    ]);
  });

  test('is everything where the attestation does not hold', async () => {
    const result = await answer({
      found: { author: 'bob' },
      claims: { lvl: { prs: 3, unq: 3, cmp: 0 }, hal: 3 },
    });
    expect(badgeWords(result, 'Forum').notProven).toHaveLength(3);
  });
});

describe('an attestation that cannot be relied on', () => {
  const now = { now: (NOW_S + 3_600) * 1000 };
  test.each<[string, Given, string, string]>([
    ['on another account', { found: { author: 'bob' } }, 'broken', 'attestation of another account'],
    ['on another text', { found: { text: 'Other.' } }, 'broken', 'attestation of another text'],
    ['revoked', { list: { values: { 5: 1 } } }, 'broken', 'attestation revoked'],
    ['suspended', { list: { values: { 5: 2 } } }, 'broken', 'attestation suspended'],
    ['superseded', { list: { values: { 5: 3 } } }, 'broken', 'attestation replaced'],
    ['expired', { claims: { exp: NOW_S - 61, iat: NOW_S - 600 } }, 'broken', 'attestation expired'],
    ['forged', { claims: { hal: 3 } }, 'broken', 'attestation not valid'],
    [
      'without a text to check',
      { found: { text: undefined } },
      'unchecked',
      'attestation not checked against this text and account',
    ],
    [
      'without an author to check, though the reader does not ask for one',
      { found: { author: undefined }, policy: { requireAuthor: false } },
      'unchecked',
      'attestation not checked against this text and account',
    ],
    ['without a status list', { list: null }, 'unchecked', 'attestation not checked for revocation'],
    [
      'without a status list, where the reader is open',
      { list: null, policy: { onStale: 'open' } },
      'unchecked',
      'attestation not checked for revocation',
    ],
    ['on an old list', { found: now }, 'stale', 'account vouched for by Forum (status not fresh)'],
    [
      'on an old list, where the reader is open',
      { found: now, policy: { onStale: 'open' } },
      'stale',
      'account vouched for by Forum (status not fresh)',
    ],
  ])('%s', async (_name, given, state, label) => {
    const found = await words(given);
    expect(found).toMatchObject({ state, label });
    expect(found.details.length).toBeGreaterThan(0);
  });

  test('in HTML that can be shown in other ways than it reads', async () => {
    const result = {
      ...(await answer({})),
      valid: false,
      lvl: null,
      hal: null,
      content: 'unchecked' as const,
    };
    const { state, label, details } = badgeWords({ ...result, errors: ['content.uncertain'] }, 'Forum');
    expect([state, label]).toEqual(['unchecked', 'attestation not checked against this text and account']);
    expect(details[0]).toBe(SENTENCES.uncertain);
  });

  test('tells as of when its status is known', async () => {
    expect((await words({ found: now })).details).toContain('Status as of 2030-01-14 23:59 UTC.');
  });

  test('is not there, or was not looked at', () => {
    expect(badgeWords(null, 'Forum')).toMatchObject({
      state: 'none',
      label: 'no attestation',
      notProven: [],
    });
    expect(badgeWords(undefined, 'Forum')).toMatchObject({
      state: 'unchecked',
      label: 'attestation not checked',
    });
  });
});

test('what is no result of a verifier is said to be unchecked, whatever is wrong with it', async () => {
  const result = await answer();
  const { state } = badgeWords(result, 'Forum');
  const names = (
    'valid hal lvl author content status statusAsOf stale notProven errors jti iss' as const
  ).split(' ') as (keyof VerifyResult)[];
  const odd = fc.oneof(fc.constant(undefined), fc.anything());
  fc.assert(
    fc.property(fc.constantFrom(...names), odd, (name, value) => {
      const changed = { ...result, [name]: value } as VerifyResult;
      const found = badgeWords(changed, 'Forum');
      // A code that a later version adds is one that failed all the same.
      const isCodes =
        name === 'errors' && Array.isArray(value) && value.every((each) => typeof each === 'string');
      if (!isCodes && !VerifyResult.safeParse(changed).success)
        expect(found.label).toBe('attestation not checked');
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.anything(), (value) => {
      if (value === null) return;
      expect(badgeWords(value as VerifyResult, 'Forum').label).toBe('attestation not checked');
    }),
  );
  // A member that a later version adds is no reason to call it unchecked.
  expect(badgeWords({ ...result, later: 1 } as VerifyResult, 'Forum').state).toBe(state);
});

test('the words "human" and "verified" stand nowhere at hal 1, nor where nothing was proven', async () => {
  const results = [
    undefined,
    null,
    await answer({ claims: HAL_1 }),
    await answer({ claims: HAL_1, policy: { minHal: 2 } }),
    await answer({ claims: HAL_1, found: { now: (NOW_S + 3_600) * 1000 } }),
    await answer({ claims: HAL_1, found: { author: 'bob' } }),
    await answer({ claims: { hal: 3 } }),
    await answer({ list: { values: { 5: 1 } } }),
  ];
  expect(results[2]!.hal).toBe(1);
  for (const result of results) expect(spoken(result)).not.toMatch(/human|verif|person/i);
  expect(spoken(await answer({ claims: { lvl: { prs: 2, unq: 0, cmp: 0 }, hal: 2 } }))).toMatch(/person/);
});

test('the module loads where there is no document, and defines nothing', async () => {
  const { HumanBadge } = await import('../../../src/client/badge.js');
  expect(HumanBadge.observedAttributes).toEqual(['platform', 'result']);
});

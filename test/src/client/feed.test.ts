/** The feed filter: what is kept, hidden, labelled, and the one reason for each. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  FeedReason,
  type FilterPolicy,
  type PolicyName,
  VerifyError,
  type VerifyResult,
} from '../../../schemas/attestation.js';
import { createVerifier, filterFeed, judgeFeed, POLICIES, SENTENCES } from '../../../src/client/index.js';
import { FOUND, HOLDS, type Kit, LIST, makeKit, NOW, network, TEXT } from './kit.js';

const good = HOLDS;
const failed = (...errors: VerifyError[]): VerifyResult => ({
  ...good,
  valid: false,
  hal: null,
  lvl: null,
  errors,
});
const key: VerifyResult = { ...good, hal: 1, lvl: { prs: 1, unq: 0, cmp: 0 } };

const decide = (result: VerifyResult | null, policy: PolicyName | FilterPolicy) => {
  const { action, reason } = filterFeed([{ id: 'a', result }], policy)[0]!;
  return `${action} ${reason}`;
};

describe('a policy that is not whole', () => {
  const stale: VerifyResult = { ...good, stale: true };
  test.each([
    ['leaves something out', { minHal: 2 }],
    ['holds undefined', { minHal: 2, requireAuthor: undefined, onStale: undefined, onUnknown: undefined }],
    ['has a slip of the pen', { minHal: 2, requireAuthor: 0, onStale: 'opne', onUnknown: 'lable' }],
  ])('that %s is as strict as the default', (_name, partial) => {
    const policy = partial as unknown as FilterPolicy;
    expect(decide({ ...good, author: 'unchecked' }, policy)).toBe('hide unchecked');
    expect(decide(stale, policy)).toBe('hide stale');
    expect(decide(null, policy)).toBe('hide no_token');
    expect(decide(good, policy)).toBe('keep meets_policy');
  });
});

test('a policy whose numbers are none lets nothing through by that', () => {
  const nothing = { ...POLICIES.humans, minHal: Number.NaN } as unknown as FilterPolicy;
  expect(decide(good, nothing)).toBe('hide below_minimum');
  expect(decide(good, { ...POLICIES.humans, minHal: 'two' } as unknown as FilterPolicy)).toBe(
    'hide below_minimum',
  );
});

describe('under each named filter', () => {
  test.each([
    ['a vouched account', good, 'keep', 'keep', 'keep', 'hide', 'meets_policy', 'below_minimum'],
    ['an account’s key only', key, 'keep', 'keep', 'hide', 'hide', 'meets_policy', 'below_minimum'],
    ['no token', null, 'label', 'hide', 'hide', 'hide', 'no_token', 'no_token'],
    ['a forged token', failed('token.signature'), 'label', 'hide', 'hide', 'hide', 'forged', 'forged'],
    ['an expired token', failed('token.expired'), 'label', 'hide', 'hide', 'hide', 'expired', 'expired'],
    [
      'another account’s token',
      failed('author.different', 'content.different', 'status.revoked'),
      'label',
      'hide',
      'hide',
      'hide',
      'other_account',
      'other_account',
    ],
    [
      'an edited text',
      failed('content.different', 'status.revoked'),
      'label',
      'hide',
      'hide',
      'hide',
      'edited',
      'edited',
    ],
    [
      'HTML in doubt',
      { ...failed('content.uncertain'), content: 'unchecked' as const },
      'label',
      'hide',
      'hide',
      'hide',
      'uncertain',
      'uncertain',
    ],
    ['a revoked token', failed('status.revoked'), 'label', 'hide', 'hide', 'hide', 'revoked', 'revoked'],
    [
      'a suspended token',
      failed('status.suspended'),
      'label',
      'hide',
      'hide',
      'hide',
      'suspended',
      'suspended',
    ],
    [
      'a superseded token',
      failed('status.superseded'),
      'label',
      'hide',
      'hide',
      'hide',
      'superseded',
      'superseded',
    ],
    [
      'no author given',
      { ...failed('author.unchecked'), author: 'unchecked' as const },
      'label',
      'hide',
      'hide',
      'hide',
      'unchecked',
      'unchecked',
    ],
    [
      'no text given',
      { ...failed('content.unchecked'), content: 'unchecked' as const },
      'label',
      'hide',
      'hide',
      'hide',
      'unchecked',
      'unchecked',
    ],
    [
      'a status nobody knows',
      { ...failed('status.unavailable'), status: 'unknown' as const, stale: true },
      'label',
      'hide',
      'hide',
      'hide',
      'status_unknown',
      'status_unknown',
    ],
    ['an old status', { ...good, stale: true }, 'label', 'hide', 'hide', 'hide', 'stale', 'stale'],
    [
      'other formatting',
      { ...good, content: 'reformatted' as const },
      'keep',
      'keep',
      'keep',
      'hide',
      'reformatted',
      'below_minimum',
    ],
  ])('%s', (_name, result, all, approved, humans, strict, reason, strictReason) => {
    expect(decide(result, 'all')).toBe(`${all} ${reason}`);
    expect(decide(result, 'approved')).toBe(`${approved} ${reason}`);
    expect(decide(result, 'humans')).toBe(
      `${humans} ${humans === 'hide' && result === key ? 'below_minimum' : reason}`,
    );
    expect(decide(result, 'strict')).toBe(`${strict} ${strictReason}`);
  });

  test('“all” hides nothing and no filter keeps what failed', () => {
    const arbitrary = fc.record({
      errors: fc.uniqueArray(fc.constantFrom(...VerifyError.options), { maxLength: 3 }),
      author: fc.constantFrom('match' as const, 'different' as const, 'unchecked' as const),
      content: fc.constantFrom(
        'exact' as const,
        'different' as const,
        'unchecked' as const,
        'reformatted' as const,
      ),
      stale: fc.boolean(),
      hal: fc.constantFrom(null, 0, 1, 2, 3),
    });
    const names = fc.constantFrom(...(Object.keys(POLICIES) as PolicyName[]));
    fc.assert(
      fc.property(arbitrary, names, (change, name) => {
        const { action, label, hal } = filterFeed([{ id: 'a', result: { ...good, ...change } }], name)[0]!;
        if (name === 'all') expect(action).not.toBe('hide');
        const proven = change.errors.filter(
          (code) => !['policy.hal', 'content.reformatted', 'status.stale'].includes(code),
        );
        if (proven.some((code) => !code.endsWith('unchecked') && code !== 'status.unavailable')) {
          expect(action).not.toBe('keep');
          expect([label, hal]).toEqual(['none', null]);
        }
        if (name === 'humans' && (change.author === 'unchecked' || change.content === 'unchecked'))
          expect(action).toBe('hide');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('under a reader’s own rules', () => {
  test('what is unknown may be labelled, though unchecked never passes for a person’s', () => {
    const rules: FilterPolicy = { ...POLICIES.approved, onUnknown: 'label' };
    const unchecked = { ...good, author: 'unchecked' as const };
    expect(decide(null, rules)).toBe('label no_token');
    expect(decide(unchecked, rules)).toBe('label unchecked');
    expect(decide(unchecked, { ...rules, minHal: 2 })).toBe('hide unchecked');
    expect(decide(unchecked, { ...rules, requireAuthor: false })).toBe('label unchecked');
    // A filter that speaks of people is not talked out of it.
    expect(decide(unchecked, { ...rules, minHal: 2, requireAuthor: false })).toBe('hide unchecked');
  });

  test('what was not held against text and account is accepted only with a word on that', () => {
    const rules: FilterPolicy = { ...POLICIES.approved, requireAuthor: false };
    const said = (change: object, more: object = {}) =>
      filterFeed([{ id: 'a', result: { ...good, ...change } }], { ...rules, ...more })[0]!;
    const author = said({ author: 'unchecked' });
    const text = said({ content: 'unchecked' });
    const both = said({ author: 'unchecked', content: 'unchecked' });
    expect([author.sentence, text.sentence, both.sentence]).toEqual([
      'The account was not checked: the attestation may be that of another one.',
      'The text was not checked: the attestation may be that of another one.',
      'Text or author was not given, so the attestation could not be tied to them.',
    ]);
    for (const each of [author, text, both]) {
      expect(each).toMatchObject({ action: 'label', reason: 'unchecked', label: 'none', hal: null });
    }
    // What stands against it comes first.
    const unchecked = { author: 'unchecked' };
    expect(said({ ...unchecked, hal: 0 })).toMatchObject({ action: 'hide', reason: 'below_minimum' });
    expect(said({ ...unchecked, stale: true })).toMatchObject({ action: 'hide', reason: 'stale' });
    expect(said({ ...unchecked, status: 'unknown' })).toMatchObject({ reason: 'status_unknown' });
    expect(said({ ...unchecked, stale: true }, { onStale: 'open' })).toMatchObject({ reason: 'unchecked' });
    expect(said(unchecked, { minHal: 0 })).toMatchObject({ action: 'label', reason: 'unchecked' });
  });

  test('the sentence that it holds for this text and account stands only where both were checked', () => {
    const place = fc.record({
      author: fc.constantFrom<VerifyResult['author']>('match', 'different', 'unchecked'),
      content: fc.constantFrom<VerifyResult['content']>('exact', 'reformatted', 'different', 'unchecked'),
      status: fc.constantFrom<VerifyResult['status']>('valid', 'unknown'),
      stale: fc.boolean(),
      hal: fc.constantFrom(0, 1, 2, 3),
    });
    const policy = fc.record({
      minHal: fc.constantFrom(0, 1, 2, 3),
      requireAuthor: fc.boolean(),
      acceptReformatted: fc.boolean(),
      maxStatusAgeS: fc.constant(300),
      onUnknown: fc.constantFrom('hide' as const, 'label' as const),
      onStale: fc.constantFrom('open' as const, 'closed' as const),
    });
    fc.assert(
      fc.property(place, policy, (change, rules) => {
        const errors: VerifyError[] = [];
        if (change.author === 'different') errors.push('author.different');
        if (change.content === 'different') errors.push('content.different');
        const result = { ...good, ...change, errors };
        const { action, sentence, label, hal } = filterFeed([{ id: 'a', result }], rules)[0]!;
        const isTied =
          change.author === 'match' && (change.content === 'exact' || change.content === 'reformatted');
        if (action === 'keep' || sentence === SENTENCES.meets_policy) expect(isTied).toBe(true);
        if (!isTied) expect([label, hal]).toEqual(['none', null]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('an old status may be accepted, and is said', () => {
    const rules: FilterPolicy = { ...POLICIES.humans, onStale: 'open' };
    const [decision] = filterFeed([{ id: 'a', result: { ...good, stale: true } }], rules);
    expect(decision).toMatchObject({ action: 'label', reason: 'stale', label: 'account_vouched', hal: 2 });
  });

  test('other formatting may be refused', () => {
    const rules: FilterPolicy = { ...POLICIES.humans, acceptReformatted: false };
    expect(decide({ ...good, content: 'reformatted' }, rules)).toBe('hide reformatted');
  });
});

describe('one token on several items', () => {
  const judge = (...items: [string, VerifyResult][]) =>
    filterFeed(
      items.map(([id, result]) => ({ id, result })),
      'humans',
    ).map(({ reason }) => reason);

  test('counts for the first, and is reused on the others', () => {
    expect(judge(['a', good], ['b', good], ['c', { ...good, jti: 'two' }])).toEqual([
      'meets_policy',
      'reused',
      'meets_policy',
    ]);
  });

  test('is not taken from its owner by a copy that comes first', () => {
    expect(judge(['copy', failed('author.different')], ['a', good])).toEqual([
      'other_account',
      'meets_policy',
    ]);
    expect(judge(['copy', failed('content.different')], ['a', good])).toEqual(['edited', 'meets_policy']);
  });

  test('is not taken from its owner by one that was not checked, of which there may be but one', () => {
    const rules: FilterPolicy = { ...POLICIES.approved, requireAuthor: false };
    const unchecked = { ...good, author: 'unchecked' as const };
    const reasons = (...results: VerifyResult[]) =>
      filterFeed(
        results.map((result, at) => ({ id: String(at), result })),
        rules,
      ).map(({ reason }) => reason);
    expect(reasons(unchecked, good, good)).toEqual(['unchecked', 'meets_policy', 'reused']);
    expect(reasons(unchecked, unchecked)).toEqual(['unchecked', 'reused']);
    expect(reasons(good, unchecked)).toEqual(['meets_policy', 'reused']);
  });

  test('may stand twice on the same item', () => {
    expect(judge(['a', good], ['a', good])).toEqual(['meets_policy', 'meets_policy']);
  });
});

test('every reason has a sentence, and a mere key is nowhere called human or verified', () => {
  expect(Object.keys(SENTENCES).sort()).toEqual([...FeedReason.options].sort());
  expect(Object.values(SENTENCES).join(' ')).not.toMatch(/human|verified/i);
});

describe('a feed with its tokens', () => {
  let kit: Kit;
  beforeAll(async () => {
    kit = await makeKit();
  });

  test('is verified under the filter’s own rules', async () => {
    const list = await kit.list({ claims: { iat: NOW / 1000 - 3600 } });
    const verifier = createVerifier({ trust: kit.trust, fetch: network({ [LIST]: list }), clock: () => NOW });
    const item = { ...FOUND, id: 'a', attestation: await kit.token() };
    const decide = async (policy: PolicyName | FilterPolicy) =>
      (
        await judgeFeed(
          verifier,
          [item, { ...item, id: 'b', text: `${TEXT}!` }, { id: 'c', text: TEXT }],
          policy,
        )
      ).map(({ action, reason }) => `${action} ${reason}`);
    expect(await decide('humans')).toEqual(['hide stale', 'hide reused', 'hide no_token']);
    expect(await decide({ ...POLICIES.humans, maxStatusAgeS: 7200 })).toEqual([
      'keep meets_policy',
      'hide reused',
      'hide no_token',
    ]);
  });

  test('is judged at the caller’s time and by the caller’s rules, whatever an item says of them', async () => {
    const fetch = network({ [LIST]: await kit.list() });
    const later = NOW + 400 * 86_400_000;
    const verifier = createVerifier({ trust: kit.trust, fetch, clock: () => later });
    const sly = { ...FOUND, id: 'a', attestation: await kit.token(), now: NOW, policy: { minHal: 0 } };
    expect((await judgeFeed(verifier, [sly], 'humans'))[0]).toMatchObject({
      action: 'hide',
      reason: 'expired',
    });
  });

  test('takes an item whose attestation is null for one that has none', async () => {
    const verifier = createVerifier({ trust: kit.trust, clock: () => NOW });
    const [decision] = await judgeFeed(verifier, [{ id: 'a', text: TEXT, attestation: null }], 'humans');
    expect(decision).toMatchObject({ action: 'hide', reason: 'no_token' });
  });
});

describe('what is no policy', () => {
  const verifier = createVerifier({ trust: { issuers: [] } });
  test.each([
    ['a misspelt name', 'human'],
    ['a name that every object has', 'toString'],
    ['null', null],
    ['nothing', undefined],
    ['a list', ['humans']],
    ['a member that no policy has', { ...POLICIES.humans, minhal: 3 }],
  ])('is refused: %s', async (_name, policy) => {
    const slip = policy as unknown as PolicyName;
    const refusal = expect.objectContaining({ code: 'config.invalid' });
    expect(() => filterFeed([], slip)).toThrow(refusal);
    await expect(judgeFeed(verifier, [], slip)).rejects.toEqual(refusal);
  });
});

test('a failure that this library does not know is no pass', () => {
  const newer = { ...good, valid: false, errors: ['token.future'] } as unknown as VerifyResult;
  expect(decide(newer, 'all')).toBe('label forged');
  expect(decide(newer, 'approved')).toBe('hide forged');
});

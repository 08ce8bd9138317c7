/** Attestation and detector under one policy: neither fact changes the other. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FeedReason } from '../../../schemas/attestation.js';
import { BANDS } from '../../../schemas/verdict.js';
import { combine, DetectorPolicy } from '../../../src/attest/feed-rule.js';

type Case = readonly [
  name: string,
  decision: readonly ['keep' | 'hide' | 'label', FeedReason],
  band: (typeof BANDS)[number] | null,
  policy: Partial<DetectorPolicy>,
  expected: readonly [string, string],
];
const CASES: readonly Case[] = [
  ['attested, no verdict', ['keep', 'meets_policy'], null, {}, ['keep', 'attestation']],
  ['attested, machine, nothing said', ['keep', 'meets_policy'], 'machine', {}, ['keep', 'attestation']],
  [
    'attested, machine, hidden where unattested',
    ['keep', 'meets_policy'],
    'machine',
    { onMachine: 'hide' },
    ['keep', 'attestation'],
  ],
  [
    'attested, machine, hidden always',
    ['keep', 'meets_policy'],
    'machine',
    { onMachine: 'hide', overAttested: true },
    ['hide', 'detector'],
  ],
  ['no token, machine', ['label', 'no_token'], 'machine', { onMachine: 'hide' }, ['hide', 'detector']],
  [
    'no token, assisted',
    ['label', 'no_token'],
    'assisted',
    { onMachine: 'hide', onAssisted: 'label' },
    ['label', 'detector'],
  ],
  [
    'no token, no signs of a machine: never kept for that',
    ['label', 'no_token'],
    'no_machine_signs',
    { onMachine: 'hide' },
    ['unknown', 'attestation'],
  ],
  [
    'no token, hidden by policy',
    ['hide', 'no_token'],
    'no_machine_signs',
    { onMachine: 'label' },
    ['hide', 'attestation'],
  ],
  ['revoked, no signs of a machine', ['hide', 'revoked'], 'no_machine_signs', {}, ['hide', 'attestation']],
  [
    'forged, labelled by the filter that hides nothing',
    ['label', 'forged'],
    null,
    {},
    ['label', 'attestation'],
  ],
  ['stale, machine', ['label', 'stale'], 'machine', { onMachine: 'hide' }, ['hide', 'detector']],
];

describe('a feed item', () => {
  test.each(CASES)('%s', (_name, [action, reason], band, policy, [act, because]) => {
    const rule = DetectorPolicy.parse(policy);
    expect(combine({ action, reason, sentence: 's' }, band, rule)).toMatchObject({ action: act, because });
  });

  test('is never shown more freely for a score, nor kept for anything but its attestation', () => {
    const decision = fc.record({
      action: fc.constantFrom('keep' as const, 'hide' as const, 'label' as const),
      reason: fc.constantFrom(...FeedReason.options),
      sentence: fc.constant('s'),
    });
    const policy = fc.record({
      onMachine: fc.constantFrom('ignore' as const, 'label' as const, 'hide' as const),
      onAssisted: fc.constantFrom('ignore' as const, 'label' as const, 'hide' as const),
      overAttested: fc.boolean(),
    });
    fc.assert(
      fc.property(decision, fc.constantFrom(null, ...BANDS), policy, (given, band, rule) => {
        const { action } = combine(given, band, rule);
        if (given.action === 'hide') expect(action).toBe('hide');
        if (action === 'keep') expect(given.action).toBe('keep');
        if (given.action === 'keep' && !rule.overAttested && given.reason === 'meets_policy')
          expect(action).toBe('keep');
      }),
    );
  });
});

/** Words and figures: honest at the edges, and never more than is known. */
import { describe, expect, test } from '@jest/globals';
import { FeedLabel } from '../../../schemas/attestation.js';
import { BANDS } from '../../../schemas/verdict.js';
import { halInWords, labelInWords, notProvenInWords } from '../../../src/console/attestation-words.js';
import {
  BAND_WORDS,
  budgetInWords,
  certaintyInWords,
  strengthInWords,
} from '../../../src/console/band-words.js';
import { count, counted, nats, percent, rateInWords, time } from '../../../src/console/figures.js';
import { eventInWords } from '../../../src/console/review-words.js';

describe('figures', () => {
  test('never claim certainty', () => {
    expect([0, 0.0004, 0.5, 0.9994, 1].map(percent)).toEqual(['<0.1%', '<0.1%', '50.0%', '>99.9%', '>99.9%']);
  });

  test.each([
    [0.01, '1 in 100'],
    [0.05, '5 in 100'],
    [0.013, '13 in 1,000'],
    [0.0004, '4 in 10,000'],
    [0.00001, '1 in 10,000'],
    [0.01234567, '124 in 10,000'],
    [0, '1 in 10,000'],
  ])('an upper bound of %p is %p, rounded up', (rate, words) => {
    expect(rateInWords(rate)).toBe(words);
  });

  test('are grouped, signed and agree with their noun', () => {
    expect([count(1204), counted(1, 'item'), counted(1204, 'item'), counted(2, 'reply', 'replies')]).toEqual([
      '1,204',
      '1 item',
      '1,204 items',
      '2 replies',
    ]);
    expect([nats(1.234), nats(-0.5)]).toEqual(['+1.23 nats', '−0.50 nats']);
    expect(String(time(Date.UTC(2026, 0, 5, 7, 3)))).toBe(
      '<time datetime="2026-01-05T07:03:00.000Z">5 Jan 2026, 07:03 UTC</time>',
    );
  });
});

describe('bands in words', () => {
  test('each says what it means and what it does not', () => {
    for (const band of BANDS) {
      const { name, means, meansNot } = BAND_WORDS[band];
      expect([name, means, meansNot].every((text) => text.length > 5)).toBe(true);
    }
    expect(BAND_WORDS.no_machine_signs.meansNot).toContain('not proof of a person');
    expect(BAND_WORDS.machine.meansNot).toContain('not proof');
  });

  test('the budget, the interval and the weight of a reason', () => {
    expect(budgetInWords(null)).toBeNull();
    expect(budgetInWords({ falseAlarmRate: 0.01, slice: 'posts' })).toBe(
      'At most 1 in 100 human texts are called this (measured on: posts).',
    );
    expect(certaintyInWords({ interval: [0.2, 0.9], prior: 0.1 })).toContain(
      'from 20.0% to 90.0%, assuming that 10.0%',
    );
    expect([0.001, 0.1, -0.5, 1, -3].map(strengthInWords)).toEqual([
      'hardly counts either way',
      'speaks slightly for a machine',
      'speaks somewhat against a machine',
      'speaks clearly for a machine',
      'speaks strongly against a machine',
    ]);
  });
});

describe('attestation in words', () => {
  test('a mere key is never called a human or verified', () => {
    const mere = [
      labelInWords('approved_by_account_key', 'forum'),
      labelInWords('account_vouched', 'forum'),
      labelInWords('none', 'forum'),
      halInWords({ attestation: 'x', hal: 1 }),
      halInWords({ attestation: 'x', hal: 0 }),
    ];
    for (const words of mere) expect(words).not.toMatch(/human|verified|person/i);
    expect(mere[1]).toContain('account vouched for by forum');
  });

  test('every label and level has words of its own', () => {
    expect(new Set(FeedLabel.options.map((label) => labelInWords(label, 'forum'))).size).toBe(5);
    const hals = [-1, 0, 1, 2, 3].map((hal) => halInWords({ attestation: 'x', hal }));
    expect(new Set([...hals, halInWords({ attestation: null, hal: -1 })]).size).toBe(6);
    expect(notProvenInWords(['composed', 'unique', 'uncoerced'])).toContain(
      'who or what composed the words, nor that',
    );
  });
});

test('review events in words tell both decisions apart', () => {
  const words = [
    eventInWords({ event: 'decided', actor: 'mara', decision: 'uphold' }),
    eventInWords({ event: 'decided', actor: 'mara', decision: 'dismiss' }),
    eventInWords({ event: 'claimed', actor: 'mara', decision: null }),
    eventInWords({ event: 'opened', actor: 'assay', decision: null }),
    eventInWords({ event: 'opened', actor: 'mara', decision: null }),
  ];
  expect(words).toEqual([
    'decided: the flag stands',
    'decided: the flag is dismissed',
    'claimed it',
    'flagged it for review',
    'opened it for review',
  ]);
});

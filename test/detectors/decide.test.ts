import { expect, test } from '@jest/globals';
import { decide } from '../../detectors/decide.js';
import { SENTENCE_KEYS, sentenceOf } from '../../detectors/sentences.js';
import type { Judgement } from '../../schemas/evidence.js';
import type { Finding } from '../../schemas/finding.js';
import { POLICY } from './model.js';

const judged = (change: Partial<Judgement> = {}) => ({
  words: 200,
  languageCovered: true,
  llr: 0,
  llrError: 0.5,
  symbols: [],
  ...change,
});

const finding = (effect: number, change: Partial<Finding> = {}): Finding => ({
  findingId: 'f1',
  revision: 1,
  tenant: 't',
  kind: 'thread',
  members: ['a', 'b'],
  pValue: 0.001,
  falseDiscoveryRate: 0.05,
  effect,
  sentence: 'finding.thread',
  ...change,
});

const bandOf = (change: Partial<Judgement>, findings: Finding[] = []) => {
  const { band, because } = decide(judged(change), findings, 0.5, POLICY);
  return [band, because];
};

test('the band follows the cuts on the llr, each with its reason', () => {
  expect(bandOf({ llr: 3 })).toEqual(['machine', 'because.machine']);
  expect(bandOf({ llr: 2.99 })).toEqual(['uncertain', 'because.leaning']);
  expect(bandOf({ llr: 1.9 })).toEqual(['uncertain', 'because.uncertain']);
  expect(bandOf({ llr: -1.9 })).toEqual(['uncertain', 'because.uncertain']);
  expect(bandOf({ llr: -2 })).toEqual(['no_machine_signs', 'because.no_machine_signs']);
});

test('a policy without a leaning cut says uncertain up to the machine cut', () => {
  const { leaning: _, ...cuts } = POLICY.cuts;
  expect(decide(judged({ llr: 2.5 }), [], 0.5, { ...POLICY, cuts }).because).toBe('because.uncertain');
});

test('no text is called machine-assisted: the evidence for that does not hold from source to source', () => {
  for (let llr = -8; llr <= 8; llr += 0.25) {
    for (const words of [10, 60, 400]) expect(bandOf({ llr, words })[0]).not.toBe('assisted');
  }
});

test('a short text abstains unless the evidence is overwhelming, and keeps its llr', () => {
  expect(bandOf({ words: 49, llr: 4.9 })).toEqual(['insufficient', 'because.short']);
  expect(bandOf({ words: 49, llr: 5 })).toEqual(['machine', 'because.machine_short']);
  expect(decide(judged({ words: 12, llr: -3 }), [], 0.5, POLICY)).toMatchObject({
    llr: -3,
    band: 'insufficient',
  });
});

test('no words, no prose and a foreign language are insufficient, whatever the llr', () => {
  expect(bandOf({ words: 0 })).toEqual(['insufficient', 'because.empty']);
  expect(bandOf({ languageCovered: false, llr: 6 })).toEqual(['insufficient', 'because.language']);
  const symbols = [{ name: 'text.not_prose', contribution: 0, sentence: 'text.not_prose.marks' }];
  expect(bandOf({ symbols, llr: 6 })).toEqual(['insufficient', 'because.not_prose']);
});

test('the prior moves the probability and never the band', () => {
  for (const prior of [0.001, 0.5, 0.999]) {
    const decision = decide(judged({ llr: 2 }), [], prior, POLICY);
    expect(decision.band).toBe('uncertain');
    expect(decision.probability).toBeCloseTo(1 / (1 + Math.exp(-(2 + Math.log(prior / (1 - prior))))), 12);
  }
});

test('the interval of the probability comes from the standard error and holds the probability', () => {
  const { probability, interval } = decide(judged({ llr: 1, llrError: 1 }), [], 0.5, POLICY);
  expect(interval[0]).toBeCloseTo(1 / (1 + Math.exp(0.96)), 12);
  expect(interval[1]).toBeCloseTo(1 / (1 + Math.exp(-2.96)), 12);
  expect(interval[0]).toBeLessThan(probability);
  expect(interval[1]).toBeGreaterThan(probability);
});

test('only the machine band carries a false-alarm budget', () => {
  expect(decide(judged({ llr: 3 }), [], 0.5, POLICY).budget).toEqual(POLICY.budget);
  expect(decide(judged({ llr: 0 }), [], 0.5, POLICY).budget).toBeNull();
  expect(decide(judged({ llr: -5 }), [], 0.5, POLICY).budget).toBeNull();
});

test('findings add to the llr and their false-discovery rate to the price', () => {
  const decision = decide(judged({ llr: 2 }), [finding(1.5)], 0.5, POLICY);
  expect(decision).toMatchObject({ llr: 3.5, band: 'machine', because: 'because.findings' });
  expect(decision.budget?.falseAlarmRate).toBe(0.05);
  expect(decision.reasons[0]).toMatchObject({ name: 'finding.thread', contribution: 1.5 });
});

test('a text called on its own evidence keeps its own budget when findings agree', () => {
  const decision = decide(judged({ llr: 4 }), [finding(1)], 0.5, POLICY);
  expect(decision).toMatchObject({ llr: 5, because: 'because.machine', budget: POLICY.budget });
});

test('overwhelming group evidence speaks even where the text cannot', () => {
  expect(bandOf({ languageCovered: false, llr: 0 }, [finding(5)])).toEqual(['machine', 'because.findings']);
  expect(bandOf({ languageCovered: false, llr: 0 }, [finding(4)])).toEqual([
    'insufficient',
    'because.language',
  ]);
});

test('a withdrawn finding has no effect and is no reason', () => {
  const withdrawn = finding(3, { withdrawn: true });
  expect(decide(judged({ llr: 1 }), [withdrawn], 0.5, POLICY)).toMatchObject({ llr: 1, reasons: [] });
});

test('reasons come strongest first, equal ones by name', () => {
  const symbols = [0.5, -2, 1, -1].map((contribution, i) => ({
    name: `s${9 - i}`,
    contribution,
    sentence: 'text.grammar.machine',
  }));
  const { reasons } = decide(judged({ symbols }), [finding(0.7, { values: { n: 3 } })], 0.5, POLICY);
  expect(reasons.map(({ name }) => name)).toEqual(['s8', 's6', 's7', 'finding.thread', 's9']);
});

test('every reason for a band has a sentence', () => {
  const decisions = [
    judged({ llr: 9 }),
    judged({ llr: 2.5 }),
    judged(),
    judged({ llr: -9 }),
    judged({ words: 3 }),
    judged({ words: 3, llr: 9 }),
    judged({ words: 0 }),
    judged({ languageCovered: false }),
  ].map((one) => decide(one, [], 0.5, POLICY));
  for (const { because } of decisions) expect(SENTENCE_KEYS).toContain(because);
});

test('sentences fill in numbers, survive missing ones, and have words for unknown keys', () => {
  expect(sentenceOf('repair.links', { count: 1234 })).toContain('1,234');
  expect(sentenceOf('text.phrases.machine', { times: 2.34 })).toContain('2.3 times');
  expect(sentenceOf('repair.links')).toContain('(some)');
  expect(sentenceOf('repair.links', { count: 'a few' })).toContain('(a few)');
  expect(sentenceOf('constructor')).toContain('no words for');
  for (const key of SENTENCE_KEYS)
    expect(sentenceOf(key, { times: 2, count: 3, words: 80 })).not.toMatch(/[{}]/);
});

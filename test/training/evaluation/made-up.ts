/** Judged texts that nobody wrote: llrs drawn with a seed, machines higher than people, by source. */

import type { Staged } from '../../../training/evaluation/cascade.js';
import { cascadeCurve } from '../../../training/evaluation/cascade.js';
import type { Attacked, Evaluation, Outcome } from '../../../training/evaluation/outcome.js';
import { seeded } from '../../../training/random.js';

const POLICY = {
  cuts: { machine: 2.5, leaning: 1.2, overwhelming: 3.5, noMachineSigns: -2.5 },
  minWords: 50,
  budget: { falseAlarmRate: 0.01, slice: 'made up' },
};

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** @param shift added to what machines get; more is easier to tell */
export function outcomes(n: number, shift: number, seed = 1, split: 'valid' | 'train' = 'valid'): Outcome[] {
  const random = seeded(seed);
  return Array.from({ length: n }, (_, i): Outcome => {
    const machine = i % 2 === 0;
    return {
      row: {
        id: `text-${seed}-${i}`,
        source: i % 12 < 2 ? 'letters' : 'essays',
        domain: i % 5 === 0 ? 'news' : 'qa',
        machine,
        generator: machine ? (i % 4 === 0 ? 'gpt-4' : 'llama-7b') : null,
        attack: i % 24 === 0 ? 'dipper' : null,
        nonnative: machine ? null : i % 7 === 0,
        split,
      },
      words: i % 8 < 5 ? 60 + (i % 200) : 12 + (i % 36),
      llr: (machine ? shift : -2) + 1.3 * normal(random),
    };
  });
}

const staged = (some: readonly Outcome[]): Staged[] =>
  some.map(({ row, words, llr }) => ({ row, words, first: 0.6 * llr - 0.2, both: llr }));

export function evaluation(n = 1_600): Evaluation {
  const valid = outcomes(n, 3, 1);
  const unseen = outcomes(n, 2, 2, 'train');
  const long = valid.filter(({ words }) => words >= 50);
  const weaker = (by: number): Outcome[] =>
    long.map((one) => (one.row.machine ? { ...one, llr: one.llr - by } : one));
  const attacked: Attacked[] = [
    { name: 'clean', kind: 'clean', outcomes: long },
    { name: 'homoglyph', kind: 'characters', outcomes: long },
    { name: 'synonyms', kind: 'words', outcomes: weaker(0.7) },
  ];
  const way = (name: string) => ({ name, policy: POLICY, valid, unseen });
  const card = {
    name: 'encoder',
    version: '1',
    weights: { file: 'x', sha256: 'e'.repeat(64), bytes: 1 },
    policy: POLICY,
    cascade: { from: 0.5 },
  } as unknown as Evaluation['card'];
  const cascade = cascadeCurve({
    valid: staged(valid),
    unseen: staged(unseen),
    costs: { first: 1e-4, encoder: { human: 0.01, machine: 0.02 } },
    firstCut: 1,
    from: -0.5,
    minWords: 50,
  });
  return {
    card,
    firstCard: { ...card, name: 'first-stage' },
    machine: 'made up',
    date: '2026-01-01',
    valid,
    unseen,
    demoSource: outcomes(50, 3, 4),
    attacked,
    mixed: outcomes(60, 1, 5),
    ways: { first: way('first'), full: way('full'), served: way('served') },
    cascade,
    peers: [{ name: 'peer', perSecond: 12, valid, people: [0, 1, 2, 3] }],
    leftOut: null,
    leaks: { held: 10, groupsInTwoSplits: 0, sameText: 0, nearDuplicates: 1 },
  };
}

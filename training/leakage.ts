/**
 * Whether a text in `valid` or `calib` also stands in `train`: groups that lie in two splits, and near-duplicates by six-word
 * shingles. What is found is counted in the report, so that nobody has to take the splits on trust.
 */
import type { Sample } from './corpus.js';
import { shingles } from './demo-texts.js';

/** Share of shingles in common that makes two texts near-duplicates (as in the data card). */
const NEAR = 0.5;

export interface Leaks {
  held: number;
  groupsInTwoSplits: number;
  sameText: number;
  nearDuplicates: number;
}

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** @param samples of the balanced part */
export function leaks(samples: readonly Pick<Sample, 'split' | 'group' | 'text'>[]): Leaks {
  const splits = new Map<string, Set<string>>();
  const texts = new Set<string>();
  const known = new Map<number, number>();
  const train = samples.filter(({ split }) => split === 'train');
  for (const { group, split } of samples) {
    const seen = splits.get(group);
    if (seen === undefined) splits.set(group, new Set([split]));
    else seen.add(split);
  }
  train.forEach(({ text }, i) => {
    texts.add(letters(text));
    for (const shingle of shingles(text)) known.set(shingle, i);
  });
  const held = samples.filter(({ split }) => split === 'valid' || split === 'calib');
  let same = 0;
  let near = 0;
  for (const { text } of held) {
    if (texts.has(letters(text))) {
      same++;
      continue;
    }
    const own = shingles(text);
    const shared = new Map<number, number>();
    for (const shingle of own) {
      const at = known.get(shingle);
      if (at !== undefined) shared.set(at, (shared.get(at) ?? 0) + 1);
    }
    if (own.length >= 3 && Math.max(0, ...shared.values()) / own.length > NEAR) near++;
  }
  return {
    held: held.length,
    groupsInTwoSplits: [...splits.values()].filter((seen) => seen.size > 1).length,
    sameText: same,
    nearDuplicates: near,
  };
}

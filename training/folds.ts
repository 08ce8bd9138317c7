/**
 * Which sources are left out together when the model is asked about sources it has not seen. Every source is left out once; those
 * that share their human texts are left out with one another, and every fold leaves texts of each domain to learn from.
 */
import type { Sample } from './corpus.js';

/** Sources made from the same human texts, or by the same hands. */
const KIN: Readonly<Record<string, string>> = {
  glimpse: 'fast-detect-gpt',
  'imbd-train': 'imbd',
  'gpt-emails-velvine': 'gpt-emails-synth',
};

const FOLDS: readonly (readonly string[])[] = [
  ['l2r', 'gemini-phish', 'phishing-pot', 'jfleg', 'tweepfake'],
  ['raidar', 'aeslc-enron', 'style-agnostic'],
  ['hc3-plus-si', 'argugpt', 'reddit-replies-2015'],
  ['fake-reviews', 'fast-detect-gpt', 'traditional-phish', 'dna-gpt'],
  ['imbd', 'medquad', 'persuasion-2026'],
  ['outfox', 'sico', 'hotel-reviews', 'medical-qa', 'seqxgpt-doc'],
  ['alpaca-eval', 'ellipse', 'authormimic', 'r-mailing-lists', 'wiki-llama'],
  ['reddit-top', 'hcvar', 'hppt', 'one-class-essays', 'gpt-emails-synth', 'showerthoughts', 'nltk-abc'],
];

export const FOLD_COUNT = FOLDS.length;

const fold = new Map(FOLDS.flatMap((sources, at) => sources.map((source): [string, number] => [source, at])));

/** @returns the fold in which the sample's source is left out; a source not listed gets one by its name */
export function foldOf({ source }: Pick<Sample, 'source'>): number {
  const kin = KIN[source] ?? source;
  return fold.get(kin) ?? [...kin].reduce((sum, ch) => sum + ch.charCodeAt(0), 0) % FOLDS.length;
}

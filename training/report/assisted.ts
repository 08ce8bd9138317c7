/** The part of the evaluation that says whether polished texts can be told apart, from training/assisted.json. Pure but for reading it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../../detectors/model-folder.js';

interface LeftOut {
  leftOut: string;
  texts: { polished: number; machine: number; human: number };
  againstMachine: { auroc: number | null };
  againstHuman: { auroc: number | null };
  precision: number | null;
  recall: number | null;
}

export interface AssistedStudy {
  /** SHA-256 of the encoder's weights that were asked. */
  encoder: string;
  /** Whether the rule for a band of its own is kept on every source left out. */
  holds: boolean;
  bySource: LeftOut[];
  byDomain: LeftOut[];
  /** Shares of polished texts of 50 words and more by what they are called; the last entry is of all. */
  called: {
    source: string;
    texts: number;
    machine: number;
    machineOrLeaning: number;
    noMachineSigns: number;
  }[];
}

export const readAssisted = (): AssistedStudy =>
  JSON.parse(readFileSync(join(modelFolder(), '..', 'training', 'assisted.json'), 'utf8')) as AssistedStudy;

const percent = (share: number | null): string => (share === null ? '–' : (100 * share).toFixed(0));

function row({ leftOut, texts, againstMachine, againstHuman, precision, recall }: LeftOut): string {
  const counts = `${texts.polished} / ${texts.machine} / ${texts.human}`;
  const areas = [againstMachine, againstHuman].map(({ auroc }) => auroc?.toFixed(2) ?? '–');
  return `| ${[leftOut, counts, ...areas, percent(precision), percent(recall)].join(' | ')} |`;
}

/** Paragraphs and table in Markdown. */
export function assistedPart({ holds, bySource, byDomain }: AssistedStudy): string {
  return `Can they be told from both kinds, for a band of their own? \`node scripts/run.js training/assisted.ts\` asks the shipped models that: both scores,
the parts of the first, and how the evidence lies over the sentences, in two logistic regressions (against machines, against people), on
texts of valid and calib. The cut is the one at which, on the texts the rule was made from, eight of ten texts called polished are, the
three kinds equally common. Last two columns: what that cut keeps on the texts left out.

| left out | polished / machine / human | AUROC against machines | AUROC against people | precision, % | recall, % |
| --- | --- | --- | --- | --- | --- |
${[...bySource, ...byDomain].map(row).join('\n')}

${
  holds
    ? 'On every source the rule keeps its precision: a band of its own is possible.'
    : 'From people they differ, from machines they do not in a way that holds from source to source: below 0.5 means that what marks a polished text in one source marks a machine text in another. Within one source, on another kind of text, the rule does better, but nobody knows the maker of a text beforehand. So no text is put in the band `assisted`, and the reasons of the bands `machine` and `uncertain` say that a polished text looks like this.'
}`;
}

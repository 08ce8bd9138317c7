/**
 * Scores of texts by models that had not seen their source: the ground on which calibration and cuts stand. They cost eight
 * trainings of the first stage and five of the encoder, so they are kept in the repository (ids and scores, no texts), bound to the
 * export they were made from; `training/encoder/gather.ts` makes the file again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { modelFolder } from '../detectors/model-folder.js';

const file = (): string => join(modelFolder(), '..', 'training', 'out-of-source.jsonl.gz');

/** Where the scores come from. */
export interface Origin {
  /** SHA-256 of the exported texts. */
  texts: string;
  /** Versions of features and canonicaliser. */
  features: string;
  canonicaliser: string;
  /** How each fold's logits were brought to the scale of the shipped encoder: logit · scale + shift. */
  folds: { scale: number; shift: number }[];
}

export interface OutOfSource {
  id: string;
  words: number;
  /** Score of the first stage. */
  first: number;
  /** Logit of the encoder, on the scale of the shipped one. */
  encoder: number;
}

export function writeOutOfSource(origin: Origin, scores: readonly OutOfSource[]): void {
  const lines = scores.map(({ id, words, first, encoder }) =>
    JSON.stringify([id, words, Number(first.toFixed(4)), Number(encoder.toFixed(4))]),
  );
  writeFileSync(file(), gzipSync(`${[JSON.stringify(origin), ...lines].join('\n')}\n`, { level: 9 }));
}

export function readOutOfSource(): { origin: Origin; scores: OutOfSource[] } {
  const [head, ...lines] = gunzipSync(readFileSync(file())).toString('utf8').trimEnd().split('\n');
  const scores = lines.map((line) => {
    const [id, words, first, encoder] = JSON.parse(line) as [string, number, number, number];
    return { id, words, first, encoder };
  });
  return { origin: JSON.parse(head!) as Origin, scores };
}

/**
 * Keeps the out-of-source predictions between training and evaluation, under .cache; they cost eight trainings. They belong to one
 * set of features, settings, seed and texts, and are made again when any of these changed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../detectors/model-folder.js';
import { FEATURES } from '../detectors/text/features.js';
import { SETTINGS } from './logistic.js';
import { type Study, scoreUnseen } from './study.js';

const folder = (): string => join(modelFolder(), '..', '.cache', 'first-stage');

function fileOf(study: Study): string {
  const hash = createHash('sha256').update(JSON.stringify([FEATURES, SETTINGS, study.seed]));
  for (const { id, text } of study.rows) hash.update(id).update(text);
  return join(folder(), `unseen-${hash.digest('hex').slice(0, 16)}.f64`);
}

export function keepUnseen(study: Study, scores: Float64Array): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf(study), new Uint8Array(scores.buffer));
}

/** @returns kept predictions, or new ones (eight trainings) */
export function unseenOf(study: Study): Float64Array {
  try {
    const bytes = readFileSync(fileOf(study));
    if (bytes.length === study.rows.length * 8) return new Float64Array(Uint8Array.from(bytes).buffer);
  } catch {
    // Nothing kept: make them.
  }
  const scores = scoreUnseen(study);
  keepUnseen(study, scores);
  return scores;
}

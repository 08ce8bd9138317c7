/**
 * Gathers the out-of-source scores of both models into one file: `node scripts/run.js training/encoder/gather.ts`, after the first
 * stage's folds (made here when they are not kept) and the encoder's (training/encoder/train.py, --leave-out 0 to 4, and one without).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CANONICALISER } from '../../detectors/canonical/canonicalise.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { FEATURES } from '../../detectors/text/features.js';
import { type OutOfSource, writeOutOfSource } from '../out-of-source.js';
import { DEMO_SOURCE, log, openStudy } from '../study.js';
import { unseenOf } from '../unseen.js';
import { ENCODER_FOLDS, encoderFoldOf } from './folds.js';
import { fitLine, scaleTo } from './scale.js';

/** Seed of the first stage's study (its card). */
const SEED = 20_260;
const folder = join(modelFolder(), '..', '.cache', 'encoder');

const logitsOf = (run: string): Map<string, number> =>
  new Map(
    readFileSync(join(folder, run, 'scores.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; logit: number })
      .map(({ id, logit }) => [id, logit]),
  );

const study = openStudy(SEED);
const first = unseenOf(study);
const rowOf = new Map(study.rows.map((row, i) => [row.id, i]));
const shipped = logitsOf('final');
const folds: { scale: number; shift: number }[] = [];
const scores: OutOfSource[] = [];
for (let fold = 0; fold < ENCODER_FOLDS; fold++) {
  const own = logitsOf(`fold${fold}`);
  const known = [...own].flatMap(([id, logit]) => {
    const row = study.rows[rowOf.get(id)!]!;
    const other = shipped.get(id);
    if (other === undefined || encoderFoldOf(row) === fold) return [];
    return [{ machine: row.machine, logit, other }];
  });
  const scale = scaleTo(
    fitLine(known),
    fitLine(known.map(({ machine, other }) => ({ machine, logit: other }))),
  );
  folds.push(scale);
  log(`fold ${fold}: ${known.length} texts known to both, ${JSON.stringify(scale)}`);
  for (const [id, logit] of own) {
    const at = rowOf.get(id)!;
    const row = study.rows[at]!;
    if (encoderFoldOf(row) !== fold || row.source === DEMO_SOURCE || !Number.isFinite(first[at]!)) continue;
    scores.push({
      id,
      words: study.vectors.words[at]!,
      first: first[at]!,
      encoder: logit * scale.scale + scale.shift,
    });
  }
}
scores.sort((a, b) => (a.id < b.id ? -1 : 1));
const { sha256 } = JSON.parse(readFileSync(join(folder, 'texts.json'), 'utf8')) as { sha256: string };
writeOutOfSource({ texts: sha256, features: FEATURES, canonicaliser: CANONICALISER, folds }, scores);
log(`${scores.length} texts kept`);

/**
 * What the first stage makes of machines it has never seen: `node scripts/run.js training/leave-generator-out.ts`. For every family of
 * generators a model learns from the texts of all others, and judges that family's texts from other documents; the model that knows
 * every family judges the same ones. Writes training/leave-generator-out.json, which the evaluation reads. Sixteen trainings on the
 * balanced part, without crops and attacked forms, under 25 minutes on one core; a run that was stopped goes on where it was.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../detectors/model-folder.js';
import { FEATURES } from '../detectors/text/features.js';
import { FAMILY_NAMES, familiesOf } from './generator-families.js';
import { generatorFigures, type Judgement, type LeftOut, writeLeftOut } from './left-out-generators.js';
import { SETTINGS, scoreOf } from './logistic.js';
import { DEMO_SOURCE, log, openTexts, type Study, trainOn } from './study.js';
import { vectorise } from './vectors.js';

const SEED = 20_262;

const { rows: all, dropped, demo } = openTexts();
const rows = all.filter(({ added, source }) => !added && source !== DEMO_SOURCE);
const study: Study = {
  rows,
  vectors: vectorise(rows.map(({ text }) => text)),
  machine: Uint8Array.from(rows, ({ machine }) => (machine ? 1 : 0)),
  seed: SEED,
  dropped,
  demo,
};
const held = [...rows.keys()].filter((i) => rows[i]!.split === 'valid' || rows[i]!.split === 'calib');
const hash = createHash('sha256').update(JSON.stringify([FEATURES, SETTINGS, SEED, FAMILY_NAMES]));
for (const { id, text } of rows) hash.update(id).update(text);
const folder = join(modelFolder(), '..', '.cache', 'leave-generator-out', hash.digest('hex').slice(0, 16));
mkdirSync(folder, { recursive: true });

/** Log-odds of the held texts by a model that learnt no text of the family; kept, because each costs a training. */
function scoresWithout(family: string | null): Float64Array {
  const file = join(folder, `${FAMILY_NAMES.indexOf(family ?? '') + 1}.f64`);
  try {
    const bytes = readFileSync(file);
    if (bytes.length === held.length * 8) return new Float64Array(Uint8Array.from(bytes).buffer);
  } catch {
    // Nothing kept: train.
  }
  const started = Date.now();
  const trained = trainOn(
    study,
    ({ generator }) => family === null || !familiesOf(generator).includes(family),
  );
  const scores = Float64Array.from(held, (i) =>
    scoreOf(study.vectors, trained.bins, i, trained.weights, trained.settings),
  );
  writeFileSync(file, new Uint8Array(scores.buffer));
  const seconds = Math.round((Date.now() - started) / 1000);
  log(`${family ?? 'no family'} left out: learnt from ${trained.rows} texts in ${seconds} s`);
  return scores;
}

const known = scoresWithout(null);
const families = FAMILY_NAMES.map((family): LeftOut => {
  const unknown = scoresWithout(family);
  const judgements = held.flatMap((i, at): Judgement[] => {
    const { machine, generator, split } = rows[i]!;
    const own = familiesOf(generator);
    // A text that several families may have written is nobody's to score.
    if (machine && (own.length !== 1 || own[0] !== family)) return [];
    const words = study.vectors.words[i]!;
    return [{ machine, split, words, known: known[at]!, unknown: unknown[at]! }];
  });
  const learnt = rows.filter(
    ({ split, generator }) => split === 'train' && familiesOf(generator).includes(family),
  );
  return { family, leftOut: learnt.length, ...generatorFigures(judgements) };
});
writeLeftOut({ command: 'node scripts/run.js training/leave-generator-out.ts', seed: SEED, families });

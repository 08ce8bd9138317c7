/**
 * Evaluates the shipped first stage: `npm run evaluate`. Figures on `valid`, which chose nothing; on sources left out in turn; on people
 * who write in a second language; under simple attacks on both classes; with bootstrap intervals. Writes docs/evaluation.md:
 * figures only, no texts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { canonicalise } from '../detectors/canonical/canonicalise.js';
import { ModelCard } from '../detectors/card.js';
import { modelFolder } from '../detectors/model-folder.js';
import { calibrate } from '../detectors/text/calibration.js';
import { Scorer } from '../detectors/text/scorer.js';
import { unpackModel } from '../detectors/text/weights.js';
import { ATTACKS, type Attack } from './attacks.js';
import { leaks } from './leakage.js';
import { seeded } from './random.js';
import { evaluationPage } from './report.js';
import { log, openStudy, type Row } from './study.js';
import { unseenOf } from './unseen.js';

/** One judged text, without the text. */
export interface Outcome {
  row: Pick<Row, 'source' | 'domain' | 'machine' | 'generator' | 'nonnative' | 'split' | 'id'>;
  llr: number;
  words: number;
}

export interface Evaluation {
  card: ModelCard;
  seed: number;
  machine: string;
  date: string;
  valid: Outcome[];
  unseen: Outcome[];
  /** Texts of the demo's source, which no training or calibration has seen. */
  demoSource: Outcome[];
  attacked: { attack: Attack | 'clean'; outcomes: Outcome[] }[];
  leaks: ReturnType<typeof leaks>;
}

const ATTACK_SEED = 11;

const folder = join(modelFolder(), 'first-stage');
const card = ModelCard.parse(JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')));
const model = unpackModel(readFileSync(join(folder, card.weights.file)));
if (model === null) throw new Error('expected weights that this version can read');
const scorer = new Scorer(model);
const seed = (card['training'] as { seed: number }).seed;
const study = openStudy(seed);
const { rows, vectors } = study;

const judge = (row: Row, text: string): Outcome => {
  const { z, shape } = scorer.score(text);
  return { row, llr: calibrate([z], shape.words, card.calibration).llr, words: shape.words };
};

const own = rows.filter((row) => !row.added && row.source !== 'spamassassin');
const valid = own.filter(({ split }) => split === 'valid');
const validOutcomes = valid.map((row) => judge(row, row.text));
log(`${valid.length} texts of valid judged`);

const scores = unseenOf(study);
const unseen = rows.flatMap((row, i): Outcome[] => {
  if (row.added || row.source === 'spamassassin' || !Number.isFinite(scores[i]!)) return [];
  const words = vectors.words[i]!;
  return [{ row, llr: calibrate([scores[i]!], words, card.calibration).llr, words }];
});
log(`${unseen.length} texts of left-out sources judged`);

const long = valid.filter((_, i) => validOutcomes[i]!.words >= card.policy.minWords);
const attacked: Evaluation['attacked'] = [
  { attack: 'clean', outcomes: long.map((row) => judge(row, row.text)) },
  ...(Object.keys(ATTACKS) as Attack[]).map((attack) => {
    const random = seeded(ATTACK_SEED);
    const outcomes = long.map((row) =>
      judge(row, canonicalise(ATTACKS[attack](row.text, random), { kind: row.kind }).text),
    );
    return { attack, outcomes };
  }),
];
log('attacks judged');

const evaluation: Evaluation = {
  card,
  seed,
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, node ${process.version}`,
  date: new Date().toISOString().slice(0, 10),
  valid: validOutcomes,
  unseen,
  demoSource: rows
    .filter((row) => row.source === 'spamassassin' && !row.id.includes('/'))
    .map((row) => judge(row, row.text)),
  attacked,
  leaks: leaks(own),
};
const page = evaluationPage(evaluation);
writeFileSync(join(modelFolder(), '..', 'docs', 'evaluation.md'), page);
process.stdout.write(page);

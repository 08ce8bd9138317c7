/**
 * Trains the first stage and writes `models/first-stage`: `npm run train`. Reads ASSAY_DATA, needs one core, some five gigabytes and a
 * quarter of an hour; the same seed and data give the same bytes. Out-of-source predictions are kept in .cache for the evaluation.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { CANONICALISER } from '../detectors/canonical/canonicalise.js';
import { modelFolder } from '../detectors/model-folder.js';
import { calibrate } from '../detectors/text/calibration.js';
import { FEATURES, OFFSET } from '../detectors/text/features.js';
import { FAMILIES } from '../detectors/text/grams.js';
import { Scorer } from '../detectors/text/scorer.js';
import { packModel, unpackModel } from '../detectors/text/weights.js';
import { fitShipped } from './calibrate.js';
import { describeData } from './card-data.js';
import { CUTS_IN_WORDS, chooseCuts, type Judged } from './cuts.js';
import { validFigures } from './figures.js';
import { STYLE_VALUE, scoreOf } from './logistic.js';
import { log, openStudy, type Trained, trainOn } from './study.js';
import { unseenOf } from './unseen.js';

const SEED = 20_260;
const NAME = 'first-stage';
const VERSION = '1';
const FILE = 'weights.bin';

/** Weights as serving multiplies them: family scale and style value folded in. */
function folded({ weights, settings }: Trained): Float32Array {
  const all = weights.weight.slice();
  for (const family of FAMILIES) {
    const first = OFFSET[family];
    const end = family === 'letters' ? OFFSET.words : family === 'words' ? OFFSET.grammar : OFFSET.style;
    for (let i = first; i < end; i++) all[i]! *= settings.scale[family];
  }
  for (let i = OFFSET.style; i < all.length; i++) all[i]! *= STYLE_VALUE * settings.scale.style;
  return all;
}

const study = openStudy(SEED);
const { rows, vectors } = study;
const started = Date.now();
const trained = trainOn(study, () => true);
const seconds = Math.round((Date.now() - started) / 1000);
log(`trained on ${trained.rows} texts`);
const unseen = unseenOf(study);

const pick = (keep: (i: number) => boolean, scores: (i: number) => number) =>
  rows.flatMap((row, i) =>
    keep(i)
      ? [{ scores: [scores(i)], words: vectors.words[i]!, machine: row.machine, source: row.source }]
      : [],
  );
const chosen = (i: number): boolean => {
  const row = rows[i]!;
  return !row.added && row.source !== 'spamassassin' && (row.split === 'train' || row.split === 'calib');
};
const outOfSource = pick(
  (i) => chosen(i) && Number.isFinite(unseen[i]!),
  (i) => unseen[i]!,
);
const inSource = pick(
  (i) => chosen(i) && rows[i]!.split === 'calib',
  (i) => scoreOf(vectors, trained.bins, i, trained.weights, trained.settings),
);
const calibration = fitShipped(outOfSource, inSource);
const judged: Judged[] = outOfSource.map((one) => ({
  ...one,
  llr: calibrate(one.scores, one.words, calibration).llr,
}));
const { policy, setBy } = chooseCuts(judged);
log(`cuts ${JSON.stringify(policy.cuts)} set by ${JSON.stringify(setBy)}`);

const weights = packModel(folded(trained), trained.weights.bias, trained.edges);
const model = unpackModel(weights);

if (model === null) throw new Error('expected the packed weights to be readable');
const figures = validFigures(study, new Scorer(model), calibration, policy);
log(JSON.stringify(figures));

const folder = join(modelFolder(), NAME);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, FILE), weights);
const card = {
  name: NAME,
  version: VERSION,
  what: 'Linear model over hashed n-grams (letters 3 and 5, words 1–3, grammar 2–5) and binned style facts; says how likely a text is machine-written.',
  notFor: [
    'proof that a person or a machine wrote a text',
    'languages other than English',
    'texts that a person wrote and a machine polished: nothing in the training tells them apart',
  ],
  features: FEATURES,
  canonicaliser: CANONICALISER,
  languages: ['en'],
  weights: {
    file: FILE,
    sha256: createHash('sha256').update(weights).digest('hex'),
    bytes: weights.length,
  },
  calibration,
  policy,
  cuts: {
    how: `Out-of-source predictions on train and calib: every source was scored by a model that had not seen it or its kin. ${CUTS_IN_WORDS}`,
    setBy,
  },
  training: {
    command: 'node scripts/run.js training/first-stage.ts',
    seed: SEED,
    settings: trained.settings,
    texts: trained.rows,
    /** Of one training; nine are made, one for the weights and eight for the folds. */
    seconds,
    machine: `${cpus()[0]?.model ?? 'unknown'}, one core of ${cpus().length}, node ${process.version}`,
    demoTextsDropped: study.dropped.demo,
    demoTextsSha256: study.demo.digest,
    extraTextsDroppedForHeldOutGroups: study.dropped.heldOut,
  },
  valid: figures,
  data: describeData(study),
};
writeFileSync(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
log(`wrote ${folder}`);

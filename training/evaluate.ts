/**
 * Evaluates what ships: `npm run evaluate [-- --against FILE] [--attacked N]` (attacked texts of each class, fewer when in a hurry). Figures on `valid`, which chose nothing; on sources left out in turn; on
 * people who write in a second language; under attacks on both classes; on texts that a machine polished; first stage, encoder and
 * cascade side by side, with intervals. Writes docs/evaluation.md, its diagrams, and docs/evaluation.json: figures only, no texts.
 * With --against, nothing is written when a slice got worse than the interval kept in FILE: the slices are named and the status is 1.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { modelFolder } from '../detectors/model-folder.js';
import { ATTACKED_OF_A_CLASS } from './evaluation/attack-run.js';
import { type FiguresFile, namedFigures, sayWorse, worseThan } from './evaluation/figures-file.js';
import { headlineOf } from './evaluation/headline.js';
import { judgeAll } from './evaluation/judge.js';
import { scorecard } from './evaluation/scorecard.js';
import { slicesIn } from './evaluation/slices.js';
import { diagrams } from './report/diagrams.js';
import { evaluationPage } from './report/page.js';

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    attacked: { type: 'string', default: String(ATTACKED_OF_A_CLASS) },
  },
});
const kept =
  values.against === undefined ? null : (JSON.parse(readFileSync(values.against, 'utf8')) as FiguresFile);

const evaluation = await judgeAll(Number(values.attacked));
const headline = headlineOf(evaluation);
const slices = slicesIn(evaluation);
const gates = scorecard(headline, evaluation.cascade);
const { card, firstCard, cascade, date } = evaluation;
const file: FiguresFile = {
  models: { [firstCard.name]: firstCard.weights.sha256, [card.name]: card.weights.sha256 },
  date,
  figures: namedFigures(headline, slices, cascade.served),
};
const page = evaluationPage({ evaluation, headline, slices, gates });
const worse = kept === null ? [] : worseThan(kept, file);
if (worse.length > 0) {
  process.stdout.write(page);
  process.stderr.write(`${worse.length} slices got worse beyond their interval; nothing was written:\n`);
  for (const one of worse) process.stderr.write(`  ${sayWorse(one)}\n`);
  process.exitCode = 1;
} else {
  const folder = join(modelFolder(), '..', 'docs');
  mkdirSync(join(folder, 'evaluation'), { recursive: true });
  for (const [name, svg] of Object.entries(diagrams(evaluation)))
    writeFileSync(join(folder, 'evaluation', name), svg);
  // One figure a line, so that a difference shows what changed.
  const figures = Object.entries(file.figures).map(
    ([name, figure]) => `  ${JSON.stringify(name)}: ${JSON.stringify(figure)}`,
  );
  const { models } = file;
  writeFileSync(
    join(folder, 'evaluation.json'),
    `{\n "models": ${JSON.stringify(models)},\n "date": "${date}",\n "figures": {\n${figures.join(',\n')}\n }\n}\n`,
  );
  writeFileSync(join(folder, 'evaluation.md'), page);
  process.stdout.write(page);
}

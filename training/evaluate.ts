/**
 * Evaluates what ships: `npm run evaluate`. Figures on `valid`, which chose nothing; on sources left out in turn; on people who write in a
 * second language; under simple attacks on both classes; on texts that a machine polished; first stage, encoder and cascade side by
 * side, with intervals. Writes docs/evaluation.md: figures only, no texts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { canonicalise } from '../detectors/canonical/canonicalise.js';
import { EncoderCard, ModelCard } from '../detectors/card.js';
import { modelFolder } from '../detectors/model-folder.js';
import { calibrate } from '../detectors/text/calibration.js';
import type { BandPolicy } from '../schemas/verdict.js';
import { ATTACKS, type Attack } from './attacks.js';
import { dataFolder, readLines } from './corpus.js';
import { type BothScores, openBoth } from './encoder/both.js';
import { servedLlr } from './encoder/served.js';
import { leaks } from './leakage.js';
import { readOutOfSource } from './out-of-source.js';
import { readPeers } from './peers/read.js';
import { seeded } from './random.js';
import { evaluationPage } from './report.js';
import { DEMO_SOURCE, log, openTexts, type Row } from './study.js';

/** One judged text, without the text. */
export interface Outcome {
  row: Pick<Row, 'source' | 'domain' | 'machine' | 'generator' | 'nonnative' | 'split' | 'id'>;
  llr: number;
  words: number;
}

/** A way to judge, with the cuts it is served with. */
export interface Way {
  name: string;
  policy: BandPolicy;
  valid: Outcome[];
  unseen: Outcome[];
}

export interface Evaluation {
  card: EncoderCard;
  firstCard: ModelCard;
  machine: string;
  date: string;
  valid: Outcome[];
  unseen: Outcome[];
  /** Texts of the demo's source, which no training or calibration has seen. */
  demoSource: Outcome[];
  attacked: { attack: Attack | 'clean'; outcomes: Outcome[] }[];
  /** Texts by people that a machine polished, simplified or expanded; in neither class. */
  mixed: Outcome[];
  ways: Way[];
  /** What becomes of quality when the encoder reads only the share of texts that the first stage finds most like a machine's. */
  curve: { read: number; valid: Outcome[]; unseen: Outcome[] }[];
  /** Other detectors and our own on the same texts: scores on valid, and those of people in calib that set the threshold. */
  peers: { name: string; perSecond: number | null; valid: Outcome[]; people: number[] }[];
  leaks: ReturnType<typeof leaks>;
}

type Scored = BothScores & { row: Outcome['row'] };

const ATTACK_SEED = 11;
const READ = [1, 0.5, 0.25, 0.1, 0.05, 0];

const cardOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(modelFolder(), name, 'card.json'), 'utf8'));
const card = EncoderCard.parse(cardOf('encoder'));
const firstCard = ModelCard.parse(cardOf('first-stage'));
const both = await openBoth();
const { rows } = openTexts();
const own = rows.filter((row) => !row.added && row.source !== DEMO_SOURCE);
const rowOf = new Map(own.map((row) => [row.id, row]));

const scoreAll = async (some: readonly Outcome['row'][], texts: readonly string[]): Promise<Scored[]> =>
  (await both.score(texts)).map((scored, i) => ({ ...scored, row: some[i]! }));

const firstLlr = ({ scores, words }: Scored): number =>
  calibrate([scores[0]], words, firstCard.calibration).llr;
/** The llr that serving gives when the encoder reads from a first-stage llr on. */
const outcomes = (scored: readonly Scored[], from = card.cascade.from): Outcome[] =>
  scored.map(({ row, words, scores }) => ({
    row,
    words,
    llr: servedLlr(scores, words, { first: firstCard.calibration, both: card.calibration, from }),
  }));

const validRows = own.filter(({ split }) => split === 'valid');
const valid = await scoreAll(
  validRows,
  validRows.map(({ text }) => text),
);
log(`${valid.length} texts of valid judged`);
const unseen = readOutOfSource().scores.flatMap(({ id, words, first, encoder }): Scored[] => {
  const row = rowOf.get(id);
  return row === undefined ? [] : [{ row, words, scores: [first, encoder] }];
});
log(`${unseen.length} texts of left-out sources judged`);

const long = validRows.filter((_, i) => valid[i]!.words >= card.policy.minWords);
const attacked: Evaluation['attacked'] = [
  {
    attack: 'clean',
    outcomes: outcomes(
      await scoreAll(
        long,
        long.map(({ text }) => text),
      ),
    ),
  },
];
for (const attack of Object.keys(ATTACKS) as Attack[]) {
  const random = seeded(ATTACK_SEED);
  const texts = long.map(({ text, kind }) => canonicalise(ATTACKS[attack](text, random), { kind }).text);
  attacked.push({ attack, outcomes: outcomes(await scoreAll(long, texts)) });
  log(`${attack} judged`);
}

const demoRows = rows.filter(({ source, id }) => source === DEMO_SOURCE && !id.includes('/'));
const demoSource = outcomes(
  await scoreAll(
    demoRows,
    demoRows.map(({ text }) => text),
  ),
);
const mixedLines = [...readLines(dataFolder())].filter(
  ({ label, lang }) => label === 'mixed' && lang === 'en',
);
const mixed = outcomes(
  await scoreAll(
    mixedLines.map((line) => ({ ...line, machine: true })),
    mixedLines.map(({ text }) => canonicalise(text, { kind: 'post' }).text),
  ),
);
log(`${mixed.length} polished texts judged`);

/** First-stage llr from which so great a share of the texts of `valid` is read. */
const fromOf = (share: number): number => {
  const llrs = valid.map(firstLlr).sort((a, b) => b - a);
  if (share >= 1) return Number.NEGATIVE_INFINITY;
  return share === 0 ? Number.POSITIVE_INFINITY : llrs[Math.floor(share * llrs.length)]!;
};
const calibRows = own.filter(({ split }) => split === 'calib');
const calib = outcomes(
  await scoreAll(
    calibRows,
    calibRows.map(({ text }) => text),
  ),
);
const peers = comparison(outcomes(valid), calib);

/** Every way on texts that all of them scored, so that the same documents count. */
function comparison(valid: readonly Outcome[], calib: readonly Outcome[]): Evaluation['peers'] {
  const found = readPeers();
  if (found === null) return [];
  const known = [...found.scores.values()];
  const common = (some: readonly Outcome[]): Outcome[] =>
    some.filter(
      ({ row, words }) => words >= card.policy.minWords && known.every((scores) => scores.has(row.id)),
    );
  const people = common(calib).filter(({ row }) => !row.machine);
  const ours = {
    name: 'Assay (cascade)',
    perSecond: null,
    valid: common(valid),
    people: people.map(({ llr }) => llr),
  };
  const others = [...found.scores].map(([name, scores]) => ({
    name,
    perSecond: found.speed[name] ?? null,
    valid: common(valid).map((one) => ({ ...one, llr: scores.get(one.row.id)! })),
    people: people.map(({ row }) => scores.get(row.id)!),
  }));
  return [ours, ...others];
}

const way = (name: string, policy: BandPolicy, from: number): Way => ({
  name,
  policy,
  valid: outcomes(valid, from),
  unseen: outcomes(unseen, from),
});
const evaluation: Evaluation = {
  card,
  firstCard,
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, node ${process.version}, ${both.encoder.engine}`,
  date: new Date().toISOString().slice(0, 10),
  valid: outcomes(valid),
  unseen: outcomes(unseen),
  demoSource,
  attacked,
  mixed,
  ways: [
    way('first stage alone, its own cuts', firstCard.policy, Number.POSITIVE_INFINITY),
    way('encoder on every text', card.policy, Number.NEGATIVE_INFINITY),
    way('cascade (what is served)', card.policy, card.cascade.from),
  ],
  curve: READ.map((read) => ({
    read,
    valid: outcomes(valid, fromOf(read)),
    unseen: outcomes(unseen, fromOf(read)),
  })),
  peers,
  leaks: leaks(own),
};
await both.close();
const page = evaluationPage(evaluation);
writeFileSync(join(modelFolder(), '..', 'docs', 'evaluation.md'), page);
process.stdout.write(page);

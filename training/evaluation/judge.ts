/**
 * Judges all texts of an evaluation with what ships: first stage, encoder, and the two as a cascade. Where only the served llr counts,
 * the encoder reads what it would be given in service, which saves half of the time.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { canonicalise } from '../../detectors/canonical/canonicalise.js';
import { EncoderCard, ModelCard } from '../../detectors/card.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { calibrate } from '../../detectors/text/calibration.js';
import type { BandPolicy } from '../../schemas/verdict.js';
import { dataFolder, readLines } from '../corpus.js';
import { type Both, type BothScores, openBoth } from '../encoder/both.js';
import { servedLlr } from '../encoder/served.js';
import { leaks } from '../leakage.js';
import { readLeftOut } from '../left-out-generators.js';
import { readOutOfSource } from '../out-of-source.js';
import { readPeers } from '../peers/read.js';
import { DEMO_SOURCE, log, openTexts, type Row } from '../study.js';
import { attackAll, drawRows } from './attack-run.js';
import { cascadeCurve, type Staged } from './cascade.js';
import { measureCosts } from './costs.js';
import { type Attacked, type Evaluation, longer, type Outcome, type Way } from './outcome.js';

type Scored = BothScores & { row: Outcome['row'] };

const cardOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(modelFolder(), name, 'card.json'), 'utf8'));

/**
 * Needs ASSAY_DATA; a quarter of an hour on two cores, minutes when the logits are kept from before.
 * @param ofAClass texts of each class that are attacked, at most
 */
export async function judgeAll(ofAClass: number): Promise<Evaluation> {
  const card = EncoderCard.parse(cardOf('encoder'));
  const firstCard = ModelCard.parse(cardOf('first-stage'));
  const both = await openBoth();
  try {
    return await judgeWith(both, card, firstCard, ofAClass);
  } finally {
    await both.close();
  }
}

async function judgeWith(
  both: Both,
  card: EncoderCard,
  firstCard: ModelCard,
  ofAClass: number,
): Promise<Evaluation> {
  const { from } = card.cascade;
  const { minWords } = card.policy;
  const { rows } = openTexts();
  const own = rows.filter((row) => !row.added && row.source !== DEMO_SOURCE);
  const rowOf = new Map(own.map((row) => [row.id, row]));
  const split = (name: Row['split']): Row[] => own.filter((row) => row.split === name);

  const firstLlr = (score: number, words: number): number =>
    calibrate([score], words, firstCard.calibration).llr;
  const outcomes = (scored: readonly Scored[], readFrom = from): Outcome[] =>
    scored.map(({ row, words, scores }) => ({
      row,
      words,
      llr: servedLlr(scores, words, {
        first: firstCard.calibration,
        both: card.calibration,
        from: readFrom,
      }),
    }));
  const served = async (some: readonly Outcome['row'][], texts: readonly string[]): Promise<Outcome[]> => {
    const scored = await both.score(texts, ({ score, words }) => firstLlr(score, words) >= from);
    return outcomes(scored.map((one, i) => ({ ...one, row: some[i]! })));
  };
  const servedRows = (some: readonly Row[]): Promise<Outcome[]> =>
    served(
      some,
      some.map(({ text }) => text),
    );

  const validRows = split('valid');
  const validScores = await both.score(validRows.map(({ text }) => text));
  const valid = validScores.map((one, i): Scored => ({ ...one, row: validRows[i]! }));
  log(`${valid.length} texts of valid judged`);
  const unseen = readOutOfSource().scores.flatMap(({ id, words, first, encoder }): Scored[] => {
    const row = rowOf.get(id);
    return row === undefined ? [] : [{ row, words, scores: [first, encoder] }];
  });
  log(`${unseen.length} texts of left-out sources judged`);

  const calibRows = split('calib');
  const longRows = validRows.filter((_, i) => valid[i]!.words >= minWords);
  const long = drawRows(longRows, ofAClass);
  const attacked: Attacked[] = [{ name: 'clean', kind: 'clean', outcomes: await servedRows(long) }];
  const passers = calibRows.filter(({ machine, text }) => !machine && text.length > 200);
  for (const { name, kind, texts } of attackAll(long, passers)) {
    attacked.push({ name, kind, outcomes: await served(long, texts) });
    log(`${name} judged`);
  }

  const demoSource = await servedRows(
    rows.filter(({ source, id }) => source === DEMO_SOURCE && !id.includes('/')),
  );
  const mixedLines = [...readLines(dataFolder())].filter(
    ({ label, lang }) => label === 'mixed' && lang === 'en',
  );
  const mixed = await served(
    mixedLines.map((line) => ({ ...line, machine: true })),
    mixedLines.map(({ text }) => canonicalise(text, { kind: 'post' }).text),
  );
  log(`${mixed.length} polished texts judged`);
  const calib = await servedRows(calibRows);

  const staged = (some: readonly Scored[]): Staged[] =>
    some.map(({ row, words, scores }) => ({
      row,
      words,
      first: firstLlr(scores[0], words),
      both: calibrate(scores, words, card.calibration).llr,
    }));
  const cascade = cascadeCurve({
    valid: staged(valid),
    unseen: staged(unseen),
    costs: await measureCosts(both, validRows),
    firstCut: firstCard.policy.cuts.machine,
    from,
    minWords,
  });
  log('cascade measured');

  const way = (name: string, policy: BandPolicy, readFrom: number): Way => ({
    name,
    policy,
    valid: outcomes(valid, readFrom),
    unseen: outcomes(unseen, readFrom),
  });
  const ways = {
    first: way('first stage alone, its own cuts', firstCard.policy, Number.POSITIVE_INFINITY),
    full: way('encoder on every text', card.policy, Number.NEGATIVE_INFINITY),
    served: way('cascade (what is served)', card.policy, from),
  };
  return {
    card,
    firstCard,
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, node ${process.version}, ${both.encoder.engine}`,
    date: new Date().toISOString().slice(0, 10),
    valid: ways.served.valid,
    unseen: ways.served.unseen,
    demoSource,
    attacked,
    mixed,
    ways,
    cascade,
    peers: comparePeers(ways.served.valid, calib, minWords),
    leftOut: readLeftOut(),
    leaks: leaks(own),
  };
}

/** Every way on texts that all of them scored, so that the same documents count. */
function comparePeers(
  valid: readonly Outcome[],
  calib: readonly Outcome[],
  minWords: number,
): Evaluation['peers'] {
  const found = readPeers();
  if (found === null) return [];
  const known = [...found.scores.values()];
  const common = (some: readonly Outcome[]): Outcome[] =>
    longer(some, minWords).filter(({ row }) => known.every((scores) => scores.has(row.id)));
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

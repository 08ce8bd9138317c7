/**
 * Writes the texts that the encoder learns from and is judged on, for the Python that trains it: `node scripts/run.js
 * training/encoder/export.ts`. Texts leave here canonical, so that training and serving read through one canonicaliser; texts that
 * are learnt from carry one attacked twin (both classes alike), made on the text and canonicalised again.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CANONICALISER, canonicalise } from '../../detectors/canonical/canonicalise.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { ATTACKS, type Attack } from '../attacks.js';
import { importanceOf } from '../balance.js';
import { seeded } from '../random.js';
import { DEMO_SOURCE, log, mayLearn, openTexts, type Row } from '../study.js';
import { encoderFoldOf } from './folds.js';

const SEED = 20_261;
/** Texts learnt from that get an attacked twin. */
const ATTACKED = 0.6;
/** Doses by attack, from and to; what the canonicaliser undoes altogether teaches nothing and is left out. */
const DOSES: Partial<Record<Attack, readonly [number, number]>> = {
  misspelling: [0.02, 0.14],
  articles: [0.2, 0.8],
  spelling_variant: [1, 1],
  upper_lower: [0.02, 0.06],
  homoglyph: [0.05, 0.4],
  numbers: [0.3, 0.6],
};

/** One or two attacks on a text, one after the other. */
function attacked(row: Row, random: () => number): string {
  const names = Object.keys(DOSES) as Attack[];
  let text = row.text;
  for (let times = random() < 0.4 ? 2 : 1; times > 0; times--) {
    const name = names[Math.floor(random() * names.length)]!;
    const [from, to] = DOSES[name]!;
    text = ATTACKS[name](text, random, from + (to - from) * random());
  }
  return canonicalise(text, { kind: row.kind }).text;
}

const random = seeded(SEED);
const { rows } = openTexts();
const words = Uint16Array.from(rows, ({ text }) => Math.min(65_535, text.split(' ').length));
const learnt = Uint32Array.from(rows.keys()).filter((i) => mayLearn(rows[i]!));
const importance = importanceOf(rows, words, learnt);
const lines = rows.map((row, i) => {
  const { id, source, domain, machine, split, nonnative, text, added, generator } = row;
  const twin = mayLearn(row) && random() < ATTACKED ? attacked(row, random) : undefined;
  return JSON.stringify({
    id,
    source,
    domain,
    machine,
    split,
    nonnative,
    generator,
    added,
    learn: mayLearn(row),
    demo: source === DEMO_SOURCE,
    fold: encoderFoldOf(row),
    importance: Number(importance[i]!.toFixed(5)),
    words: words[i],
    text,
    ...(twin === undefined || twin === text ? {} : { attacked: twin }),
  });
});
const folder = join(modelFolder(), '..', '.cache', 'encoder');
mkdirSync(folder, { recursive: true });
const body = `${lines.join('\n')}\n`;
writeFileSync(join(folder, 'texts.jsonl'), body);
const digest = createHash('sha256').update(body).digest('hex');
writeFileSync(
  join(folder, 'texts.json'),
  `${JSON.stringify({ canonicaliser: CANONICALISER, seed: SEED, texts: rows.length, learnt: learnt.length, sha256: digest }, null, 2)}\n`,
);
log(`${rows.length} texts, ${learnt.length} to learn from, ${digest.slice(0, 12)}`);
const folds = new Map<string, number>();
for (const row of rows) {
  const name = `${encoderFoldOf(row)} ${row.machine ? 'machine' : 'human'}${mayLearn(row) ? '' : ' held'}`;
  folds.set(name, (folds.get(name) ?? 0) + 1);
}
log(JSON.stringify([...folds].sort()));

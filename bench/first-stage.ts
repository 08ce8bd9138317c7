/**
 * How many documents a second the first stage judges on one core: features and score alone, and the whole judgement (canonical form,
 * language, calibration, reasons with spans). Documents are made up from a word list at 1.5 kB each; no one's text is used.
 * Run: `node scripts/run.js bench/first-stage.ts`.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalise } from '../detectors/canonical/canonicalise.js';
import { type DetectInput, loadDetector } from '../detectors/detector.js';
import { modelFolder } from '../detectors/model-folder.js';
import { Scorer } from '../detectors/text/scorer.js';
import { unpackModel } from '../detectors/text/weights.js';

export type FirstStageReport = {
  machine: string;
  documents: number;
  bytesPerDocument: number;
  /** Canonical form alone. */
  canonicalPerSecond: number;
  /** Features and score of a canonical text. */
  scoredPerSecond: number;
  /** Everything, batches of 64. */
  judgedPerSecond: number;
  /** Everything, with JSON in and out, as `assay score --jsonl` does it. */
  jsonLinesPerSecond: number;
  loadMs: number;
  weightsBytes: number;
};

const WORDS =
  'the of and to a in that it is was for on with as be at by this have from or had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know get through back much before go good new write our used me man too any day same right look think also around another came come work three word must because does part even place well such here take why things help put years different away again off went old number great tell men say small every found still between name should home big give air line set own under read last never us left end along while might next sound below saw something thought both few those always looked show large often together asked house world going want school important until form food keep children feet land side without boy once animals life enough took sometimes four head above kind began almost live page got earth need far hand high year mother light parts country father let night following picture being study second eyes soon times story boys since white days ever paper hard near sentence better best across during today others however sure means knew whole'.split(
    ' ',
  );

/** A made-up document of about `bytes` bytes: sentences of 6–24 words. */
function document(seed: number, bytes: number): string {
  let state = seed * 2_654_435_761 + 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  let text = '';
  while (text.length < bytes) {
    const words = Array.from(
      { length: 6 + Math.floor(next() * 18) },
      () => WORDS[Math.floor(next() * WORDS.length)]!,
    );
    if (words.length > 12) words[6] += ',';
    const sentence = words.join(' ');
    text += `${text === '' ? '' : ' '}${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`;
  }
  return text;
}

const BYTES = 1_500;
const DOCUMENTS = 2_000;

/** Best of the passes, in documents per second of processor time: what else runs on the machine counts less than on a clock. */
async function perSecond(passes: number, pass: () => void | Promise<void>): Promise<number> {
  let best = 0;
  for (let i = 0; i < passes; i++) {
    const start = process.cpuUsage();
    await pass();
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, (DOCUMENTS * 1_000_000) / (user + system));
  }
  return Math.round(best);
}

export async function benchFirstStage(passes = 5): Promise<FirstStageReport> {
  const texts = Array.from({ length: DOCUMENTS }, (_, i) => document(i + 1, BYTES));
  const inputs: DetectInput[] = texts.map((content) => ({
    kind: 'post',
    format: 'text',
    content,
    contentHash: '',
  }));
  const lines = texts.map((text, id) => JSON.stringify({ id, kind: 'post', text }));
  const start = performance.now();
  const detector = await loadDetector({ detector: 'first-stage' });
  const loadMs = Math.round(performance.now() - start);
  const weights = readFileSync(join(modelFolder(), 'first-stage', 'weights.bin'));
  const scorer = new Scorer(unpackModel(weights)!);
  const canonicalPerSecond = await perSecond(passes, () => {
    for (const text of texts) canonicalise(text);
  });
  const scoredPerSecond = await perSecond(passes, () => {
    for (const text of texts) scorer.score(text);
  });
  const inBatches = async (batch: readonly DetectInput[]): Promise<void> => {
    for (let i = 0; i < batch.length; i += 64) await detector.judge(batch.slice(i, i + 64));
  };
  const judgedPerSecond = await perSecond(passes, () => inBatches(inputs));
  const jsonLinesPerSecond = await perSecond(passes, async () => {
    for (let i = 0; i < lines.length; i += 64) {
      const batch = lines.slice(i, i + 64).map((line) => {
        const { text } = JSON.parse(line) as { text: string };
        return { kind: 'post', format: 'text', content: text, contentHash: '' } as const;
      });
      for (const judgement of await detector.judge(batch)) JSON.stringify(judgement);
    }
  });
  await detector.close();
  return {
    machine: `${cpus()[0]?.model ?? 'unknown'}, one core of ${cpus().length}, node ${process.version}`,
    documents: DOCUMENTS,
    bytesPerDocument: BYTES,
    canonicalPerSecond,
    scoredPerSecond,
    judgedPerSecond,
    jsonLinesPerSecond,
    loadMs,
    weightsBytes: weights.length,
  };
}

/** For the list of benchmarks (bench/main.ts). */
export const firstStage = {
  name: 'first-stage',
  run: async (): Promise<FirstStageReport> => benchFirstStage(),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await benchFirstStage(), null, 2)}\n`);
}

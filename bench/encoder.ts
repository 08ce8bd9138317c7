/**
 * What the encoder's runtime costs beside the bare engine: texts through `score` (tokeniser, windows, queue, batches, worker
 * threads) against the same windows handed to the engine one by one. Texts of 64, 128 and 256 pieces are drawn from the
 * vocabulary; no one's text is used. Run: `node scripts/run.js bench/encoder.ts FOLDER [onnx|onnx-wasm|tfjs] [exact|fast]`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { modelFolder } from '../detectors/model-folder.js';
import { Batcher } from '../detectors/runtime/batcher.js';
import type { Engine, EngineName, Precision } from '../detectors/runtime/engine.js';
import { openWorkers } from '../detectors/runtime/open-engine.js';
import { windowsOf } from '../detectors/runtime/windows.js';
import { readVocabulary, WordPiece } from '../detectors/runtime/wordpiece.js';
import { type BenchOptions, beside, drawing, type Figures, inTurns, rounded, timed } from './bench.js';

const ROUNDS = 5;
const TEXTS = 40;
/** Pieces of a text with the marks of its windows: 256 are two windows of 128. */
const LENGTHS = [64, 128, 256] as const;

export const encoderFolder = (): string => join(modelFolder(), 'encoder');

/** Texts of just so many pieces, of whole words of the vocabulary. */
function textsOf(pieces: number, words: readonly string[], draw: () => number): string[] {
  const word = (): string => words[Math.floor(draw() * words.length)]!;
  return Array.from({ length: TEXTS }, () => Array.from({ length: pieces }, word).join(' '));
}

async function oneByOne(engine: Engine, windows: readonly Int32Array[]): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < windows.length) await engine.run([windows[next++]!]);
  };
  await Promise.all(Array.from({ length: engine.lanes }, lane));
}

/** Figures of one engine on the model of a folder. */
export async function benchEncoder(
  folder: string,
  name: EngineName,
  { seed, progress }: Pick<BenchOptions, 'seed' | 'progress'>,
  precision: Precision = 'exact',
): Promise<Figures> {
  const vocabulary = readVocabulary(readFileSync(join(folder, 'vocab.txt')));
  const words = vocabulary.filter((piece) => /^[a-z]+$/.test(piece));
  const pieces = new WordPiece(vocabulary);
  const file = new Uint8Array(readFileSync(join(folder, 'model.safetensors')));
  const begun = performance.now();
  const trial = Int32Array.of(pieces.cls, pieces.sep);
  const wish = { engine: 'auto', device: 'auto', precision, threads: null, file, trial } as const;
  const engine = await openWorkers(name, wish);
  const loadMs = performance.now() - begun;
  const batcher = new Batcher(engine);
  const lengths: Record<string, Figures> = {};
  let worstDelay = 0;
  try {
    for (const length of LENGTHS) {
      progress(`encoder on ${engine.name}, ${precision}: texts of ${length} pieces`);
      const texts = textsOf(length <= 128 ? length - 2 : length - 4, words, drawing(seed));
      const windows = texts.flatMap((text) => windowsOf(pieces.encode(text), pieces));
      const { bare, score } = await inTurns(ROUNDS, {
        bare: () => timed(TEXTS, () => oneByOne(engine, windows)),
        score: async () => {
          // One for each round: a monitor that is turned on again counts the pause as a delay. A finer resolution would cost
          // the contestant that it watches some percent of its time.
          const delay = monitorEventLoopDelay({ resolution: 20 });
          delay.enable();
          const round = await timed(TEXTS, () =>
            batcher.run(
              texts.flatMap((text) => windowsOf(pieces.encode(text), pieces)),
              { priority: 'stream' },
            ),
          );
          delay.disable();
          worstDelay = Math.max(worstDelay, delay.percentile(99) / 1e6);
          return round;
        },
      });
      lengths[`texts of ${length} pieces`] = beside(score, bare);
    }
  } finally {
    batcher.close();
    await engine.close();
  }
  return {
    engine: engine.name,
    device: engine.device,
    precision,
    batches_at_a_time: engine.lanes,
    load_ms: rounded(loadMs),
    memory_mb: rounded(process.memoryUsage.rss() / 1e6),
    event_loop_delay_p99_ms_of_the_worst_round: rounded(worstDelay),
    ...lengths,
  };
}

/** For the list of benchmarks (bench/main.ts). */
export const encoder = {
  name: 'encoder',
  async run(options: BenchOptions): Promise<Figures> {
    if (!existsSync(join(encoderFolder(), 'model.safetensors'))) return { model: null };
    const engines = {
      onnx: ['onnx', 'exact'],
      onnx_fast: ['onnx', 'fast'],
      wasm: ['onnx-wasm', 'exact'],
    } as const;
    const figures: Record<string, Figures> = {};
    for (const [title, [name, precision]] of Object.entries(engines)) {
      figures[title] = await benchEncoder(encoderFolder(), name, options, precision);
    }
    return figures;
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = encoderFolder(), name = 'onnx', precision = 'exact'] = process.argv.slice(2);
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const options = { seed: 1, progress };
  const figures = await benchEncoder(folder, name as EngineName, options, precision as Precision);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}

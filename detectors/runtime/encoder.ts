/**
 * The encoder as the detector knows it: texts in, one logit each. Tokenising happens here, in turns; computing happens in worker
 * threads, through the batcher.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import { type AskOptions, Batcher } from './batcher.js';
import { type EncoderWeights, readEncoder } from './encoder-weights.js';
import type { DeviceName, Engine, EngineName } from './engine.js';
import { openEngine } from './open-engine.js';
import { windowsOf } from './windows.js';
import { readVocabulary, WordPiece } from './wordpiece.js';

export interface EncoderOptions {
  /** Folder with `model.safetensors` and `vocab.txt`. */
  folder: string;
  engine?: 'auto' | 'onnx' | 'tfjs';
  device?: 'auto' | 'gpu' | 'cpu';
  /** Worker threads; null: one for each core. */
  threads?: number | null;
}

export interface Encoder {
  /** What really serves. */
  readonly engine: EngineName;
  readonly device: DeviceName;
  /** SHA-256 of the weights file, in hex. The weights in turn name the vocabulary by its SHA-256. */
  readonly sha256: string;
  /**
   * Mean logit over the windows of each text. Texts are in canonical form; any string has an answer. What else is in the batch
   * has no part in it.
   * @throws {AssayError} `overload.queue_full`, `request.timeout`, `detector.engine`; or the reason of `signal`
   */
  score(texts: readonly string[], options: AskOptions): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Units tokenised before others get their turn: about five milliseconds. */
const UNITS_PER_TURN = 60_000;

/** Texts of a call that are queued together. A long batch is scored piece by piece, so that it does not fill the queue. */
const TEXTS_AT_ONCE = 256;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class LoadedEncoder implements Encoder {
  readonly sha256: string;
  readonly #engine: Engine;
  readonly #pieces: WordPiece;
  readonly #batcher: Batcher;

  constructor(sha256: string, pieces: WordPiece, engine: Engine) {
    this.sha256 = sha256;
    this.#pieces = pieces;
    this.#engine = engine;
    this.#batcher = new Batcher(engine);
  }

  get engine(): EngineName {
    return this.#engine.name;
  }

  get device(): DeviceName {
    return this.#engine.device;
  }

  async score(texts: readonly string[], options: AskOptions): Promise<Float32Array> {
    const end = performance.now() + (options.deadlineMs ?? Number.POSITIVE_INFINITY);
    const scores = new Float32Array(texts.length);
    let before: Promise<void> = Promise.resolve();
    for (let start = 0; start < texts.length; start += TEXTS_AT_ONCE) {
      const left = Number.isFinite(end) ? Math.max(0, Math.ceil(end - performance.now())) : undefined;
      const part = this.#scorePart(texts.slice(start, start + TEXTS_AT_ONCE), {
        ...options,
        deadlineMs: left,
      });
      // The next part is tokenised while this one is computed.
      const both = Promise.all([part, before]).then(([logits]) => scores.set(logits, start));
      both.catch(() => {});
      await before;
      before = both;
    }
    await before;
    return scores;
  }

  async close(): Promise<void> {
    this.#batcher.close();
    await this.#engine.close();
  }

  async #scorePart(texts: readonly string[], options: AskOptions): Promise<Float32Array> {
    const windows: Int32Array[] = [];
    const counts: number[] = [];
    let units = 0;
    for (const text of texts) {
      const own = windowsOf(this.#pieces.encode(text), this.#pieces);
      windows.push(...own);
      counts.push(own.length);
      units += text.length;
      if (units < UNITS_PER_TURN) continue;
      units = 0;
      await nextTurn();
      options.signal?.throwIfAborted();
    }
    const logits = await this.#batcher.run(windows, options);
    let at = 0;
    return Float32Array.from(counts, (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += logits[at++]!;
      return sum / count;
    });
  }
}

async function readPart(folder: string, file: string): Promise<Uint8Array<SharedArrayBuffer>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(folder, file));
  } catch (error) {
    throw new AssayError(
      'detector.missing_model',
      `expected ${file} in ${folder}, found none that can be read`,
      {
        cause: error,
      },
    );
  }
  // Shared, so that the workers read one copy.
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function readPieces(bytes: Uint8Array, weights: EncoderWeights): WordPiece {
  const sha256 = sha256Of(bytes);
  if (sha256 !== weights.vocabularySha256) {
    const detail = `expected a vocabulary with SHA-256 ${weights.vocabularySha256}, found ${sha256}`;
    throw new AssayError('detector.missing_model', detail);
  }
  const pieces = new WordPiece(readVocabulary(bytes.slice()));
  if (pieces.size === weights.words.rows) return pieces;
  throw new AssayError(
    'detector.missing_model',
    `expected ${weights.words.rows} pieces in the vocabulary, found ${pieces.size}`,
  );
}

/**
 * Opens the encoder of a folder on the engine that is asked for, or on the best there is.
 * @throws {AssayError} `detector.missing_model` when a file is missing or damaged, `detector.no_engine` when the engine or device
 * asked for is not there
 */
export async function openEncoder(options: EncoderOptions): Promise<Encoder> {
  const { folder, engine = 'auto', device = 'auto', threads = null } = options;
  const file = await readPart(folder, 'model.safetensors');
  const weights = readEncoder(file);
  const pieces = readPieces(await readPart(folder, 'vocab.txt'), weights);
  const trial = Int32Array.of(pieces.cls, pieces.sep);
  return new LoadedEncoder(
    sha256Of(file),
    pieces,
    await openEngine({ engine, device, threads, file, trial }),
  );
}

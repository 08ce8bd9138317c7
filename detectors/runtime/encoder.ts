/**
 * The encoder as the detector knows it: texts in, one logit each, with the parts it is made of where they are wanted. Tokenising happens here, in turns; computing happens in worker
 * threads, through the batcher.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import { type AskOptions, Batcher } from './batcher.js';
import { type EncoderWeights, readEncoder } from './encoder-weights.js';
import type { DeviceName, Engine, EngineName, Precision } from './engine.js';
import { openEngine } from './open-engine.js';
import { type TextRead, textRead } from './piece-shares.js';
import type { Pieces } from './pieces.js';
import { windowsOf } from './windows.js';
import { readVocabulary, WordPiece } from './wordpiece.js';

export interface EncoderOptions {
  /** Folder with `model.safetensors` and `vocab.txt`. */
  folder: string;
  engine?: 'auto' | 'onnx' | 'tfjs';
  device?: 'auto' | 'gpu' | 'cpu';
  /** Default: exact. The fast mode's logits are others, and have a calibration of their own. */
  precision?: Precision;
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
  /** As {@link score}, and what each piece of a text has to do with it. */
  read(texts: readonly string[], options: AskOptions): Promise<TextRead[]>;
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
    const scores = new Float32Array(texts.length);
    await this.#inParts(texts, options, async (some, part, start) => {
      scores.set(await this.#scorePart(some, part), start);
    });
    return scores;
  }

  async read(texts: readonly string[], options: AskOptions): Promise<TextRead[]> {
    const reads: TextRead[] = new Array(texts.length);
    await this.#inParts(texts, options, async (some, part, start) => {
      for (const [i, read] of (await this.#readPart(some, part)).entries()) reads[start + i] = read;
    });
    return reads;
  }

  async #inParts(
    texts: readonly string[],
    options: AskOptions,
    work: (texts: readonly string[], options: AskOptions, start: number) => Promise<void>,
  ): Promise<void> {
    const end = performance.now() + (options.deadlineMs ?? Number.POSITIVE_INFINITY);
    let before: Promise<void> = Promise.resolve();
    for (let start = 0; start < texts.length; start += TEXTS_AT_ONCE) {
      const left = Number.isFinite(end) ? Math.max(0, Math.ceil(end - performance.now())) : undefined;
      const some = texts.slice(start, start + TEXTS_AT_ONCE);
      // The next part is tokenised while this one is computed.
      const part = work(some, { ...options, deadlineMs: left }, start);
      const both = Promise.all([part, before]).then(() => {});
      both.catch(() => {});
      await before;
      before = both;
    }
    await before;
  }

  async close(): Promise<void> {
    this.#batcher.close();
    await this.#engine.close();
  }

  async #scorePart(texts: readonly string[], options: AskOptions): Promise<Float32Array> {
    const { windows, counts } = await this.#cut(texts, options);
    const logits = await this.#batcher.run(windows, options);
    let at = 0;
    return Float32Array.from(counts, (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += logits[at++]!;
      return sum / count;
    });
  }

  async #readPart(texts: readonly string[], options: AskOptions): Promise<TextRead[]> {
    const kept: Pieces[] = [];
    const { windows, counts } = await this.#cut(texts, options, kept);
    const { logits, shares } = await this.#batcher.read(windows, options, true);
    let at = 0;
    return counts.map((count, i) => {
      const from = at;
      at += count;
      return textRead(kept[i]!, logits.subarray(from, at), shares!.slice(from, at));
    });
  }

  /** Windows of all texts, one behind another, and how many each has. @param kept receives the pieces of each */
  async #cut(
    texts: readonly string[],
    options: AskOptions,
    kept: Pieces[] | null = null,
  ): Promise<{ windows: Int32Array[]; counts: number[] }> {
    const windows: Int32Array[] = [];
    const counts: number[] = [];
    let units = 0;
    for (const text of texts) {
      const pieces = this.#pieces.encode(text);
      kept?.push(pieces);
      const own = windowsOf(pieces, this.#pieces);
      windows.push(...own);
      counts.push(own.length);
      units += text.length;
      if (units < UNITS_PER_TURN) continue;
      units = 0;
      await nextTurn();
      options.signal?.throwIfAborted();
    }
    return { windows, counts };
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
  const { folder, engine = 'auto', device = 'auto', precision = 'exact', threads = null } = options;
  const file = await readPart(folder, 'model.safetensors');
  const weights = readEncoder(file);
  const pieces = readPieces(await readPart(folder, 'vocab.txt'), weights);
  const trial = Int32Array.of(pieces.cls, pieces.sep);
  return new LoadedEncoder(
    sha256Of(file),
    pieces,
    await openEngine({ engine, device, precision, threads, file, trial }),
  );
}

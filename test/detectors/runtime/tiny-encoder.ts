/** A small encoder made by a seed: two layers, 32 channels, four heads, the vocabulary of test/vectors/wordpiece-1.json. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seeded } from '../../../training/random.js';

export interface TestTensor {
  type: 'I8' | 'F16' | 'F32';
  shape: number[];
  bytes: Uint8Array;
}
export type TestTensors = Record<string, TestTensor>;

/** The bytes of a safetensors file. */
export function encodeTensors(tensors: TestTensors, metadata: Record<string, string>): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { type, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype: type, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  return fileOf(JSON.stringify(header), ...Object.values(tensors).map(({ bytes }) => bytes));
}

/** A file of any header. */
export function fileOf(header: string, ...data: Uint8Array[]): Uint8Array {
  const head = Buffer.from(header);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(head.length));
  return new Uint8Array(Buffer.concat([size, head, ...data]));
}

export const f32 = (shape: number[], value: (i: number) => number): TestTensor => {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i));
  return { type: 'F32', shape, bytes: new Uint8Array(values.buffer) };
};

const HIDDEN = 32;
const INNER = 64;
const POSITIONS = 128;

const vocabularyBytes = (): Buffer => {
  const { pieces } = JSON.parse(readFileSync('test/vectors/wordpiece-1.json', 'utf8')) as {
    pieces: string[];
  };
  return Buffer.from(`${pieces.join('\n')}\n`);
};

export const VOCABULARY = vocabularyBytes();

export const METADATA = {
  format: 'assay-encoder-1',
  heads: '4',
  layer_norm_eps: '1e-12',
  vocabulary_sha256: createHash('sha256').update(VOCABULARY).digest('hex'),
};

/** Tensors large enough that attention is sharp and every part of the pass moves the logit. */
export function tinyTensors(layers = 2): TestTensors {
  const random = seeded(11);
  const around = (middle: number, width: number) => () => middle + width * (2 * random() - 1);
  const tensors: TestTensors = {};
  const matrix = (name: string, rows: number, columns: number): void => {
    const values = Int8Array.from({ length: rows * columns }, () => Math.floor(random() * 255) - 127);
    tensors[name] = { type: 'I8', shape: [rows, columns], bytes: new Uint8Array(values.buffer) };
    tensors[`${name}.scale`] = f32([rows], around(0.004, 0.002));
  };
  const linear = (name: string, rows: number, columns: number): void => {
    matrix(`${name}.weight`, rows, columns);
    tensors[`${name}.bias`] = f32([rows], around(0, 0.5));
  };
  const norm = (name: string): void => {
    tensors[`${name}.weight`] = f32([HIDDEN], around(1, 0.5));
    tensors[`${name}.bias`] = f32([HIDDEN], around(0, 0.5));
  };
  matrix('embeddings.word_embeddings.weight', VOCABULARY.toString().split('\n').length - 1, HIDDEN);
  tensors['embeddings.position_embeddings.weight'] = f32([POSITIONS, HIDDEN], around(0, 0.3));
  tensors['embeddings.token_type_embeddings.weight'] = f32([2, HIDDEN], around(0, 0.3));
  norm('embeddings.LayerNorm');
  for (let i = 0; i < layers; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, HIDDEN, HIDDEN);
    linear(`${layer}.attention.output.dense`, HIDDEN, HIDDEN);
    norm(`${layer}.attention.output.LayerNorm`);
    linear(`${layer}.intermediate.dense`, INNER, HIDDEN);
    linear(`${layer}.output.dense`, HIDDEN, INNER);
    norm(`${layer}.output.LayerNorm`);
  }
  tensors['head.weight'] = f32([1, HIDDEN], around(0, 2));
  tensors['head.bias'] = f32([1], around(0, 1));
  return tensors;
}

export const tinyFile = (): Uint8Array => encodeTensors(tinyTensors(), METADATA);

/** A folder with the weights and the vocabulary. */
export function tinyFolder(file: Uint8Array = tinyFile(), vocabulary: Uint8Array = VOCABULARY): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-encoder-'));
  writeFileSync(join(folder, 'model.safetensors'), file);
  writeFileSync(join(folder, 'vocab.txt'), vocabulary);
  return folder;
}

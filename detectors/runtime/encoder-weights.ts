/**
 * The encoder's weights as its engines take them: a BERT encoder with int8 matrices (one scale per output channel, per row for
 * the word embedding), a mean over the pieces and a head of one logit. Every name, type and shape is checked here, so that the
 * engines need not.
 */
import { damaged, floatsOf, readTensors, type Tensor, type TensorFile } from './safetensors.js';
import { LONGEST_WINDOW } from './windows.js';

/** What the metadata of the file says about its form; written by `training/encoder/pack.py`. */
export const ENCODER_FORMAT = 'assay-encoder-1';

/** int8 values × the scale of their row. Rows are output channels, or words. */
export interface Matrix {
  rows: number;
  columns: number;
  values: Uint8Array;
  scale: Float32Array<ArrayBuffer>;
}
export interface Linear extends Matrix {
  bias: Float32Array<ArrayBuffer>;
}
export interface Norm {
  weight: Float32Array<ArrayBuffer>;
  bias: Float32Array<ArrayBuffer>;
}
export interface Layer {
  query: Linear;
  key: Linear;
  value: Linear;
  attended: Linear;
  attendedNorm: Norm;
  intermediate: Linear;
  output: Linear;
  outputNorm: Norm;
}
export interface EncoderWeights {
  hidden: number;
  heads: number;
  /** Added to the variance in layer norms. */
  epsilon: number;
  /** SHA-256 of the vocabulary the weights were trained with, in hex. */
  vocabularySha256: string;
  /** Pieces of the longest window it can read, with the two marks. */
  positions: number;
  words: Matrix;
  /** Position embeddings, row by row, with the embedding of the only segment added. */
  places: Float32Array<ArrayBuffer>;
  norm: Norm;
  layers: readonly Layer[];
  head: { weight: Float32Array<ArrayBuffer>; bias: Float32Array<ArrayBuffer> };
}

class Reader {
  readonly #file: TensorFile;
  readonly #unread: Set<string>;

  constructor(file: TensorFile) {
    this.#file = file;
    this.#unread = new Set(file.tensors.keys());
  }

  has(name: string): boolean {
    return this.#file.tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  number(name: string, least: number): number {
    const value = Number(this.#file.metadata[name]);
    if (value >= least && Number.isFinite(value)) return value;
    throw damaged(`expected a number of at least ${least} as ${name}, found ${this.#file.metadata[name]}`);
  }

  floats(name: string, ...shape: number[]): Float32Array<ArrayBuffer> {
    const tensor = this.#shaped(name, shape);
    if (tensor.type === 'I8') throw damaged(`expected F32 or F16 in the tensor ${name}, found I8`);
    const values = floatsOf(tensor);
    if (!values.every(Number.isFinite)) throw damaged(`expected finite numbers in the tensor ${name}`);
    return values;
  }

  matrix(name: string, rows: number, columns: number): Matrix {
    const { type, bytes } = this.#shaped(name, [rows, columns]);
    if (type !== 'I8') throw damaged(`expected I8 in the tensor ${name}, found ${type}`);
    return { rows, columns, values: bytes, scale: this.floats(`${name}.scale`, rows) };
  }

  linear(name: string, rows: number, columns: number): Linear {
    const matrix = this.matrix(`${name}.weight`, rows, columns);
    return { ...matrix, bias: this.floats(`${name}.bias`, rows) };
  }

  norm(name: string, size: number): Norm {
    return { weight: this.floats(`${name}.weight`, size), bias: this.floats(`${name}.bias`, size) };
  }

  /** A tensor that nobody asked for is a sign of another model. */
  end(): void {
    const [name] = this.#unread;
    if (name !== undefined) throw damaged(`expected no tensor ${name}`);
  }

  #tensor(name: string): Tensor {
    const tensor = this.#file.tensors.get(name);
    if (tensor === undefined) throw damaged(`expected the tensor ${name}, found none`);
    this.#unread.delete(name);
    return tensor;
  }

  #shaped(name: string, shape: readonly number[]): Tensor {
    const tensor = this.#tensor(name);
    if (tensor.shape.join() === shape.join()) return tensor;
    throw damaged(`expected the shape [${shape}] of the tensor ${name}, found [${tensor.shape}]`);
  }
}

function layerOf(reader: Reader, name: string, hidden: number): Layer {
  const inner = reader.shape(`${name}.intermediate.dense.weight`)[0]!;
  const square = (part: string): Linear => reader.linear(`${name}.attention.${part}`, hidden, hidden);
  return {
    query: square('self.query'),
    key: square('self.key'),
    value: square('self.value'),
    attended: square('output.dense'),
    attendedNorm: reader.norm(`${name}.attention.output.LayerNorm`, hidden),
    intermediate: reader.linear(`${name}.intermediate.dense`, inner, hidden),
    output: reader.linear(`${name}.output.dense`, hidden, inner),
    outputNorm: reader.norm(`${name}.output.LayerNorm`, hidden),
  };
}

/**
 * The weights in a file.
 * @throws {AssayError} `detector.missing_model` when the file is damaged or holds another kind of model
 */
export function readEncoder(bytes: Uint8Array): EncoderWeights {
  const file = readTensors(bytes);
  const { format } = file.metadata;
  if (format !== ENCODER_FORMAT)
    throw damaged(`expected a file of format ${ENCODER_FORMAT}, found ${format}`);
  const reader = new Reader(file);
  const [vocabulary, hidden] = reader.shape('embeddings.word_embeddings.weight') as [number, number];
  const [positions] = reader.shape('embeddings.position_embeddings.weight') as [number];
  const heads = reader.number('heads', 1);
  if (hidden === undefined || hidden % heads !== 0) {
    throw damaged(`expected ${hidden} channels to divide into ${heads} heads`);
  }
  if (positions < LONGEST_WINDOW)
    throw damaged(`expected at least ${LONGEST_WINDOW} positions, found ${positions}`);
  const words = reader.matrix('embeddings.word_embeddings.weight', vocabulary, hidden);
  const places = reader.floats('embeddings.position_embeddings.weight', positions, hidden);
  const segments = reader.floats('embeddings.token_type_embeddings.weight', 2, hidden);
  const layers: Layer[] = [];
  for (let name = 'encoder.layer.0'; reader.has(`${name}.intermediate.dense.weight`); ) {
    layers.push(layerOf(reader, name, hidden));
    name = `encoder.layer.${layers.length}`;
  }
  const encoder = {
    hidden,
    heads,
    epsilon: reader.number('layer_norm_eps', 0),
    vocabularySha256: file.metadata['vocabulary_sha256'] ?? '',
    positions,
    words,
    places: places.map((value, i) => value + segments[i % hidden]!),
    norm: reader.norm('embeddings.LayerNorm', hidden),
    layers,
    head: { weight: reader.floats('head.weight', 1, hidden), bias: reader.floats('head.bias', 1) },
  };
  if (layers.length === 0) throw damaged('expected at least one layer, found none');
  reader.end();
  return encoder;
}

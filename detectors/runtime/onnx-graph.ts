/**
 * The encoder as an ONNX graph, made from its weights at load. The int8 matrices stay int8 in the model; Cast and Mul
 * bring them to float32, which ONNX Runtime does once, when it opens the model. All computing is float32: a score depends
 * neither on what stands beside it in a batch nor on the engine. In the fast mode what is multiplied with a matrix is int8 too,
 * each piece on a scale of its own, so that a score is still its own; but it is another score, with a calibration of its own.
 */
import type { EncoderWeights, Layer, Linear, Norm } from './encoder-weights.js';
import type { Precision } from './engine.js';
import { OnnxModel } from './onnx-model.js';

/** Below every score of attention, and far from the end of float32. */
const MASKED = -1e9;

/** Element types, as Cast counts them. */
const FLOAT = 1;
const UINT8 = 2;

/** Steps of the fast mode reach so far to both sides of the middle of a byte: unsigned times signed is what processors multiply fast. */
const LARGEST = 127;
const MIDDLE = 128;

class EncoderGraph {
  readonly model = new OnnxModel();
  readonly #weights: EncoderWeights;
  readonly #precision: Precision;

  constructor(weights: EncoderWeights, precision: Precision) {
    this.#weights = weights;
    this.#precision = precision;
  }

  /** x·Wᵀ + b, where several matrices stand below each other. Stored transposed, which spares a copy in float32 at load. */
  linear(x: string, ...parts: readonly Linear[]): string {
    const { model } = this;
    const rows = parts.reduce((sum, { rows }) => sum + rows, 0);
    const columns = parts[0]!.columns;
    const transposed = new Uint8Array(rows * columns);
    let row = 0;
    for (const { values } of parts) {
      for (let start = 0; start < values.length; start += columns, row++) {
        for (let i = 0; i < columns; i++) transposed[i * rows + row] = values[start + i]!;
      }
    }
    const stored = model.constant('int8', [columns, rows], transposed);
    const scale = model.floats(parts.flatMap(({ scale }) => [...scale]));
    const product =
      this.#precision === 'fast' ? this.wholeProduct(x, stored, scale) : this.product(x, stored, scale);
    return model.op('Add', [product, model.floats(parts.flatMap(({ bias }) => [...bias]))]);
  }

  product(x: string, stored: string, scale: string): string {
    const { model } = this;
    return model.op('MatMul', [x, model.op('Mul', [model.op('Cast', [stored], { to: FLOAT }), scale])]);
  }

  /**
   * The same in whole numbers. ONNX has DynamicQuantizeLinear, which puts all pieces on the scale of the largest: on texts of
   * `calib` that moved logits four times as far as a scale for each piece, which costs a fifth more time and leaves each to itself.
   */
  wholeProduct(x: string, stored: string, scale: string): string {
    const { model } = this;
    const largest = model.op('ReduceMax', [model.op('Abs', [x])], { axes: [-1], keepdims: 1 });
    const own = model.op('Mul', [
      model.op('Max', [largest, model.floats([1e-9])]),
      model.floats([1 / LARGEST]),
    ]);
    const steps = model.op('Add', [model.op('Round', [model.op('Div', [x, own])]), model.floats([MIDDLE])]);
    const middle = model.constant('uint8', [], Uint8Array.of(MIDDLE));
    const sums = model.op('MatMulInteger', [model.op('Cast', [steps], { to: UINT8 }), stored, middle]);
    return model.op('Mul', [model.op('Mul', [model.op('Cast', [sums], { to: FLOAT }), own]), scale]);
  }

  norm(x: string, { weight, bias }: Norm): string {
    const { model } = this;
    const epsilon = { float: this.#weights.epsilon };
    return model.op('LayerNormalization', [x, model.floats(weight), model.floats(bias)], {
      axis: -1,
      epsilon,
    });
  }

  /** Rows of words by their ids; only those that are needed become float32. */
  embedding(ids: string): string {
    const { model } = this;
    const { words, places, positions, hidden, norm } = this.#weights;
    const stored = model.constant('int8', [words.rows, hidden], words.values);
    const scale = model.floats(words.scale, [words.rows, 1]);
    const rows = model.op('Cast', [model.op('Gather', [stored, ids], { axis: 0 })], { to: 1 });
    const word = model.op('Mul', [rows, model.op('Gather', [scale, ids], { axis: 0 })]);
    const length = model.op('Shape', [ids], { start: 1, end: 2 });
    const place = model.op('Slice', [
      model.floats(places, [positions, hidden]),
      model.integers(0),
      length,
      model.integers(0),
    ]);
    return this.norm(model.op('Add', [word, place]), norm);
  }

  layer(x: string, mask: string, layer: Layer): string {
    const { model } = this;
    const { heads, hidden } = this.#weights;
    const size = hidden / heads;
    const all = this.linear(x, layer.query, layer.key, layer.value);
    const split = model.op('Transpose', [model.op('Reshape', [all, model.integers(0, 0, 3, heads, size)])], {
      perm: [2, 0, 3, 1, 4],
    });
    const part = (i: number): string =>
      model.op('Gather', [split, model.constant('int64', [], new Uint8Array([i, 0, 0, 0, 0, 0, 0, 0]))], {
        axis: 0,
      });
    const query = model.op('Mul', [part(0), model.floats([1 / Math.sqrt(size)])]);
    const key = model.op('Transpose', [part(1)], { perm: [0, 1, 3, 2] });
    const scores = model.op('Add', [model.op('MatMul', [query, key]), mask]);
    const weighed = model.op('MatMul', [model.op('Softmax', [scores], { axis: -1 }), part(2)]);
    const joined = model.op('Reshape', [
      model.op('Transpose', [weighed], { perm: [0, 2, 1, 3] }),
      model.integers(0, 0, hidden),
    ]);
    const attended = this.norm(model.op('Add', [this.linear(joined, layer.attended), x]), layer.attendedNorm);
    const inner = this.gelu(this.linear(attended, layer.intermediate));
    return this.norm(model.op('Add', [this.linear(inner, layer.output), attended]), layer.outputNorm);
  }

  /** x·½·(1 + erf(x ÷ √2)); in this order of operations ONNX Runtime knows it as one. */
  gelu(x: string): string {
    const { model } = this;
    const erf = model.op('Erf', [model.op('Div', [x, model.floats([Math.SQRT2])])]);
    const product = model.op('Mul', [x, model.op('Add', [erf, model.floats([1])])]);
    return model.op('Mul', [product, model.floats([0.5])]);
  }

  /** Mean over the pieces that the mask counts; [batch, hidden]. */
  mean(x: string, mask: string): string {
    const { model } = this;
    const counted = model.op('Unsqueeze', [mask, model.integers(2)]);
    const along = model.integers(1);
    const sum = model.op('ReduceSum', [model.op('Mul', [x, counted]), along], { keepdims: 0 });
    return model.op('Div', [sum, model.op('ReduceSum', [counted, along], { keepdims: 0 })]);
  }

  /** What the head makes of each piece alone, as its part of the mean; [batch, pieces]. */
  shares(headed: string, mask: string): string {
    const { model } = this;
    const along = model.integers(1);
    const each = model.op('Reshape', [headed, model.integers(0, -1)]);
    const count = model.op('ReduceSum', [mask, along], { keepdims: 1 });
    return model.op('Div', [model.op('Mul', [each, mask]), count]);
  }
}

/**
 * The bytes of an ONNX model. Inputs: `ids` and `mask`, int64 [batch, pieces], the mask 1 where there is a piece and 0 where
 * there is none. Outputs: `logit` [batch]; `shares` [batch, pieces], each piece's part of it, 0 where there is none; and `pooled`
 * [batch, hidden], the mean that the head reads.
 */
export function onnxModelOf(
  weights: EncoderWeights,
  precision: Precision = 'exact',
): Uint8Array<ArrayBuffer> {
  const graph = new EncoderGraph(weights, precision);
  const { model } = graph;
  const ids = model.input('ids', 'int64', ['batch', 'pieces']);
  const counted = model.op('Cast', [model.input('mask', 'int64', ['batch', 'pieces'])], { to: 1 });
  const outside = model.op('Mul', [model.op('Sub', [model.floats([1]), counted]), model.floats([MASKED])]);
  const mask = model.op('Unsqueeze', [outside, model.integers(1, 2)]);
  const last = weights.layers.reduce((x, layer) => graph.layer(x, mask, layer), graph.embedding(ids));
  const pooled = graph.mean(last, counted);
  const { hidden, head } = weights;
  const weight = model.floats(head.weight, [hidden, 1]);
  const bias = model.floats(head.bias);
  const headed = (x: string): string => model.op('Add', [model.op('MatMul', [x, weight]), bias]);
  const logit = headed(pooled);
  model.output('shares', 'float', ['batch', 'pieces'], graph.shares(headed(last), counted));
  model.output('logit', 'float', ['batch'], model.op('Reshape', [logit, model.integers(-1)]));
  model.output('pooled', 'float', ['batch', hidden], pooled);
  return model.encode();
}

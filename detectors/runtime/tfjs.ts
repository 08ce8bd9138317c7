/**
 * The encoder on `@tensorflow/tfjs-node-gpu`, from the same weights: the forward pass written out in the operations of
 * TensorFlow.js. Without a CUDA device the same code computes on the CPU.
 */
import util from 'node:util';
import type { EncoderWeights, Layer, Linear, Matrix, Norm } from './encoder-weights.js';
import type { Runner } from './engine.js';

/** What is used of TensorFlow.js; the package need not be installed, so its own types may be missing. */
export interface Tensor {
  readonly shape: readonly number[];
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}
type Axes = number | readonly number[];
export interface Tf {
  tensor(values: Float32Array | Int32Array, shape: readonly number[], type: 'float32' | 'int32'): Tensor;
  tidy<T>(work: () => T): T;
  gather(x: Tensor, ids: Tensor): Tensor;
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  transpose(x: Tensor, order: readonly number[]): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  add(a: Tensor, b: Tensor | number): Tensor;
  sub(a: Tensor, b: Tensor | number): Tensor;
  mul(a: Tensor, b: Tensor | number): Tensor;
  div(a: Tensor, b: Tensor | number): Tensor;
  sqrt(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  erf(x: Tensor): Tensor;
  softmax(x: Tensor, axis: number): Tensor;
  mean(x: Tensor, axis: Axes, keepDims: boolean): Tensor;
  sum(x: Tensor, axis: Axes, keepDims: boolean): Tensor;
  backend(): { isUsingGpuDevice?: boolean };
}

const MASKED = 1e9;

/** int8 × scale of the row, as float32. */
function unpacked({ rows, columns, values, scale }: Matrix): Float32Array {
  const signed = new Int8Array(values.buffer, values.byteOffset, values.length);
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < out.length; i++) out[i] = signed[i]! * scale[Math.floor(i / columns)]!;
  return out;
}

class Pass {
  readonly #tf: Tf;
  readonly #weights: EncoderWeights;
  /** Tensors on the device, by the array they were made of. */
  readonly #held = new Map<ArrayLike<number>, Tensor>();

  constructor(tf: Tf, weights: EncoderWeights) {
    this.#tf = tf;
    this.#weights = weights;
    const { words, places, norm, layers, head } = weights;
    this.#hold(words.values, unpacked(words), [words.rows, words.columns]);
    this.#hold(places, places, [weights.positions, weights.hidden]);
    this.#hold(head.weight, head.weight, [1, weights.hidden]);
    this.#hold(head.bias, head.bias, [1]);
    const norms = [norm, ...layers.flatMap(({ attendedNorm, outputNorm }) => [attendedNorm, outputNorm])];
    for (const { weight, bias } of norms) {
      this.#hold(weight, weight, [weight.length]);
      this.#hold(bias, bias, [bias.length]);
    }
    for (const { query, key, value, attended, intermediate, output } of layers) {
      for (const linear of [query, key, value, attended, intermediate, output]) {
        this.#hold(linear.values, unpacked(linear), [linear.rows, linear.columns]);
        this.#hold(linear.bias, linear.bias, [linear.rows]);
      }
    }
  }

  #hold(key: ArrayLike<number>, values: Float32Array, shape: readonly number[]): void {
    this.#held.set(key, this.#tf.tensor(values, shape, 'float32'));
  }

  #of(key: ArrayLike<number>): Tensor {
    return this.#held.get(key)!;
  }

  #linear(x: Tensor, { values, bias }: Linear): Tensor {
    return this.#tf.add(this.#tf.matMul(x, this.#of(values), false, true), this.#of(bias));
  }

  #norm(x: Tensor, { weight, bias }: Norm): Tensor {
    const tf = this.#tf;
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const scaled = tf.div(centred, tf.sqrt(tf.add(variance, this.#weights.epsilon)));
    return tf.add(tf.mul(scaled, this.#of(weight)), this.#of(bias));
  }

  #embedding(ids: Tensor, batch: number, length: number): Tensor {
    const tf = this.#tf;
    const { hidden, words, places, norm } = this.#weights;
    const word = tf.reshape(tf.gather(this.#of(words.values), ids), [batch, length, hidden]);
    const sum = tf.add(word, tf.slice(this.#of(places), [0, 0], [length, hidden]));
    return this.#norm(tf.reshape(sum, [batch * length, hidden]), norm);
  }

  #layer(x: Tensor, mask: Tensor, batch: number, length: number, layer: Layer): Tensor {
    const tf = this.#tf;
    const { hidden, heads } = this.#weights;
    const size = hidden / heads;
    const split = (linear: Linear): Tensor =>
      tf.transpose(tf.reshape(this.#linear(x, linear), [batch, length, heads, size]), [0, 2, 1, 3]);
    const query = tf.mul(split(layer.query), 1 / Math.sqrt(size));
    const scores = tf.add(tf.matMul(query, split(layer.key), false, true), mask);
    const weighed = tf.matMul(tf.softmax(scores, -1), split(layer.value), false, false);
    const joined = tf.reshape(tf.transpose(weighed, [0, 2, 1, 3]), [batch * length, hidden]);
    const attended = this.#norm(tf.add(this.#linear(joined, layer.attended), x), layer.attendedNorm);
    const wide = this.#linear(attended, layer.intermediate);
    const gelu = tf.mul(tf.mul(wide, 0.5), tf.add(tf.erf(tf.div(wide, Math.SQRT2)), 1));
    return this.#norm(tf.add(this.#linear(gelu, layer.output), attended), layer.outputNorm);
  }

  /**
   * What the head makes of each piece alone, [batch, pieces], of a batch padded to its longest window; and the logits, which are what
   * it makes of their mean. Each layer gives back what it borrowed: memory stays at one layer's.
   */
  read(windows: readonly Int32Array[], wanted: boolean): { logits: Tensor; each: Tensor | null } {
    const tf = this.#tf;
    const batch = windows.length;
    const length = Math.max(...windows.map((window) => window.length));
    const ids = new Int32Array(batch * length);
    const counted = new Float32Array(batch * length);
    windows.forEach((window, i) => {
      ids.set(window, i * length);
      counted.fill(1, i * length, i * length + window.length);
    });
    return tf.tidy(() => {
      const real = tf.tensor(counted, [batch, length, 1], 'float32');
      const mask = tf.mul(tf.sub(tf.reshape(real, [batch, 1, 1, length]), 1), MASKED);
      let x = tf.tidy(() => this.#embedding(tf.tensor(ids, [batch * length], 'int32'), batch, length));
      for (const layer of this.#weights.layers) {
        const before = x;
        x = tf.tidy(() => this.#layer(before, mask, batch, length, layer));
        before.dispose();
      }
      const last = tf.reshape(x, [batch, length, this.#weights.hidden]);
      const pooled = tf.div(tf.sum(tf.mul(last, real), 1, false), tf.sum(real, 1, false));
      const logits = this.#headed(pooled);
      const each = wanted ? tf.reshape(this.#headed(x), [batch, length]) : null;
      return { logits, each };
    });
  }

  #headed(x: Tensor): Tensor {
    const { weight, bias } = this.#weights.head;
    return this.#tf.add(this.#tf.matMul(x, this.#of(weight), false, true), this.#of(bias));
  }

  dispose(): void {
    for (const tensor of this.#held.values()) tensor.dispose();
  }
}

/** The shares of real pieces, without the padding. @param each row by row, as long as the longest window */
function sharesOf(windows: readonly Int32Array[], each: ArrayLike<number>): Float32Array {
  const longest = each.length / windows.length;
  const shares = new Float32Array(windows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  windows.forEach(({ length }, row) => {
    for (let i = 0; i < length; i++) shares[at++] = each[row * longest + i]! / length;
  });
  return shares;
}

/** tfjs-node 4.22 calls these two; Node 23 took them away. */
function restoreUtil(): void {
  const old = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}

async function loadTensorFlow(): Promise<Tf> {
  restoreUtil();
  const name: string = '@tensorflow/tfjs-node-gpu';
  const loaded = (await import(name)) as { default?: Tf } & Tf;
  return loaded.default ?? loaded;
}

/**
 * @throws {Error} the vendor's own, when the package is missing or does not load here
 */
export async function openTfjs(
  weights: EncoderWeights,
  load: () => Promise<Tf> = loadTensorFlow,
): Promise<Runner> {
  const tf = await load();
  const pass = new Pass(tf, weights);
  return {
    name: 'tfjs',
    device: tf.backend().isUsingGpuDevice === true ? 'gpu' : 'cpu',
    async run(batch, wanted = false) {
      const { logits, each } = pass.read(batch, wanted);
      try {
        return {
          logits: Float32Array.from(await logits.data()),
          shares: each === null ? null : sharesOf(batch, await each.data()),
        };
      } finally {
        logits.dispose();
        each?.dispose();
      }
    },
    async close() {
      pass.dispose();
    },
  };
}

/** The operations of TensorFlow.js that the encoder uses, in plain loops: the forward pass is tested without TensorFlow. */
import type { Tensor, Tf } from '../../../detectors/runtime/tfjs.js';

class Plain implements Tensor {
  constructor(
    readonly values: Float64Array,
    readonly shape: readonly number[],
  ) {}
  async data(): Promise<Float32Array> {
    return Float32Array.from(this.values);
  }
  dispose(): void {}
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
const plain = (x: Tensor | number): Plain =>
  typeof x === 'number' ? new Plain(Float64Array.of(x), []) : (x as Plain);

/** Coordinates of the i-th value. */
function placeOf(i: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = i;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}

/** The value at a place, where a length of one stands for any. */
function at({ values, shape }: Plain, place: readonly number[]): number {
  let i = 0;
  const skipped = place.length - shape.length;
  shape.forEach((length, axis) => {
    i = i * length + (length === 1 ? 0 : place[axis + skipped]!);
  });
  return values[i]!;
}

function made(shape: readonly number[], value: (place: number[]) => number): Plain {
  return new Plain(
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => value(placeOf(i, shape))),
    shape,
  );
}

const each = (x: Tensor, of: (value: number) => number): Plain => new Plain(plain(x).values.map(of), x.shape);

function both(a: Tensor, b: Tensor | number, of: (a: number, b: number) => number): Plain {
  const [x, y] = [plain(a), plain(b)];
  const rank = Math.max(x.shape.length, y.shape.length);
  const length = (shape: readonly number[], axis: number): number => shape[axis - (rank - shape.length)] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) =>
    Math.max(length(x.shape, axis), length(y.shape, axis)),
  );
  return made(shape, (place) => of(at(x, place), at(y, place)));
}

function along(x: Tensor, axis: number, keep: boolean, of: (values: number[]) => number): Plain {
  const along = axis < 0 ? x.shape.length + axis : axis;
  const kept = x.shape.map((length, i) => (i === along ? 1 : length));
  const out = made(kept, (place) =>
    of(Array.from({ length: x.shape[along]! }, (_, i) => at(plain(x), place.with(along, i)))),
  );
  return keep ? out : new Plain(out.values, kept.toSpliced(along, 1));
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Abramowitz and Stegun would do for 1e-7; the series is exact where it matters. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** @param isUsingGpuDevice what the backend says */
export const plainTf = (isUsingGpuDevice = false): Tf => ({
  tensor: (values, shape) => new Plain(Float64Array.from(values), shape),
  tidy: (work) => work(),
  gather: (x, ids) =>
    made([ids.shape[0]!, x.shape[1]!], ([i, j]) => at(plain(x), [plain(ids).values[i!]!, j!])),
  slice: (x, begin, size) =>
    made(size, (place) =>
      at(
        plain(x),
        place.map((p, i) => p + begin[i]!),
      ),
    ),
  reshape: (x, shape) => new Plain(plain(x).values, shape),
  transpose: (x, order) =>
    made(
      order.map((axis) => x.shape[axis]!),
      (place) => {
        const from: number[] = [];
        order.forEach((axis, i) => {
          from[axis] = place[i]!;
        });
        return at(plain(x), from);
      },
    ),
  matMul: (a, b, transposeA, transposeB) => {
    if (transposeA) throw new Error('not used');
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    return made([...a.shape.slice(0, -1), columns], (place) => {
      const outer = place.slice(0, -2);
      const [row, column] = place.slice(-2) as [number, number];
      let sum = 0;
      for (let k = 0; k < a.shape.at(-1)!; k++) {
        const other = transposeB ? [...outer, column, k] : [...outer, k, column];
        sum += at(plain(a), [...outer, row, k]) * at(plain(b), other);
      }
      return sum;
    });
  },
  add: (a, b) => both(a, b, (x, y) => x + y),
  sub: (a, b) => both(a, b, (x, y) => x - y),
  mul: (a, b) => both(a, b, (x, y) => x * y),
  div: (a, b) => both(a, b, (x, y) => x / y),
  sqrt: (x) => each(x, Math.sqrt),
  square: (x) => each(x, (value) => value * value),
  erf: (x) => each(x, erf),
  softmax: (x, axis) => {
    const highest = along(x, axis, true, (values) => Math.max(...values));
    const powers = both(x, highest, (value, most) => Math.exp(value - most));
    return both(powers, along(powers, axis, true, total), (value, sum) => value / sum);
  },
  mean: (x, axis, keep) => along(x, axis as number, keep, (values) => total(values) / values.length),
  sum: (x, axis, keep) => along(x, axis as number, keep, total),
  backend: () => ({ isUsingGpuDevice }),
});

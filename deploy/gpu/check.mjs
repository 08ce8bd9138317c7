/**
 * Proves that TensorFlow's engine is installed and computes: loads @tensorflow/tfjs-node-gpu, multiplies two matrices and
 * compares with the product in plain JavaScript. Prints the backend and the devices. Exit code 1 when it does not work.
 * Without a CUDA device the same code computes on the CPU, which proves function, not speed.
 */
import { createRequire } from 'node:module';
import util from 'node:util';

// tfjs-node 4.22 calls these two; Node 23 took them away.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const SIZE = 64;
/** Differences of float32 sums of 64 products stay far below this. */
const TOLERANCE = 1e-4;

const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');

const values = (seed) => Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(seed + i));
const [a, b] = [values(1), values(2)];
const product = tf.tidy(() =>
  tf.matMul(tf.tensor2d(a, [SIZE, SIZE]), tf.tensor2d(b, [SIZE, SIZE])).dataSync(),
);

let worst = 0;
for (let row = 0; row < SIZE; row++) {
  for (let column = 0; column < SIZE; column++) {
    let sum = 0;
    for (let k = 0; k < SIZE; k++) sum += a[row * SIZE + k] * b[k * SIZE + column];
    worst = Math.max(worst, Math.abs(sum - product[row * SIZE + column]));
  }
}

const device = tf.backend().isUsingGpuDevice ? 'gpu' : 'cpu';
if (!(worst < TOLERANCE)) {
  process.stderr.write(`TensorFlow's product differs by ${worst}, expected less than ${TOLERANCE}\n`);
  process.exit(1);
}
process.stdout.write(
  `${JSON.stringify({ engine: 'tfjs', tfjs: tf.version['tfjs-core'], node: process.version, backend: tf.getBackend(), device, worst })}\n`,
);

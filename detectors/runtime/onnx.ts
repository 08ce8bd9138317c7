/**
 * ONNX Runtime, native or as WebAssembly: opens the graph made from the weights, and computes one window at a time. On a CPU a
 * batch gains nothing, and a window alone needs no padding.
 */
import type { EncoderWeights } from './encoder-weights.js';
import type { Precision, Runner } from './engine.js';
import { onnxModelOf } from './onnx-graph.js';

/** What is used of both packages; the native one need not be installed, so its own types may be missing. */
interface Ort {
  env: { wasm: { numThreads?: number } };
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: 'int64', values: BigInt64Array, shape: readonly number[]) => unknown;
}
interface Session {
  run(feeds: object, fetches: readonly string[]): Promise<Record<string, { data: Float32Array }>>;
  release(): Promise<void>;
}

const PACKAGES = { onnx: 'onnxruntime-node', 'onnx-wasm': 'onnxruntime-web' } as const;
const PROVIDERS = { onnx: 'cpu', 'onnx-wasm': 'wasm' } as const;

/**
 * @throws {Error} the vendor's own, when the package is missing or does not load here
 */
export async function openOnnx(
  name: keyof typeof PACKAGES,
  weights: EncoderWeights,
  precision: Precision = 'exact',
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Runner> {
  const loaded = (await load(PACKAGES[name])) as { default?: Ort } & Ort;
  const ort = loaded.InferenceSession === undefined ? loaded.default! : loaded;
  // One thread a session: the pool has a session for each core, which scales better than threads within one.
  if (name === 'onnx-wasm') ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(onnxModelOf(weights, precision), {
    executionProviders: [PROVIDERS[name]],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // The arena keeps what opening the model took, and saves no time: 90 MB a worker, measured on six layers.
    enableCpuMemArena: false,
    logSeverityLevel: 3,
  });
  const tensor = (values: BigInt64Array) => new ort.Tensor('int64', values, [1, values.length]);
  return {
    name,
    device: 'cpu',
    async run(batch, wanted = false) {
      const logits = new Float32Array(batch.length);
      const shares = wanted ? new Float32Array(batch.reduce((sum, { length }) => sum + length, 0)) : null;
      const fetches = wanted ? ['logit', 'shares'] : ['logit'];
      let at = 0;
      for (const [i, window] of batch.entries()) {
        const ids = tensor(BigInt64Array.from(window, BigInt));
        const mask = tensor(new BigInt64Array(window.length).fill(1n));
        const found = await session.run({ ids, mask }, fetches);
        logits[i] = found['logit']!.data[0]!;
        shares?.set(found['shares']!.data, at);
        at += window.length;
      }
      return { logits, shares };
    },
    close: () => session.release(),
  };
}

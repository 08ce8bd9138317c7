/** How ONNX Runtime is asked, with a runtime that the test plays; what it computes is in parity.test.ts. */
import { expect, it } from '@jest/globals';
import { readEncoder } from '../../../detectors/runtime/encoder-weights.js';
import { openOnnx } from '../../../detectors/runtime/onnx.js';
import { tinyFile } from './tiny-encoder.js';

interface Feed {
  values: BigInt64Array;
  shape: readonly number[];
}

function runtime() {
  const asked: { ids: Feed; mask: Feed }[] = [];
  const opened: { bytes: number; options: Record<string, unknown> }[] = [];
  const session = {
    released: 0,
    async run(feeds: { ids: Feed; mask: Feed }, fetches: readonly string[]) {
      asked.push(feeds);
      const found: Record<string, { data: Float32Array }> = {
        logit: { data: Float32Array.of(Number(feeds.ids.values[1])) },
        shares: { data: Float32Array.from(feeds.ids.values, Number) },
      };
      return Object.fromEntries(fetches.map((name) => [name, found[name]!]));
    },
    async release() {
      session.released++;
    },
  };
  const ort = {
    env: { wasm: {} as { numThreads?: number } },
    InferenceSession: {
      async create(model: Uint8Array, options: Record<string, unknown>) {
        opened.push({ bytes: model.length, options });
        return session;
      },
    },
    Tensor: class {
      constructor(
        readonly type: string,
        readonly values: BigInt64Array,
        readonly shape: readonly number[],
      ) {}
    },
  };
  return { ort, asked, opened, session };
}

it.each([
  ['onnx', 'onnxruntime-node', 'cpu'],
  ['onnx-wasm', 'onnxruntime-web', 'wasm'],
] as const)('%s computes each window alone, on one thread', async (engine, wanted, provider) => {
  const { ort, asked, opened, session } = runtime();
  const names: string[] = [];
  const runner = await openOnnx(engine, readEncoder(tinyFile()), 'exact', async (name) => {
    names.push(name);
    // A CommonJS package comes as a default export.
    return engine === 'onnx' ? { default: ort } : ort;
  });
  expect(names).toEqual([wanted]);
  expect(runner).toMatchObject({ name: engine, device: 'cpu' });
  expect(opened[0]?.options).toMatchObject({ executionProviders: [provider], intraOpNumThreads: 1 });
  // The model carries its matrices as int8: not much more than the weights file.
  expect(opened[0]?.bytes).toBeLessThan(1.2 * tinyFile().length);
  if (engine === 'onnx-wasm') expect(ort.env.wasm.numThreads).toBe(1);
  const batch = [Int32Array.of(2, 9, 3), Int32Array.of(2, 7, 8, 3)];
  expect(await runner.run(batch)).toEqual({ logits: Float32Array.of(9, 7), shares: null });
  expect(asked.map(({ ids, mask }) => [ids.shape, [...mask.values]])).toEqual([
    [
      [1, 3],
      [1n, 1n, 1n],
    ],
    [
      [1, 4],
      [1n, 1n, 1n, 1n],
    ],
  ]);
  const { shares } = await runner.run(batch, true);
  expect([...shares!]).toEqual([2, 9, 3, 2, 7, 8, 3]);
  await runner.close();
  expect(session.released).toBe(1);
});

it('a package that is not there is an error', async () => {
  await expect(
    openOnnx('onnx', readEncoder(tinyFile()), 'exact', () =>
      Promise.reject(new Error('Cannot find package')),
    ),
  ).rejects.toThrow('Cannot find package');
});

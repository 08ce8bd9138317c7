/** Which engine is opened, for what was asked and what is there. */
import { describe, expect, it } from '@jest/globals';
import type { DeviceName, Engine, EngineName } from '../../../detectors/runtime/engine.js';
import { type EngineWish, openEngine } from '../../../detectors/runtime/open-engine.js';

const wish = (more: Partial<EngineWish>): EngineWish => ({
  engine: 'auto',
  device: 'auto',
  threads: null,
  file: new Uint8Array(),
  trial: new Int32Array(2),
  ...more,
});

/** Opens what is there, on the device that it has. */
function machine(there: Partial<Record<EngineName, DeviceName>>) {
  const closed: EngineName[] = [];
  const open = async (name: EngineName): Promise<Engine> => {
    const device = there[name];
    if (device === undefined) throw new Error('it is not installed');
    const engine = { name, device, close: async () => void closed.push(name) };
    return engine as unknown as Engine;
  };
  return { open, closed };
}

const ALL = { onnx: 'cpu', 'onnx-wasm': 'cpu', tfjs: 'gpu' } as const;
const NO_GPU = { ...ALL, tfjs: 'cpu' } as const;

describe('the engine', () => {
  it.each<[object, Partial<Record<EngineName, DeviceName>>, string]>([
    [{}, ALL, 'tfjs gpu'],
    [{}, NO_GPU, 'onnx cpu'],
    [{}, { 'onnx-wasm': 'cpu' }, 'onnx-wasm cpu'],
    [{ device: 'cpu' }, ALL, 'onnx cpu'],
    [{ device: 'gpu' }, ALL, 'tfjs gpu'],
    [{ engine: 'onnx' }, ALL, 'onnx cpu'],
    [{ engine: 'onnx' }, { 'onnx-wasm': 'cpu', tfjs: 'gpu' }, 'onnx-wasm cpu'],
    [{ precision: 'fast' }, ALL, 'onnx cpu'],
    [{ precision: 'fast', engine: 'onnx' }, { 'onnx-wasm': 'cpu', tfjs: 'gpu' }, 'onnx-wasm cpu'],
    [{ engine: 'tfjs' }, ALL, 'tfjs gpu'],
    [{ engine: 'tfjs' }, NO_GPU, 'tfjs cpu'],
    [{ engine: 'tfjs', device: 'cpu' }, NO_GPU, 'tfjs cpu'],
  ])('for %j where there is %j is %s', async (asked, there, expected) => {
    const { open } = machine(there);
    const { name, device } = await openEngine(wish(asked), open);
    expect(`${name} ${device}`).toBe(expected);
  });

  it('that computes elsewhere than it was tried for is closed', async () => {
    const { open, closed } = machine(NO_GPU);
    await openEngine(wish({}), open);
    expect(closed).toEqual(['tfjs']);
  });
});

describe('a wish that cannot be met fails loudly', () => {
  it.each<[object, Partial<Record<EngineName, DeviceName>>, string]>([
    [{ device: 'gpu' }, NO_GPU, 'expected tfjs to compute on the gpu, found that it computes on the cpu'],
    [{ device: 'gpu' }, { onnx: 'cpu' }, 'tfjs: it is not installed'],
    [{ engine: 'tfjs', device: 'cpu' }, ALL, 'expected tfjs to compute on the cpu'],
    [{ engine: 'onnx', device: 'gpu' }, ALL, 'ONNX Runtime computes on the CPU here'],
    [{ precision: 'fast', engine: 'tfjs' }, ALL, 'in the fast mode'],
    [{ precision: 'fast', device: 'gpu' }, ALL, 'the fast mode is ONNX Runtime'],
    [{ engine: 'onnx' }, {}, 'onnx: it is not installed. onnx-wasm: it is not installed'],
  ])('%j where there is %j', async (asked, there, message) => {
    await expect(openEngine(wish(asked), machine(there).open)).rejects.toMatchObject({
      code: 'detector.no_engine',
      message: expect.stringContaining(message),
    });
  });
});

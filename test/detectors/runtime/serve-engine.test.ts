/** The inside of a worker, run on this thread over a channel. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Runner } from '../../../detectors/runtime/engine.js';
import { newGate } from '../../../detectors/runtime/exit-gate.js';
import { openRunner, serveEngine, type WorkerMessage } from '../../../detectors/runtime/serve-engine.js';
import { tinyFile } from './tiny-encoder.js';

const TASK = {
  engine: 'onnx' as const,
  precision: 'exact' as const,
  file: new Uint8Array(),
  trial: Int32Array.of(2, 3),
};

/** The logit of a window is its length, or what `odd` makes of it; every piece has a share of `piece`. */
const runner = (odd: (length: number) => number = (length) => length, piece = 1): Runner => ({
  name: 'onnx-wasm',
  device: 'cpu',
  run: async (batch, wanted) => ({
    logits: Float32Array.from(batch, (window) => odd(window.length)),
    shares: wanted ? new Float32Array(batch.reduce((sum, { length }) => sum + length, 0)).fill(piece) : null,
  }),
  close: async () => {
    closed++;
  },
});

let closed = 0;
let ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports) port.close();
  ports = [];
});

function serve(open: () => Promise<Runner>): { next(): Promise<WorkerMessage>; port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const heard: WorkerMessage[] = [];
  let wake: (() => void) | null = null;
  port1.on('message', (message: WorkerMessage) => {
    heard.push(message);
    wake?.();
  });
  void serveEngine(port2, { ...TASK, gate: newGate() }, open);
  return {
    port: port1,
    async next() {
      while (heard.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return heard.shift()!;
    },
  };
}

const batch = (id: number, ...lengths: number[]) => ({
  id,
  ids: new Int32Array(lengths.reduce((sum, length) => sum + length, 0)),
  lengths: Int32Array.from(lengths),
  shares: false,
});

describe('a worker', () => {
  it('says what it opened, and answers batches in their order', async () => {
    const { next, port } = serve(async () => runner());
    expect(await next()).toEqual({ type: 'ready', name: 'onnx-wasm', device: 'cpu' });
    port.postMessage(batch(4, 3, 9));
    port.postMessage({ ...batch(5, 2), shares: true });
    expect(await next()).toEqual({ type: 'done', id: 4, logits: Float32Array.of(3, 9), shares: null });
    const [logits, shares] = [Float32Array.of(2), Float32Array.of(1, 1)];
    expect(await next()).toEqual({ type: 'done', id: 5, logits, shares });
  });

  it('reports an engine that does not open, or cannot compute', async () => {
    const missing = serve(() => Promise.reject(new Error('Cannot find package')));
    expect(await missing.next()).toEqual({ type: 'failed', detail: 'Cannot find package' });
    const odd = serve(() => Promise.reject('no reason'));
    expect(await odd.next()).toEqual({ type: 'failed', detail: 'no reason' });
    const broken = serve(async () => runner(() => Number.NaN));
    expect(await broken.next()).toEqual({ type: 'failed', detail: 'expected 1 finite logits, found NaN' });
    const torn = serve(async () => runner((length) => length, Number.NaN));
    expect(await torn.next()).toEqual({ type: 'failed', detail: 'expected 2 finite shares, found 2' });
    const mute = serve(async () => ({
      ...runner(),
      run: async () => ({ logits: Float32Array.of(1), shares: null }),
    }));
    expect(await mute.next()).toEqual({ type: 'failed', detail: 'expected 2 finite shares, found 0' });
  });

  it('reports a batch that fails, and goes on', async () => {
    const { next, port } = serve(async () =>
      runner((length) => (length === 7 ? Number.POSITIVE_INFINITY : length)),
    );
    await next();
    port.postMessage(batch(1, 7));
    expect(await next()).toMatchObject({
      type: 'error',
      id: 1,
      detail: 'expected 1 finite logits, found Infinity',
    });
    port.postMessage(batch(2, 6));
    expect(await next()).toMatchObject({ type: 'done', id: 2 });
  });

  it('finishes what it has before it closes', async () => {
    const { next, port } = serve(async () => runner());
    await next();
    const before = closed;
    const ended = new Promise((resolve) => port.once('close', resolve));
    port.postMessage(batch(1, 5));
    port.postMessage('close');
    expect(await next()).toMatchObject({ type: 'done', id: 1 });
    await ended;
    expect(closed).toBe(before + 1);
  });
});

it('an engine is opened on the weights of the file', async () => {
  await expect(openRunner('onnx', new Uint8Array(9))).rejects.toMatchObject({
    code: 'detector.missing_model',
  });
  await expect(openRunner('tfjs', tinyFile().subarray(1))).rejects.toMatchObject({
    code: 'detector.missing_model',
  });
  await expect(openRunner('tfjs', tinyFile(), 'fast')).rejects.toThrow(
    'expected ONNX Runtime for the fast mode, found tfjs',
  );
});

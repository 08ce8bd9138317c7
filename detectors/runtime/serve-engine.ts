/**
 * The inner side of a worker thread: opens one engine, says on what it really computes, and answers batches one after another.
 * The outer side is pool.ts.
 */
import type { MessagePort } from 'node:worker_threads';
import { readEncoder } from './encoder-weights.js';
import type { Answer, DeviceName, EngineName, Precision, Runner } from './engine.js';
import { type Gate, inside } from './exit-gate.js';
import { openOnnx } from './onnx.js';
import { openTfjs } from './tfjs.js';

/** What a worker is given to begin with. */
export interface WorkerTask {
  engine: EngineName;
  precision: Precision;
  /** The bytes of the weights file, shared by all workers. */
  file: Uint8Array;
  /** A window to try the engine on before it counts as open. */
  trial: Int32Array;
  gate: Gate;
}

/** Windows one behind another, and how long each is. */
export interface BatchMessage {
  id: number;
  ids: Int32Array;
  lengths: Int32Array;
  /** Whether the shares of the pieces are wanted. */
  shares: boolean;
}

export type WorkerMessage =
  | { type: 'ready'; name: EngineName; device: DeviceName }
  | { type: 'failed'; detail: string }
  | ({ type: 'done'; id: number } & Answer)
  | { type: 'error'; id: number; detail: string };

export const openRunner = async (
  engine: EngineName,
  file: Uint8Array,
  precision: Precision = 'exact',
): Promise<Runner> => {
  const weights = readEncoder(file);
  if (engine !== 'tfjs') return openOnnx(engine, weights, precision);
  if (precision === 'exact') return openTfjs(weights);
  throw new Error('expected ONNX Runtime for the fast mode, found tfjs');
};

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function windowsIn({ ids, lengths }: BatchMessage): Int32Array[] {
  let at = 0;
  return Array.from(lengths, (length) => {
    at += length;
    return ids.subarray(at - length, at);
  });
}

/** Copies that may be given away, once they are what they should be. */
async function answerOf(runner: Runner, windows: readonly Int32Array[], wanted: boolean) {
  const found = await runner.run(windows, wanted);
  const logits = Float32Array.from(found.logits);
  if (logits.length !== windows.length || !logits.every(Number.isFinite)) {
    throw new Error(`expected ${windows.length} finite logits, found ${logits}`);
  }
  if (!wanted) return { logits, shares: null };
  const pieces = windows.reduce((sum, { length }) => sum + length, 0);
  const shares = Float32Array.from(found.shares ?? []);
  if (shares.length === pieces && shares.every(Number.isFinite)) return { logits, shares };
  throw new Error(`expected ${pieces} finite shares, found ${shares.length}`);
}

/** Serves a port until it closes. A failure to open is reported and not thrown: the other side decides what comes next. */
export async function serveEngine(
  port: MessagePort,
  { engine, precision, file, trial, gate }: WorkerTask,
  open: typeof openRunner = openRunner,
): Promise<void> {
  const say = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  let runner: Runner;
  try {
    runner = await inside(gate, async () => {
      const opened = await open(engine, file, precision);
      // The first run of an engine allocates and compiles; and one that cannot compute shall be known now.
      await answerOf(opened, [trial], true);
      return opened;
    });
  } catch (error) {
    say({ type: 'failed', detail: detailOf(error) });
    return;
  }
  let last: Promise<void> = Promise.resolve();
  const answer = async (batch: BatchMessage): Promise<void> => {
    try {
      const { logits, shares } = await inside(gate, () => answerOf(runner, windowsIn(batch), batch.shares));
      say({ type: 'done', id: batch.id, logits, shares }, [
        logits.buffer,
        ...(shares ? [shares.buffer] : []),
      ]);
    } catch (error) {
      say({ type: 'error', id: batch.id, detail: detailOf(error) });
    }
  };
  const close = async (): Promise<void> => {
    await inside(gate, () => runner.close()).catch(() => {});
    port.close();
  };
  port.on('message', (message: BatchMessage | 'close') => {
    last = last.then(() => (message === 'close' ? close() : answer(message)));
  });
  say({ type: 'ready', name: runner.name, device: runner.device });
}

/**
 * The inner side of a worker thread: opens one engine, says on what it really computes, and answers batches one after another.
 * The outer side is pool.ts.
 */
import type { MessagePort } from 'node:worker_threads';
import { readEncoder } from './encoder-weights.js';
import type { DeviceName, EngineName, Runner } from './engine.js';
import { type Gate, inside } from './exit-gate.js';
import { openOnnx } from './onnx.js';
import { openTfjs } from './tfjs.js';

/** What a worker is given to begin with. */
export interface WorkerTask {
  engine: EngineName;
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
}

export type WorkerMessage =
  | { type: 'ready'; name: EngineName; device: DeviceName }
  | { type: 'failed'; detail: string }
  | { type: 'done'; id: number; logits: Float32Array }
  | { type: 'error'; id: number; detail: string };

export const openRunner = async (engine: EngineName, file: Uint8Array): Promise<Runner> => {
  const weights = readEncoder(file);
  return engine === 'tfjs' ? openTfjs(weights) : openOnnx(engine, weights);
};

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function windowsIn({ ids, lengths }: BatchMessage): Int32Array[] {
  let at = 0;
  return Array.from(lengths, (length) => {
    at += length;
    return ids.subarray(at - length, at);
  });
}

async function logitsOf(runner: Runner, windows: readonly Int32Array[]): Promise<Float32Array<ArrayBuffer>> {
  const logits = Float32Array.from(await runner.run(windows));
  if (logits.length === windows.length && logits.every(Number.isFinite)) return logits;
  throw new Error(`expected ${windows.length} finite logits, found ${logits}`);
}

/** Serves a port until it closes. A failure to open is reported and not thrown: the other side decides what comes next. */
export async function serveEngine(
  port: MessagePort,
  { engine, file, trial, gate }: WorkerTask,
  open: (engine: EngineName, file: Uint8Array) => Promise<Runner> = openRunner,
): Promise<void> {
  const say = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  let runner: Runner;
  try {
    runner = await inside(gate, async () => {
      const opened = await open(engine, file);
      // The first run of an engine allocates and compiles; and one that cannot compute shall be known now.
      await logitsOf(opened, [trial]);
      return opened;
    });
  } catch (error) {
    say({ type: 'failed', detail: detailOf(error) });
    return;
  }
  let last: Promise<void> = Promise.resolve();
  const answer = async (batch: BatchMessage): Promise<void> => {
    try {
      const logits = await inside(gate, () => logitsOf(runner, windowsIn(batch)));
      say({ type: 'done', id: batch.id, logits }, [logits.buffer]);
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

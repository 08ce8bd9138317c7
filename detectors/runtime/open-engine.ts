/**
 * Chooses the engine: what was asked for or nothing; and without a wish TensorFlow where a GPU takes part, else ONNX Runtime's
 * native build, else its WebAssembly build.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AssayError } from '../../schemas/errors.js';
import type { BatchShape, DeviceName, Engine, EngineName, Precision } from './engine.js';
import { newGate, shutAtExit } from './exit-gate.js';
import type { WorkerLike } from './lane.js';
import { openPool } from './pool.js';
import type { WorkerTask } from './serve-engine.js';

export interface EngineWish {
  engine: 'auto' | 'onnx' | 'tfjs';
  device: 'auto' | 'gpu' | 'cpu';
  /** Default: exact. `fast` leaves ONNX Runtime alone to choose from. */
  precision?: Precision;
  /** Worker threads; null: one for each core. */
  threads: number | null;
  file: Uint8Array;
  trial: Int32Array;
}

/** On a CPU batches gain nothing; a few windows at a time spare the main thread messages. */
const CPU_SHAPE: BatchShape = { windows: 4, pieces: 256, delayMs: 0 };
/** TensorFlow doubles its throughput from 1 to 8 windows; a GPU wants more. */
const TENSORFLOW_SHAPE: BatchShape = { windows: 32, pieces: 4_096, delayMs: 4 };

/** Opens workers for one engine. */
export type Open = (name: EngineName, wish: EngineWish) => Promise<Engine>;

function spawn(task: Omit<WorkerTask, 'gate'>): WorkerLike {
  // Sources that were not built, as in tests, have their built twin in dist/.
  const built = import.meta.url.endsWith('.ts') ? '../../dist/detectors/runtime/' : './';
  const gate = newGate();
  const worker = new Worker(new URL(`${built}engine-worker.js`, import.meta.url), {
    workerData: { ...task, gate } satisfies WorkerTask,
    // The flags of this process are not for workers: some (--input-type) they refuse.
    execArgv: [],
  });
  worker.on('exit', shutAtExit(gate));
  return worker;
}

export const openWorkers: Open = (engine, { precision = 'exact', threads, file, trial }) =>
  openPool({
    // TensorFlow has threads of its own, and two workers would share one GPU.
    workers: engine === 'tfjs' ? 1 : (threads ?? availableParallelism()),
    shape: engine === 'tfjs' ? TENSORFLOW_SHAPE : CPU_SHAPE,
    spawn: () => spawn({ engine, precision, file, trial }),
  });

const noEngine = (detail: string, cause?: unknown): AssayError =>
  new AssayError('detector.no_engine', detail, { cause });

/** An engine on the device that is wanted; one that turned out to be on another is closed. */
async function onDevice(
  name: EngineName,
  wish: EngineWish,
  open: Open,
  device: DeviceName | null,
): Promise<Engine> {
  const engine = await open(name, wish);
  if (device === null || engine.device === device) return engine;
  const found = engine.device;
  await engine.close();
  throw noEngine(`expected ${name} to compute on the ${device}, found that it computes on the ${found}`);
}

/** The ways to try, best first. */
function ways({ engine, device, precision }: EngineWish): [EngineName, DeviceName | null][] {
  const gpu: [EngineName, DeviceName] = ['tfjs', 'gpu'];
  const onnx: [EngineName, DeviceName | null][] = [
    ['onnx', null],
    ['onnx-wasm', null],
  ];
  if (precision === 'fast') return engine === 'tfjs' || device === 'gpu' ? [] : onnx;
  if (engine === 'tfjs') return [['tfjs', device === 'auto' ? null : device]];
  if (engine === 'onnx') return device === 'gpu' ? [] : onnx;
  if (device === 'gpu') return [gpu];
  return device === 'cpu' ? onnx : [gpu, ...onnx];
}

/**
 * @throws {AssayError} `detector.no_engine` when none of the ways that the wish leaves works; its message has the reason of each
 */
export async function openEngine(wish: EngineWish, open: Open = openWorkers): Promise<Engine> {
  const reasons: string[] = [];
  for (const [name, device] of ways(wish)) {
    try {
      return await onDevice(name, wish, open, device);
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`);
    }
  }
  const fast = wish.precision === 'fast';
  const asked = `engine ${wish.engine} on device ${wish.device}${fast ? ' in the fast mode' : ''}`;
  throw noEngine(
    reasons.length === 0
      ? `expected ${asked}, which there is not: ONNX Runtime computes on the CPU here, the GPU is tfjs's, and the fast mode is ONNX Runtime's`
      : `expected ${asked}, found none that opens. ${reasons.join('. ')}`,
  );
}

/**
 * Lets a process end while workers compute. A thread that is ended within ONNX Runtime aborts the whole process
 * (`Napi::Error`, exit code 134 instead of the one that was meant), so a process that exits waits until each has come out
 * of what it is in, and none goes in again.
 */

/** Shared by a worker and the process: one of the states below. */
export type Gate = Int32Array;

const OUTSIDE = 0;
const INSIDE = 1;
const SHUT = 2;
const LEFT = 3;

/** Milliseconds that a process waits for one worker when it exits. */
const WAIT_MS = 5_000;

export const newGate = (): Gate => new Int32Array(new SharedArrayBuffer(4));

const never = (): Promise<never> => new Promise(() => {});

/** Worker's side: does what must not be interrupted. Never settles when the process is about to end. */
export async function inside<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  if (Atomics.compareExchange(gate, 0, OUTSIDE, INSIDE) !== OUTSIDE) return never();
  try {
    return await work();
  } finally {
    if (Atomics.compareExchange(gate, 0, INSIDE, OUTSIDE) === SHUT) {
      Atomics.store(gate, 0, LEFT);
      Atomics.notify(gate, 0);
      await never();
    }
  }
}

/** Process's side: returns when the worker is out, at the latest after `ms`; it does not go in again. */
export function shut(gate: Gate, ms: number = WAIT_MS): void {
  if (Atomics.exchange(gate, 0, SHUT) === INSIDE) Atomics.wait(gate, 0, SHUT, ms);
}

const open = new Set<Gate>();

function shutAll(): void {
  for (const gate of open) shut(gate);
}

/** Shuts the gate when the process exits. Returns how to undo it, for when its worker has ended. */
export function shutAtExit(gate: Gate): () => void {
  if (open.size === 0) process.on('exit', shutAll);
  open.add(gate);
  return () => {
    open.delete(gate);
    if (open.size === 0) process.off('exit', shutAll);
  };
}

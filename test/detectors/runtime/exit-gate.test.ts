/** A process that exits waits for what must not be interrupted, and no longer than it has to. */
import { describe, expect, it, jest } from '@jest/globals';
import { inside, newGate, shut, shutAtExit } from '../../../detectors/runtime/exit-gate.js';

const settled = async (work: Promise<unknown>): Promise<boolean> => {
  const then = jest.fn();
  work.then(then, then);
  await new Promise((resolve) => setImmediate(resolve));
  return then.mock.calls.length > 0;
};

describe('a gate', () => {
  it('lets in and out as long as it is open', async () => {
    const gate = newGate();
    expect(await inside(gate, async () => 1)).toBe(1);
    await expect(inside(gate, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await inside(gate, async () => 2)).toBe(2);
  });

  it('lets nobody in when it is shut', async () => {
    const gate = newGate();
    shut(gate);
    const work = jest.fn(async () => 1);
    expect(await settled(inside(gate, work))).toBe(false);
    expect(work).not.toHaveBeenCalled();
  });

  it('that is shut while somebody is inside waits for him, up to a time, and holds him when he is out', async () => {
    const gate = newGate();
    let end = (): void => {};
    const work = inside(gate, () => new Promise<void>((resolve) => (end = resolve)));
    const start = performance.now();
    shut(gate, 20);
    expect(performance.now() - start).toBeGreaterThan(10);
    end();
    expect(await settled(work)).toBe(false);
    // He is out: whoever shuts it again need not wait.
    shut(gate);
  });

  it('is shut when the process exits, unless its worker ended before', () => {
    const before = process.listenerCount('exit');
    const gates = [newGate(), newGate()];
    const undo = gates.map(shutAtExit);
    expect(process.listenerCount('exit')).toBe(before + 1);
    undo[0]!();
    (process.listeners('exit').at(-1) as (code: number) => void)(0);
    expect(gates.map((gate) => gate[0] !== 0)).toEqual([false, true]);
    undo[1]!();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

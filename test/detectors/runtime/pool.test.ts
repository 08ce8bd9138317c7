/** A pool answers though its workers die, hang or do not open: under workers that the test plays. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Engine } from '../../../detectors/runtime/engine.js';
import { openPool } from '../../../detectors/runtime/pool.js';
import type { BatchMessage } from '../../../detectors/runtime/serve-engine.js';

const SHAPE = { windows: 4, pieces: 256, delayMs: 0 };
const ready = { type: 'ready', name: 'onnx', device: 'cpu' };
const window = (id: number): Int32Array => Int32Array.of(id, 1, 1);

class TestWorker extends EventEmitter {
  readonly given: BatchMessage[] = [];
  unref = jest.fn();
  postMessage(message: BatchMessage | 'close'): void {
    if (message === 'close') void Promise.resolve().then(() => this.emit('exit'));
    else this.given.push(message);
  }
  say(message: object): void {
    this.emit('message', message);
  }
  /** Answers the first batch it has: the logit of a window is its first id; its pieces' shares are its ids. */
  answer(): void {
    const { id, ids, lengths, shares } = this.given.shift()!;
    let at = 0;
    const logits = Float32Array.from(lengths, (length) => {
      at += length;
      return ids[at - length]!;
    });
    this.say({ type: 'done', id, logits, shares: shares ? Float32Array.from(ids) : null });
  }
  die(message?: string): void {
    if (message !== undefined) this.emit('error', new Error(message));
    this.emit('exit');
  }
}

let workers: TestWorker[];
const spawn = (): TestWorker => {
  const worker = new TestWorker();
  workers.push(worker);
  return worker;
};

async function opened(count: number): Promise<Engine> {
  const pool = openPool({ workers: count, shape: SHAPE, spawn, runMs: 500 });
  for (const worker of workers) worker.say(ready);
  return pool;
}

const failure = (message: string) => ({
  code: 'detector.engine',
  message: `the inference engine failed: ${message}`,
});

beforeEach(() => {
  workers = [];
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('opening', () => {
  it('waits for all workers, and says what they are', async () => {
    const pool = openPool({ workers: 2, shape: SHAPE, spawn });
    const then = jest.fn();
    void pool.then(then);
    workers[0]?.say({ type: 'ready', name: 'tfjs', device: 'gpu' });
    await Promise.resolve();
    expect(then).not.toHaveBeenCalled();
    workers[1]?.say({ type: 'ready', name: 'tfjs', device: 'gpu' });
    expect(await pool).toMatchObject({ name: 'tfjs', device: 'gpu', lanes: 4, shape: SHAPE });
  });

  it('fails with the reason of a worker that did not open, or died', async () => {
    const refused = openPool({ workers: 2, shape: SHAPE, spawn });
    workers[1]?.say({ type: 'failed', detail: 'no such library' });
    await expect(refused).rejects.toMatchObject(failure('no such library'));
    const died = openPool({ workers: 1, shape: SHAPE, spawn });
    workers[2]?.die('out of memory');
    await expect(died).rejects.toMatchObject(failure('out of memory'));
    // Nobody tries again for a pool that was not opened.
    jest.advanceTimersByTime(60_000);
    expect(workers).toHaveLength(3);
  });
});

describe('a batch', () => {
  it('goes to the worker with most room, and the next ones too, before the first is done', async () => {
    const pool = await opened(2);
    const answers = [1, 2, 3, 4, 5].map((id) => pool.run([window(id)]));
    expect(workers.map(({ given }) => given.length)).toEqual([2, 2]);
    workers[1]?.answer();
    expect(workers.map(({ given }) => given.length)).toEqual([2, 2]);
    for (const worker of workers) while (worker.given.length > 0) worker.answer();
    expect((await Promise.all(answers)).map(({ logits: [logit] }) => logit)).toEqual([1, 2, 3, 4, 5]);
  });

  it('brings the shares of its pieces where they are wanted, and only there', async () => {
    const pool = await opened(1);
    const answers = [pool.run([window(3)]), pool.run([window(4)], true)];
    workers[0]?.answer();
    workers[0]?.answer();
    expect((await Promise.all(answers)).map(({ shares }) => shares && [...shares])).toEqual([
      null,
      [4, 1, 1],
    ]);
  });

  it('is tried again when its worker dies, on the one that takes its place', async () => {
    const pool = await opened(1);
    const answers = [pool.run([window(7), window(8)]), pool.run([window(9)])];
    workers[0]?.die();
    expect(workers).toHaveLength(2);
    workers[1]?.say(ready);
    workers[1]?.answer();
    workers[1]?.answer();
    expect((await Promise.all(answers)).map(({ logits }) => [...logits])).toEqual([[7, 8], [9]]);
  });

  it('is given up when it killed two workers, and the next one is computed', async () => {
    const pool = await opened(1);
    const doomed = expect(pool.run([window(1)])).rejects.toMatchObject({
      ...failure('out of memory'),
      retryAfterS: 1,
    });
    const next = pool.run([window(2)]);
    workers[0]?.die('out of memory');
    workers[1]?.say(ready);
    workers[1]?.die('out of memory');
    await doomed;
    workers[2]?.say(ready);
    workers[2]?.answer();
    expect([...(await next).logits]).toEqual([2]);
  });

  it('is given up when the engine says that it failed, and the worker lives on', async () => {
    const pool = await opened(1);
    const failing = expect(pool.run([window(1)])).rejects.toMatchObject(failure('NaN'));
    workers[0]?.say({ type: 'error', id: workers[0].given.shift()!.id, detail: 'NaN' });
    await failing;
    const next = pool.run([window(2)]);
    workers[0]?.answer();
    expect([...(await next).logits]).toEqual([2]);
    expect(workers).toHaveLength(1);
  });

  it('that hangs costs its worker, which is left to itself and not heard any more', async () => {
    const pool = await opened(1);
    const answer = pool.run([window(1)]);
    jest.advanceTimersByTime(499);
    expect(workers).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(workers).toHaveLength(2);
    expect(workers[0]?.unref).toHaveBeenCalled();
    workers[1]?.say(ready);
    workers[0]?.answer();
    workers[0]?.die();
    expect(workers).toHaveLength(2);
    workers[1]?.answer();
    expect([...(await answer).logits]).toEqual([1]);
  });

  it('has its time from when the one before it is done', async () => {
    const pool = await opened(1);
    const answers = [pool.run([window(1)]), pool.run([window(2)])];
    jest.advanceTimersByTime(400);
    workers[0]?.answer();
    jest.advanceTimersByTime(400);
    workers[0]?.answer();
    await expect(Promise.all(answers)).resolves.toHaveLength(2);
    expect(workers).toHaveLength(1);
  });
});

describe('a replacement that does not open', () => {
  it('is tried again after pauses that double, and batches do not wait for it', async () => {
    const pool = await opened(1);
    workers[0]?.die();
    workers[1]?.say({ type: 'failed', detail: 'no memory' });
    workers[1]?.die();
    await expect(pool.run([window(1)])).rejects.toMatchObject(failure('no memory'));
    jest.advanceTimersByTime(999);
    expect(workers).toHaveLength(2);
    jest.advanceTimersByTime(1);
    workers[2]?.say({ type: 'failed', detail: 'no memory' });
    jest.advanceTimersByTime(1_999);
    expect(workers).toHaveLength(3);
    jest.advanceTimersByTime(1);
    workers[3]?.say(ready);
    const answer = pool.run([window(3)]);
    workers[3]?.answer();
    expect([...(await answer).logits]).toEqual([3]);
  });

  it('leaves its batch to the workers that live', async () => {
    const pool = await opened(2);
    const answers = [pool.run([window(1)]), pool.run([window(2)])];
    workers[0]?.die();
    workers[2]?.say({ type: 'failed', detail: 'no memory' });
    workers[1]?.answer();
    workers[1]?.answer();
    expect((await Promise.all(answers)).map(({ logits: [logit] }) => logit)).toEqual([1, 2]);
  });
});

describe('closing', () => {
  it('lets workers end by themselves, and rejects what was not done', async () => {
    const pool = await opened(1);
    const waiting = expect(Promise.all([1, 2, 3].map((id) => pool.run([window(id)])))).rejects.toMatchObject({
      code: 'detector.engine',
    });
    await Promise.all([pool.close(), waiting]);
    await expect(pool.run([window(1)])).rejects.toMatchObject(failure('it is closed'));
    jest.advanceTimersByTime(60_000);
    expect(workers).toHaveLength(1);
  });

  it('does not wait for ever for one that hangs', async () => {
    const pool = await opened(1);
    workers[0]!.postMessage = () => {};
    const closed = pool.close();
    await jest.advanceTimersByTimeAsync(10_000);
    await closed;
  });
});

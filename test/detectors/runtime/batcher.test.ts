/** Requests are answered, late, aborted or refused: under a clock and an engine that the test moves. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Batcher, type Clock, systemClock } from '../../../detectors/runtime/batcher.js';
import type { Answer, BatchShape, Engine } from '../../../detectors/runtime/engine.js';
import { AssayError } from '../../../schemas/errors.js';

class TestClock implements Clock {
  time = 0;
  #timers: { at: number; then: () => void }[] = [];
  now = (): number => this.time;
  after(ms: number, then: () => void): () => void {
    const timer = { at: this.time + ms, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  pass(ms: number): void {
    this.time += ms;
    const due = this.#timers.filter(({ at }) => at <= this.time);
    this.#timers = this.#timers.filter(({ at }) => at > this.time);
    for (const { then } of due) then();
  }
  get pending(): number {
    return this.#timers.length;
  }
}

/** The logit of a window is its second id, which its pieces have equal shares in. Batches wait until the test lets them go. */
class TestEngine implements Engine {
  readonly name = 'onnx';
  readonly device = 'cpu';
  readonly batches: {
    batch: readonly Int32Array[];
    wanted: boolean;
    done(): void;
    fail(error: Error): void;
  }[] = [];
  constructor(
    readonly lanes = 1,
    readonly shape: BatchShape = { windows: 4, pieces: 512, delayMs: 0 },
  ) {}
  run(batch: readonly Int32Array[], wanted = false): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const logits = Float32Array.from(batch, (window) => window[1]!);
      const shares = batch.flatMap((window) => [...window].map(() => window[1]! / window.length));
      this.batches.push({
        batch,
        wanted,
        done: () => resolve({ logits, shares: wanted ? Float32Array.from(shares) : null }),
        fail: reject,
      });
    });
  }
  async close(): Promise<void> {}
}

const window = (id: number, length = 8): Int32Array => new Int32Array(length).fill(id);
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function drain(engine: TestEngine): Promise<void> {
  for (let batch = engine.batches.shift(); batch !== undefined; batch = engine.batches.shift()) {
    batch.done();
    await settle();
  }
}

describe('a request', () => {
  it('has a logit for each of its windows, in their order', async () => {
    const engine = new TestEngine();
    const batcher = new Batcher(engine, new TestClock());
    const answer = batcher.run([window(5), window(6, 100), window(7), window(8, 40)], { priority: 'stream' });
    await drain(engine);
    expect([...(await answer)]).toEqual([5, 6, 7, 8]);
    expect([...(await batcher.run([], { priority: 'stream' }))]).toEqual([]);
  });

  it('has the shares of the pieces where it wants them, also beside one that does not', async () => {
    const engine = new TestEngine();
    const batcher = new Batcher(engine, new TestClock());
    const running = batcher.run([window(1)], { priority: 'stream' });
    const plain = batcher.read([window(4, 8)], { priority: 'stream' });
    const shared = batcher.read([window(6, 8), window(9, 12)], { priority: 'stream' }, true);
    await drain(engine);
    await running;
    expect(await plain).toEqual({ logits: Float32Array.of(4), shares: null });
    const { logits, shares } = await shared;
    expect([...logits]).toEqual([6, 9]);
    expect(shares!.map(({ length }) => length)).toEqual([8, 12]);
    shares!.forEach((own, i) => {
      expect(own.reduce((sum, share) => sum + share, 0)).toBeCloseTo(logits[i]!, 5);
    });
    expect(await batcher.read([], { priority: 'stream' }, true)).toEqual({
      logits: new Float32Array(),
      shares: [],
    });
  });

  it('asks the engine for no shares that nobody wants', async () => {
    const engine = new TestEngine();
    const answer = new Batcher(engine, new TestClock()).run([window(5)], { priority: 'stream' });
    expect(engine.batches.map(({ wanted }) => wanted)).toEqual([false]);
    await drain(engine);
    await answer;
  });

  it('is spread over the lanes that are free', async () => {
    const engine = new TestEngine(2);
    const answer = new Batcher(engine, new TestClock()).run(
      [1, 2, 3, 4].map((id) => window(id)),
      {
        priority: 'interactive',
      },
    );
    expect(engine.batches.map(({ batch }) => batch.length)).toEqual([2, 2]);
    await drain(engine);
    expect([...(await answer)]).toEqual([1, 2, 3, 4]);
  });

  it('waits for company where the engine wants it', async () => {
    const clock = new TestClock();
    const engine = new TestEngine(1, { windows: 4, pieces: 512, delayMs: 5 });
    const batcher = new Batcher(engine, clock);
    const first = batcher.run([window(1)], { priority: 'stream' });
    clock.pass(4);
    const second = batcher.run([window(2)], { priority: 'stream' });
    expect(engine.batches).toHaveLength(0);
    clock.pass(1);
    expect(engine.batches[0]?.batch).toHaveLength(2);
    await drain(engine);
    expect([...(await first), ...(await second)]).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('is refused when there is no room, and told when to come back', async () => {
    const engine = new TestEngine();
    const batcher = new Batcher(engine, new TestClock(), 2);
    const running = batcher.run([window(0)], { priority: 'interactive' });
    const waiting = batcher.run([window(1), window(2)], { priority: 'interactive' });
    await expect(batcher.run([window(3)], { priority: 'interactive' })).rejects.toMatchObject({
      code: 'overload.queue_full',
      retryAfterS: 1,
    });
    await drain(engine);
    await expect(Promise.all([running, waiting])).resolves.toHaveLength(2);
  });

  it('ends at its deadline, and what it left in the queue is not computed', async () => {
    const clock = new TestClock();
    const engine = new TestEngine();
    const batcher = new Batcher(engine, clock);
    const running = batcher.run([window(0)], { priority: 'stream', deadlineMs: 10 });
    const waiting = batcher.run([window(1)], { priority: 'stream', deadlineMs: 20 });
    const late = expect(waiting).rejects.toMatchObject({ code: 'request.timeout' });
    const alsoLate = expect(running).rejects.toMatchObject({ code: 'request.timeout' });
    clock.pass(20);
    await Promise.all([late, alsoLate]);
    expect(batcher.size).toBe(0);
    await drain(engine);
    expect(engine.batches).toHaveLength(0);
  });

  it('ends with the reason of its signal', async () => {
    const engine = new TestEngine();
    const batcher = new Batcher(engine, new TestClock());
    const controller = new AbortController();
    const running = batcher.run([window(0)], { priority: 'stream', signal: controller.signal });
    const gone = expect(running).rejects.toThrow('the client went away');
    controller.abort(new Error('the client went away'));
    await gone;
    await expect(batcher.run([window(0)], { priority: 'stream', signal: controller.signal })).rejects.toThrow(
      'the client went away',
    );
  });

  it('fails when the engine fails, and the next one does not', async () => {
    const engine = new TestEngine();
    const batcher = new Batcher(engine, new TestClock());
    const first = batcher.run(
      [1, 2, 3, 4, 5].map((id) => window(id)),
      { priority: 'stream' },
    );
    const failing = expect(first).rejects.toThrow('out of memory');
    engine.batches.shift()?.fail(new Error('out of memory'));
    await failing;
    const second = batcher.run([window(6)], { priority: 'stream' });
    await drain(engine);
    expect([...(await second)]).toEqual([6]);
  });

  it('fails when all is closed', async () => {
    const batcher = new Batcher(new TestEngine(), new TestClock());
    const waiting = batcher.run([window(1)], { priority: 'stream' });
    const failing = expect(waiting).rejects.toMatchObject({ code: 'detector.engine' });
    batcher.close();
    await failing;
    await expect(batcher.run([window(1)], { priority: 'stream' })).rejects.toMatchObject({
      code: 'detector.engine',
    });
  });
});

it('every request settles, right or with a code, whatever happens when', async () => {
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        ask: fc.array(fc.integer({ min: 2, max: 128 }), { maxLength: 5 }),
        priority: fc.constantFrom('interactive' as const, 'stream' as const),
        deadlineMs: fc.option(fc.nat(30), { nil: undefined }),
        abort: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ done: fc.nat(3) }) },
    fc.record({ fail: fc.nat(3) }),
    fc.record({ pass: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(5),
      async (actions, lanes, delayMs) => {
        const clock = new TestClock();
        const engine = new TestEngine(lanes, { windows: 3, pieces: 200, delayMs });
        const batcher = new Batcher(engine, clock, 12);
        const outcomes: Promise<unknown>[] = [];
        let id = 0;
        for (const step of actions) {
          if ('ask' in step) {
            const windows = step.ask.map((length) => window(id++, length));
            const controller = new AbortController();
            const { priority, deadlineMs } = step;
            const answer = batcher.run(windows, { priority, deadlineMs, signal: controller.signal });
            outcomes.push(
              answer.then(
                (logits) => expect([...logits]).toEqual(windows.map((own) => own[1])),
                (error) => expect(error instanceof AssayError || error.message === 'wanted').toBe(true),
              ),
            );
            if (step.abort) controller.abort(new Error('wanted'));
          } else if ('pass' in step) clock.pass(step.pass);
          else if ('done' in step) engine.batches.splice(step.done, 1)[0]?.done();
          else engine.batches.splice(step.fail, 1)[0]?.fail(new Error('wanted'));
          await settle();
          expect(engine.batches.length).toBeLessThanOrEqual(lanes);
        }
        clock.pass(1_000);
        while (engine.batches.length > 0 || batcher.size > 0) {
          await drain(engine);
          clock.pass(delayMs);
          await settle();
        }
        await Promise.all(outcomes);
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

it('the clock of the system calls back, unless it is told not to', async () => {
  const called: string[] = [];
  const start = systemClock.now();
  systemClock.after(1, () => called.push('no'))();
  await new Promise<void>((resolve) => systemClock.after(2, resolve));
  expect(called).toEqual([]);
  expect(systemClock.now()).toBeGreaterThanOrEqual(start);
});

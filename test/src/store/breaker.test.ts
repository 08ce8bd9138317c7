/** The breaker as a state machine: against a model, over any order of calls, outcomes and time. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AssayError } from '../../../schemas/errors.js';
import type { BlobStore, Collection, Doc, Store } from '../../../schemas/store/port.js';
import { Breaker, type BreakerState } from '../../../src/store/breaker.js';
import { guardedBlobs, guardedStore } from '../../../src/store/guarded.js';

const outage = () => new AssayError('store.unavailable', 'away');
const OPTIONS = { failures: 3, firstOpenMs: 100, lastOpenMs: 400 };

/** A call whose end is decided by the test. */
function call(breaker: Breaker) {
  let end: (error: Error | null) => void = () => undefined;
  let begun = false;
  const done = breaker
    .run(
      () =>
        new Promise<void>((resolve, reject) => {
          begun = true;
          end = (error) => (error === null ? resolve() : reject(error));
        }),
    )
    .then(
      () => null,
      (error: AssayError) => error,
    );
  return { begun: () => begun, done, end: (error: Error | null) => end(error) };
}

const fail = async (breaker: Breaker, times: number) => {
  for (let i = 0; i < times; i += 1) await breaker.run(() => Promise.reject(outage())).catch(() => undefined);
};

describe('a breaker', () => {
  it('opens after failures in a row, refuses with the time to come back, and lets one call try', async () => {
    let now = 0;
    const changes: BreakerState[] = [];
    const breaker = new Breaker({ ...OPTIONS, now: () => now, onChange: (state) => changes.push(state) });
    await fail(breaker, 2);
    await breaker.run(async () => undefined);
    await fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    await fail(breaker, 1);
    expect(breaker.state).toBe('open');
    const refused = call(breaker);
    expect(await refused.done).toMatchObject({ code: 'store.unavailable', retryAfterS: 1 });
    expect(refused.begun()).toBe(false);
    now = 100;
    const trial = call(breaker);
    const second = call(breaker);
    expect([trial.begun(), second.begun(), breaker.state]).toEqual([true, false, 'half-open']);
    trial.end(null);
    await trial.done;
    expect(breaker.state).toBe('closed');
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  it('stays open longer after each trial that failed, up to a bound, and forgets that once it was closed', async () => {
    let now = 0;
    const breaker = new Breaker({ ...OPTIONS, now: () => now });
    await fail(breaker, 3);
    for (const openMs of [100, 200, 400, 400]) {
      now += openMs - 1;
      await fail(breaker, 1);
      expect(breaker.state).toBe('open');
      now += 1;
      if (openMs !== 400) await fail(breaker, 1);
      else break;
    }
    await fail(breaker, 1);
    now += 399;
    expect(call(breaker).begun()).toBe(false);
    now += 1;
    await breaker.run(async () => undefined);
    await fail(breaker, 3);
    now += 100;
    expect(call(breaker).begun()).toBe(true);
  });

  it('takes a refusal for an answer', async () => {
    const breaker = new Breaker(OPTIONS);
    for (let i = 0; i < 9; i += 1) {
      await breaker.run(() => Promise.reject(new AssayError('store.conflict'))).catch(() => undefined);
      await breaker.run(() => Promise.reject(new TypeError('x'))).catch(() => undefined);
    }
    expect(breaker.state).toBe('closed');
  });

  it('keeps to its model whatever comes in which order', async () => {
    const step = fc.oneof(
      fc.constant({ do: 'call' as const }),
      fc.record({ do: fc.constant('end' as const), which: fc.nat(), fails: fc.boolean() }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 500 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        let now = 0;
        const breaker = new Breaker({ ...OPTIONS, now: () => now });
        const running: { call: ReturnType<typeof call>; era: number }[] = [];
        // The model: state, failures in a row, until when it is open and for how long, and the era of a call.
        const model = { state: 'closed', inARow: 0, untilMs: 0, openMs: 100, era: 0, trying: false };
        const change = (state: string) =>
          Object.assign(model, { state, inARow: 0, trying: false, era: model.era + 1 });
        for (const one of steps) {
          if (one.do === 'wait') now += one.ms;
          else if (one.do === 'call') {
            if (model.state === 'open' && now >= model.untilMs) change('half-open');
            const enters = model.state === 'closed' || (model.state === 'half-open' && !model.trying);
            if (model.state === 'half-open') model.trying = true;
            const made = call(breaker);
            expect(made.begun()).toBe(enters);
            if (enters) running.push({ call: made, era: model.era });
          } else if (running.length > 0) {
            const [{ call: ended, era }] = running.splice(one.which % running.length, 1) as [
              (typeof running)[0],
            ];
            ended.end(one.fails ? outage() : null);
            await ended.done;
            if (era !== model.era) continue;
            if (!one.fails) {
              model.inARow = 0;
              if (model.state !== 'closed') {
                model.openMs = 100;
                change('closed');
              }
              continue;
            }
            model.inARow += 1;
            const half = model.state === 'half-open';
            if (!half && model.inARow < 3) continue;
            if (half) model.openMs = Math.min(400, model.openMs * 2);
            model.untilMs = now + model.openMs;
            change('open');
          }
          expect(breaker.state).toBe(model.state);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a store behind its breaker', () => {
  it('is left alone by every operation, while readiness asks it itself', async () => {
    let asked = 0;
    const away = async (): Promise<never> => {
      asked += 1;
      throw outage();
    };
    const names = 'get getMany insert update findAndUpdate delete bulk page count explain'.split(' ');
    const collection = Object.fromEntries(names.map((name) => [name, away])) as unknown as Collection<Doc>;
    const inner = { engine: 'mongo', collection: () => collection, ping: away, close: async () => undefined };
    const breaker = new Breaker({ failures: 1, now: () => 0 });
    const store = guardedStore(inner as unknown as Store, breaker);
    const blobs = guardedBlobs({ put: away, get: away, delete: away } as BlobStore, breaker);
    const guarded = store.collection({ name: 'c', indexes: [] }) as unknown as Record<
      string,
      () => Promise<void>
    >;
    for (const name of names)
      await expect(guarded[name]!()).rejects.toMatchObject({ code: 'store.unavailable' });
    await expect(blobs.put(Buffer.alloc(0))).rejects.toThrow();
    await expect(blobs.get('x')).rejects.toThrow();
    await expect(blobs.delete('x')).rejects.toThrow();
    expect(asked).toBe(1);
    await expect(store.ping()).rejects.toThrow('away');
    expect(asked).toBe(2);
    await store.close();
  });
});

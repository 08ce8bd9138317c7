/** Whose turn it is, measured on a simulated clock: what one owner brings does not delay another. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairTurns } from '../../../streams/log/fair-turns.js';

const FOREVER = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Batch {
  owner: string;
  /** When it comes in, and how long it takes, in simulated ms; a record takes one. */
  atMs: number;
  size: number;
}

/** Runs batches over one place on a simulated clock. @returns ms from coming in to being done, by owner, in order */
async function delays(batches: readonly Batch[]): Promise<Map<string, number[]>> {
  const turns = new FairTurns(1);
  const results = new Map<string, number[]>();
  let now = 0;
  const waiting = [...batches].sort((a, b) => a.atMs - b.atMs);
  let running: { batch: Batch; release: () => void; endMs: number } | null = null;
  let left = waiting.length;
  const arrive = (): void => {
    while (waiting[0] !== undefined && waiting[0].atMs <= now) {
      const batch = waiting.shift() as Batch;
      void turns.take(batch.owner, batch.size, FOREVER).then((release) => {
        running = { batch, release: release as () => void, endMs: now + batch.size };
      });
    }
  };
  while (left > 0) {
    arrive();
    await turn();
    const done = running as { batch: Batch; release: () => void; endMs: number } | null;
    const next = waiting[0]?.atMs ?? Number.POSITIVE_INFINITY;
    if (done === null || next < done.endMs) {
      now = next;
      continue;
    }
    now = done.endMs;
    running = null;
    left -= 1;
    const own = results.get(done.batch.owner) ?? [];
    results.set(done.batch.owner, [...own, now - done.batch.atMs]);
    arrive();
    done.release();
    await turn();
  }
  return results;
}

describe('turns over one place', () => {
  const few = Array.from({ length: 20 }, (_none, i) => ({ owner: 'few', atMs: 5_000 * i, size: 10 }));
  /** A hundred batches of 500 at once: 50 s of work before anything else would be done in the order of arrival. */
  const flood = Array.from({ length: 100 }, () => ({ owner: 'flood', atMs: 0, size: 500 }));
  const worst = async (batches: readonly Batch[]) => Math.max(...((await delays(batches)).get('few') ?? []));

  it('delay who brings little by the batch in hand at most, whatever the flood of another', async () => {
    expect(await worst(few)).toBe(10);
    const beside = await worst([...flood, ...few]);
    expect(beside).toBeLessThanOrEqual(500 + 10);
    const twice = await worst([...flood, ...flood, ...few]);
    expect(twice).toBe(beside);
    const asOne = (batches: readonly Batch[]) => batches.map((batch) => ({ ...batch, owner: 'few' }));
    expect(await worst([...asOne(flood), ...few])).toBeGreaterThan(40_000);
  });

  it('give two who both bring more than there is room for half of it each', async () => {
    const batches = ['a', 'b'].flatMap((owner) =>
      Array.from({ length: 50 }, () => ({ owner, atMs: 0, size: owner === 'a' ? 100 : 25 })),
    );
    const order: string[] = [];
    const turns = new FairTurns(1);
    let served = Promise.resolve();
    for (const { owner, size } of batches) {
      const took = turns.take(owner, size, FOREVER);
      served = Promise.all([
        served,
        took.then((release) => {
          order.push(owner);
          (release as () => void)();
        }),
      ]).then(() => undefined);
    }
    await served;
    const untilB = order.slice(0, order.lastIndexOf('b') + 1);
    // Fifty small batches of b are as much as twelve and a half large ones of a.
    expect(untilB.filter((owner) => owner === 'a').length).toBeGreaterThanOrEqual(11);
    expect(untilB.filter((owner) => owner === 'a').length).toBeLessThanOrEqual(14);
  });

  it('pass over who has given up waiting', async () => {
    const turns = new FairTurns(1);
    const first = await turns.take('a', 1, FOREVER);
    const gone = new AbortController();
    const second = turns.take('a', 1, gone.signal);
    const third = turns.take('a', 1, FOREVER);
    gone.abort();
    expect(await second).toBeNull();
    expect(await turns.take('a', 1, gone.signal)).toBeNull();
    first?.();
    first?.();
    expect(await third).not.toBeNull();
  });

  it('never give more places than there are, and every one of them in the end', async () => {
    const request = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      size: fc.integer({ min: 1, max: 50 }),
      aborts: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(request), async (places, requests) => {
        const turns = new FairTurns(places);
        let held = 0;
        let most = 0;
        const outcomes = await Promise.all(
          requests.map(async ({ owner, size, aborts }) => {
            const abort = new AbortController();
            const taking = turns.take(owner, size, abort.signal);
            if (aborts) abort.abort();
            const release = await taking;
            if (release === null) return aborts;
            held += 1;
            most = Math.max(most, held);
            await Promise.resolve();
            held -= 1;
            release();
            return true;
          }),
        );
        expect(outcomes.every(Boolean)).toBe(true);
        expect(most).toBeLessThanOrEqual(places);
      }),
    );
  });
});

/** Which windows share a batch, and who comes when. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BatchShape } from '../../../detectors/runtime/engine.js';
import { FairHeap } from '../../../detectors/runtime/fair-heap.js';
import {
  INTERACTIVE_IN_A_ROW,
  PRIORITIES,
  STREAM_SHARE,
  WindowQueue,
} from '../../../detectors/runtime/window-queue.js';

const SHAPE: BatchShape = { windows: 4, pieces: 256, delayMs: 0 };
const windows = (...lengths: number[]) => lengths.map((length) => new Int32Array(length));
const many = (count: number, length: number) => windows(...Array.from({ length: count }, () => length));

/** What the next batch holds, as request and index. */
function taken(queue: WindowQueue<string>, shape = SHAPE, now = 0, most = 99): string[] {
  const next = queue.take(shape, now, most);
  if (next === null || 'waitMs' in next) throw new Error('expected a batch');
  return next.batch.map(({ request, index }) => `${request}${index}`);
}

describe('a batch', () => {
  it('holds windows of about the same length, in their order', () => {
    const queue = new WindowQueue<string>(99);
    queue.offer('a', windows(10, 100, 12, 110), 'stream', 0);
    expect(taken(queue)).toEqual(['a0', 'a2']);
    expect(taken(queue)).toEqual(['a1', 'a3']);
    expect(queue.take(SHAPE, 0, 9)).toBeNull();
  });

  it('has no more windows and padded pieces than its shape, nor than is wanted', () => {
    const queue = new WindowQueue<string>(99);
    queue.offer('a', many(6, 10), 'stream', 0);
    queue.offer('b', windows(120, 128, 128), 'stream', 0);
    expect(taken(queue)).toHaveLength(4);
    expect(taken(queue, SHAPE, 0, 1)).toEqual(['b0']);
    expect(taken(queue)).toEqual(['a4', 'a5']);
    // At least one, whatever is wanted or fits.
    expect(taken(queue, { ...SHAPE, pieces: 5 }, 0, 0)).toHaveLength(1);
  });

  it('waits for company as long as its shape says, unless it is full', () => {
    const queue = new WindowQueue<string>(99);
    const patient = { ...SHAPE, delayMs: 10 };
    queue.offer('a', windows(8), 'stream', 100);
    expect(queue.take(patient, 103, 9)).toEqual({ waitMs: 7 });
    expect(taken(queue, patient, 110)).toEqual(['a0']);
    queue.offer('b', many(4, 8), 'stream', 200);
    expect(taken(queue, patient, 200)).toHaveLength(4);
  });
});

describe('the order', () => {
  it('has interactive windows first, and a stream after so many batches of them', () => {
    const queue = new WindowQueue<string>(99);
    queue.offer('s', many(2, 8), 'stream', 0);
    queue.offer('i', many(INTERACTIVE_IN_A_ROW + 1, 8), 'interactive', 0);
    const order = Array.from({ length: INTERACTIVE_IN_A_ROW + 3 }, () => taken(queue, SHAPE, 0, 1)[0]);
    const rows = Array.from({ length: INTERACTIVE_IN_A_ROW }, (_, i) => `i${i}`);
    expect(order).toEqual([...rows, 's0', `i${INTERACTIVE_IN_A_ROW}`, 's1']);
  });

  it('lets a small request pass a large one that came before', () => {
    const queue = new WindowQueue<string>(99);
    queue.offer('large', many(50, 100), 'stream', 0);
    taken(queue, SHAPE, 0, 1);
    queue.offer('small', many(1, 100), 'stream', 1);
    const order = Array.from({ length: 3 }, () => taken(queue, SHAPE, 0, 1)[0]);
    expect(order).toContain('small0');
  });

  it('comes to every window in the end, though small requests keep coming', () => {
    const queue = new WindowQueue<string>(99);
    queue.offer('large', many(6, 100), 'interactive', 0);
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 80; round++) {
      queue.offer('small', windows(20, 100), 'interactive', 0);
      seen.add(taken(queue, SHAPE, 0, 1)[0]);
      seen.add(taken(queue, SHAPE, 0, 1)[0]);
    }
    expect([...seen].filter((name) => name?.startsWith('large'))).toHaveLength(6);
  });
});

describe('the room', () => {
  it('is for all windows of a request or for none, and streams leave some for others', () => {
    const queue = new WindowQueue<string>(10);
    const share = Math.floor(STREAM_SHARE * 10);
    expect(queue.offer('a', many(share + 1, 8), 'stream', 0)).toBeNull();
    expect(queue.offer('a', many(share, 8), 'stream', 0)).toHaveLength(share);
    expect(queue.offer('b', many(1, 8), 'stream', 0)).toBeNull();
    expect(queue.offer('c', many(3, 8), 'interactive', 0)).toBeNull();
    expect(queue.offer('c', many(2, 8), 'interactive', 0)).toHaveLength(2);
    expect(queue.size).toBe(10);
  });

  it('comes back at once when windows are dropped, and they are in no batch', () => {
    const queue = new WindowQueue<string>(400);
    const dropped = queue.offer('a', many(300, 8), 'interactive', 0)!;
    queue.offer('b', many(2, 8), 'interactive', 0);
    queue.drop(dropped, 'interactive');
    queue.drop(dropped, 'interactive');
    expect(queue.size).toBe(2);
    expect(taken(queue)).toEqual(['b0', 'b1']);
    expect(queue.take(SHAPE, 0, 9)).toBeNull();
  });
});

it('gives out each window once, unless it was dropped, and counts right, whatever happens', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('offer' as const),
      lengths: fc.array(fc.integer({ min: 2, max: 128 }), { maxLength: 9 }),
      priority: fc.constantFrom(...PRIORITIES),
    }),
    fc.record({ do: fc.constant('take' as const), most: fc.nat(6) }),
    fc.record({ do: fc.constant('drop' as const), which: fc.nat(9) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new WindowQueue<number>(40);
      const requests: {
        waiting: ReturnType<typeof queue.offer>;
        priority: (typeof PRIORITIES)[number];
        dropped: boolean;
      }[] = [];
      const due = new Set<string>();
      const take = (most: number): boolean => {
        const next = queue.take(SHAPE, 0, most);
        if (next === null || 'waitMs' in next) return false;
        const longest = Math.max(...next.batch.map(({ window }) => window.length));
        expect(next.batch.length === 1 || longest * next.batch.length <= SHAPE.pieces).toBe(true);
        expect(next.batch.length).toBeLessThanOrEqual(Math.max(1, Math.min(most, SHAPE.windows)));
        for (const { request, index } of next.batch) expect(due.delete(`${request} ${index}`)).toBe(true);
        return true;
      };
      for (const action of steps) {
        if (action.do === 'offer') {
          const waiting = queue.offer(requests.length, windows(...action.lengths), action.priority, 0);
          for (const { index } of waiting ?? []) due.add(`${requests.length} ${index}`);
          requests.push({ waiting, priority: action.priority, dropped: false });
        } else if (action.do === 'take') {
          take(action.most);
        } else {
          const request = requests[action.which];
          queue.drop(request?.waiting ?? [], request?.priority ?? 'stream');
          for (const { index } of request?.waiting ?? []) due.delete(`${action.which} ${index}`);
        }
        expect(queue.size).toBe(due.size);
      }
      while (take(4));
      expect(due.size).toBe(0);
    }),
  );
});

it('a heap gives out what it holds in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), fc.nat(9), (turns, without) => {
      const heap = new FairHeap<{ turn: number; order: number }>();
      turns.forEach((turn, order) => {
        heap.push({ turn, order });
      });
      heap.filter(({ turn }) => turn !== without);
      const out = Array.from({ length: heap.size }, () => heap.pop()!);
      const kept = turns.map((turn, order) => ({ turn, order })).filter(({ turn }) => turn !== without);
      expect(out).toEqual(kept.sort((a, b) => a.turn - b.turn || a.order - b.order));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

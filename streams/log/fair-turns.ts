/**
 * Whose batch is handled next, where several wait for one of a few places: start-time fair queueing over owners (Goyal, Vin
 * and Cheng 1996). An owner who brings much waits behind what it brought itself; one who brings little waits for the batch
 * in hand, however long the queue of the other is. Pure order: no clock, no timers.
 */
import { FairHeap, type Turn } from '../../detectors/runtime/fair-heap.js';

interface Waiter extends Turn {
  give(): void;
  gone: boolean;
}

export class FairTurns {
  readonly #heap = new FairHeap<Waiter>();
  /** Where the next turn of each owner begins, of those who are ahead of `#now`. */
  readonly #next = new Map<string, number>();
  #free: number;
  /** The turn that was given last: where an owner begins who had nothing waiting. */
  #now = 0;
  #order = 0;

  /** @param places batches handled at the same time */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Waits for a place.
   * @param size of what is to be done, in records
   * @returns how to give the place back, to be called once; null when the signal was aborted first
   */
  async take(owner: string, size: number, signal: AbortSignal): Promise<(() => void) | null> {
    if (signal.aborted) return null;
    const turn = Math.max(this.#now, this.#next.get(owner) ?? 0);
    this.#next.set(owner, turn + size);
    return new Promise((resolve) => {
      const leave = (): void => {
        waiter.gone = true;
        resolve(null);
      };
      const waiter: Waiter = {
        turn,
        order: this.#order++,
        gone: false,
        give: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#placeOnce());
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#heap.push(waiter);
      this.#hand();
    });
  }

  #placeOnce(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#free += 1;
      this.#hand();
    };
  }

  #hand(): void {
    while (this.#free > 0) {
      const next = this.#heap.pop();
      if (next === undefined) break;
      if (next.gone) continue;
      this.#free -= 1;
      this.#now = Math.max(this.#now, next.turn);
      // Whoever is not ahead of the present turn is as good as new: remembered, it would only fill the memory.
      for (const [owner, at] of this.#next) if (at <= this.#now) this.#next.delete(owner);
      next.give();
    }
  }
}

/** Parts that die at a chosen step: the k-th call to store or log throws, before, after or in the middle of its work. */
import type { BulkOp, Collection, Doc } from '../../../schemas/store/port.js';
import type { RecordCollections } from '../../../streams/records.js';
import type { SentLog } from './parts.js';

export type Moment = 'before' | 'after' | 'middle';

/** The process is gone: nothing of it may be caught or retried. */
export class Crash extends Error {}

export class Fuse {
  #left: number;
  readonly moment: Moment;
  calls = 0;

  constructor(at: number, moment: Moment) {
    this.#left = at;
    this.moment = moment;
  }

  /** Runs one step, or blows. */
  async step<T>(work: () => Promise<T>, half: () => Promise<unknown>): Promise<T> {
    this.calls += 1;
    this.#left -= 1;
    // After the crash nothing of this process runs any more.
    if (this.#left < 0) throw new Crash('already dead');
    if (this.#left > 0) return work();
    if (this.moment === 'middle') await half();
    if (this.moment === 'after') await work();
    throw new Crash('killed');
  }
}

const nothing = async (): Promise<void> => undefined;

function mortal<T extends Doc>(collection: Collection<T>, fuse: Fuse): Collection<T> {
  return new Proxy(collection, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) =>
        fuse.step(
          () => method.apply(target, args) as Promise<unknown>,
          name === 'bulk'
            ? () =>
                target.bulk((args[0] as BulkOp<T>[]).slice(0, Math.ceil((args[0] as BulkOp<T>[]).length / 2)))
            : nothing,
        );
    },
  });
}

export function mortalParts(collections: RecordCollections, log: SentLog, fuse: Fuse) {
  const wrapped = Object.fromEntries(
    Object.entries(collections).map(([name, collection]) => [
      name,
      mortal(collection as Collection<Doc>, fuse),
    ]),
  ) as unknown as RecordCollections;
  const mortalLog = Object.assign(Object.create(log) as SentLog, {
    send: (topic: string, records: Parameters<SentLog['send']>[1]) =>
      fuse.step(
        () => log.send(topic, records),
        () => log.send(topic, records.slice(0, Math.ceil(records.length / 2))),
      ),
  });
  return { collections: wrapped, log: mortalLog };
}

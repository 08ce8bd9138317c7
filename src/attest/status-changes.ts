/**
 * Looks for changed status lists once for everybody who follows them, however many: at every change of this process, and
 * each second for those of others. Nobody follows, nobody looks.
 */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { StatusListDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';
import type { StatusPublisher } from './status-publisher.js';

/** Another process's change is looked for so often; this process's own are told at once. */
const POLL_MS = 1_000;
/** Two processes' clocks may differ, and a write may be late, by so much: a position is read again from before it. */
const OVERLAP_MS = 5_000;
const PAGE = 500;

/** Gets each change once; must not block. */
export interface ChangeReader {
  deliver(doc: StatusListDoc): void;
  /** The store could not be read; nothing is delivered any more. */
  fail(error: unknown): void;
}

type Lists = Pick<Context['collections'], 'statusLists'>;

/** Every list that changed since a time, the overlap included, in the order of the changes. */
export async function* changedSince({ statusLists }: Lists, sinceMs: number): AsyncGenerator<StatusListDoc> {
  let after: string | undefined;
  do {
    const page = await statusLists.page({
      index: 'by_change',
      where: { changedMs: { gte: sinceMs - OVERLAP_MS } },
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.docs;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

export class StatusChanges {
  private readonly readers = new Set<ChangeReader>();
  private looking: AbortController | undefined;

  constructor(
    private readonly collections: Lists,
    private readonly lists: Pick<StatusPublisher, 'changes'>,
    private readonly clock: Context['clock'],
  ) {}

  /** Delivers what changes from now on. @returns leaves again */
  add(reader: ChangeReader): () => void {
    this.readers.add(reader);
    this.looking ??= this.start();
    return () => {
      this.readers.delete(reader);
      if (this.readers.size > 0) return;
      this.looking?.abort();
      this.looking = undefined;
    };
  }

  private start(): AbortController {
    const looking = new AbortController();
    this.look(looking.signal).catch((error: unknown) => {
      if (this.looking !== looking) return;
      this.looking = undefined;
      const readers = [...this.readers];
      this.readers.clear();
      for (const reader of readers) reader.fail(error);
    });
    return looking;
  }

  private async look(signal: AbortSignal): Promise<void> {
    let position = this.clock();
    const told = new Map<string, number>();
    while (!signal.aborted) {
      const changed = this.wait(signal);
      for await (const doc of changedSince(this.collections, position)) {
        position = Math.max(position, doc.changedMs ?? 0);
        if (told.get(doc._id) === doc.revision) continue;
        told.set(doc._id, doc.revision);
        for (const reader of this.readers) reader.deliver(doc);
      }
      await changed;
    }
  }

  /** Until this process changes a list, or it is time to look for others' changes. */
  private async wait(signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = { signal: AbortSignal.any([signal, done.signal]) };
    const quietly = () => undefined;
    await Promise.race([
      once(this.lists.changes, 'change', either).catch(quietly),
      setTimeout(POLL_MS, undefined, either).catch(quietly),
    ]);
    done.abort();
  }
}

/**
 * Which status lists changed, as a stream: a list that changed more than once since the reader's position is told once,
 * since the newest list says all. An event names a list and never an entry, so it tells no more than the list does.
 */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { StatusListDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';
import type { StatusPublisher } from './status-publisher.js';

/** Another process's change is looked for so often; this process's own are told at once. */
const POLL_MS = 1_000;
/** Two processes' clocks may differ, and a write may be late, by so much: a position is read again from before it. */
const OVERLAP_MS = 5_000;
const PAGE = 500;
const POSITION = /^[0-9a-z]{1,10}$/;

/** Where events go: false when the reader has to be waited for. */
export interface EventSink {
  write(frame: string): boolean;
  room(signal: AbortSignal): Promise<unknown>;
}

export class StatusEvents {
  private open = 0;

  constructor(
    private readonly collections: Pick<Context['collections'], 'statusLists'>,
    private readonly lists: Pick<StatusPublisher, 'uriOf' | 'changes'>,
    private readonly clock: Context['clock'],
  ) {}

  /** Streams open now. */
  get connections(): number {
    return this.open;
  }

  /** Where to begin: `now`, `earliest` for every list there is, or the id of an event. @throws {AssayError} `request.cursor` */
  startOf(position: string): number {
    if (position === 'now') return this.clock();
    if (position === 'earliest') return 0;
    if (!POSITION.test(position)) throw new AssayError('request.cursor');
    return Number.parseInt(position, 36);
  }

  /** @throws {AssayError} `overload.streams` when there is no room for another stream */
  checkRoom(): void {
    if (this.open < LIMITS.statusFollowers) return;
    throw new AssayError('overload.streams', undefined, { retryAfterS: 10 });
  }

  /** Tells what changed since `start`, then what changes, until the signal is aborted. */
  async follow(start: number, sink: EventSink, signal: AbortSignal): Promise<void> {
    this.open++;
    const end = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.sseLifetimeMs)]);
    try {
      await this.run(start, sink, end);
    } catch (error) {
      if (!end.aborted) throw error;
    } finally {
      this.open--;
    }
  }

  private async run(start: number, sink: EventSink, signal: AbortSignal): Promise<void> {
    let position = start;
    let spokeMs = Date.now();
    const told = new Map<string, number>();
    const send = async (frame: string) => {
      spokeMs = Date.now();
      if (!sink.write(frame)) await sink.room(signal);
    };
    await send(`retry: 2000\nid: ${position.toString(36)}\n\n`);
    while (!signal.aborted) {
      const changed = this.wait(signal);
      for await (const doc of this.since(position - OVERLAP_MS)) {
        position = Math.max(position, doc.changedMs ?? 0);
        if (told.get(doc._id) === doc.revision) continue;
        told.set(doc._id, doc.revision);
        const data = JSON.stringify({ uri: this.lists.uriOf(Number(doc._id)) });
        // The overlap of the first look brings what was told before: harmless, and better than a gap.
        await send(`event: list\nid: ${position.toString(36)}\ndata: ${data}\n\n`);
      }
      if (Date.now() - spokeMs > LIMITS.sseHeartbeatMs) await send(`: ${position.toString(36)}\n\n`);
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

  private async *since(fromMs: number): AsyncGenerator<StatusListDoc> {
    let after: string | undefined;
    do {
      const page = await this.collections.statusLists.page({
        index: 'by_change',
        where: { changedMs: { gte: fromMs } },
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      yield* page.docs;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
}

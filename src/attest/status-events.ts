/**
 * Which status lists changed, as a stream: a list that changed more than once since the reader's position is told once,
 * since the newest list says all. An event names a list and never an entry, so it tells no more than the list does.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { StatusListDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';
import { type ChangeReader, changedSince, StatusChanges } from './status-changes.js';
import type { StatusPublisher } from './status-publisher.js';

const POSITION = /^[0-9a-z]{1,10}$/;

/** Where events go: false when the reader has to be waited for. */
export interface EventSink {
  write(frame: string): boolean;
  room(signal: AbortSignal): Promise<unknown>;
}

export class StatusEvents {
  private open = 0;
  private readonly openTo = new Map<string, number>();
  private readonly changes: StatusChanges;

  constructor(
    private readonly collections: Pick<Context['collections'], 'statusLists'>,
    private readonly lists: Pick<StatusPublisher, 'uriOf' | 'changes'>,
    private readonly clock: Context['clock'],
  ) {
    this.changes = new StatusChanges(collections, lists, clock);
  }

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

  /** @throws {AssayError} `overload.streams` when there is no room for another stream, or none to this address */
  checkRoom(address: string): void {
    const most = LIMITS.statusFollowersPerAddress;
    const detail =
      (this.openTo.get(address) ?? 0) >= most
        ? `expected at most ${most} streams to one address`
        : this.open >= LIMITS.statusFollowers
          ? 'as many streams are open as there may be'
          : null;
    if (detail !== null) throw new AssayError('overload.streams', detail, { retryAfterS: 10 });
  }

  /**
   * Tells what changed since `start`, then what changes, until the signal is aborted.
   * @param address whose stream it is
   * @throws {AssayError} `overload.streams`; whatever the store throws when it cannot be read
   */
  async follow(start: number, sink: EventSink, signal: AbortSignal, address: string): Promise<void> {
    this.checkRoom(address);
    this.open++;
    this.openTo.set(address, (this.openTo.get(address) ?? 0) + 1);
    const end = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.sseLifetimeMs)]);
    const inbox = new Inbox(end);
    const leave = this.changes.add(inbox);
    try {
      await this.run(start, sink, inbox, end);
    } catch (error) {
      if (!end.aborted) throw error;
    } finally {
      leave();
      this.open--;
      const left = this.openTo.get(address)! - 1;
      if (left > 0) this.openTo.set(address, left);
      else this.openTo.delete(address);
    }
  }

  private async run(start: number, sink: EventSink, inbox: Inbox, signal: AbortSignal): Promise<void> {
    let position = start;
    const told = new Map<string, number>();
    const send = async (frame: string) => {
      if (!sink.write(frame)) await sink.room(signal);
    };
    const tell = async ({ _id, revision, changedMs = 0 }: StatusListDoc) => {
      if ((told.get(_id) ?? -1) >= revision) return;
      told.set(_id, revision);
      position = Math.max(position, changedMs);
      const data = JSON.stringify({ uri: this.lists.uriOf(Number(_id)) });
      await send(`event: list\nid: ${position.toString(36)}\ndata: ${data}\n\n`);
    };
    await send(`retry: 2000\nid: ${position.toString(36)}\n\n`);
    // The overlap of this look brings what was told before: harmless, and better than a gap.
    for await (const doc of changedSince(this.collections, start)) {
      if (signal.aborted) return;
      await tell(doc);
    }
    while (!signal.aborted) {
      const changed = inbox.take();
      for (const doc of changed) await tell(doc);
      if (changed.length > 0) continue;
      if (!(await inbox.filled(LIMITS.sseHeartbeatMs))) await send(`: ${position.toString(36)}\n\n`);
    }
  }
}

/** What waits for one reader: of each list the newest change, so a slow reader costs no more than the lists there are. */
class Inbox implements ChangeReader {
  private readonly waiting = new Map<string, StatusListDoc>();
  private failure: { error: unknown } | undefined;
  private wake: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  deliver(doc: StatusListDoc): void {
    this.waiting.set(doc._id, doc);
    this.wake();
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake();
  }

  /** In the order of the changes. */
  take(): StatusListDoc[] {
    if (this.failure) throw this.failure.error;
    const docs = [...this.waiting.values()].sort((a, b) => (a.changedMs ?? 0) - (b.changedMs ?? 0));
    this.waiting.clear();
    return docs;
  }

  /** Waits until something happened here; false when nothing did for so long. */
  filled(ms: number): Promise<boolean> {
    if (this.waiting.size > 0 || this.failure) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

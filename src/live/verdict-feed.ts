/**
 * The live stream of verdicts, one per process: counts the connections of each tenant, and keeps one shared tail of the
 * verdicts topic as long as anybody follows.
 */
import type { Logger } from 'pino';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Verdict } from '../../schemas/verdict.js';
import type { Log, LogRecord } from '../../streams/log/port.js';
import { VERDICTS_TOPIC } from '../../streams/topics.js';
import { type Ending, Follower, type Sink } from './follower.js';
import { startingOffsets } from './position.js';
import { type Announcement, SharedTail } from './shared-tail.js';

export interface VerdictFeedParts {
  log: Log;
  logger: Logger;
  /** What followers are sent of a verdict, as JSON. */
  view(verdict: Verdict): unknown;
  /** Default LIMITS.sseHeartbeatMs and LIMITS.sseLifetimeMs. */
  heartbeatMs?: number;
  lifetimeMs?: number;
}

/** A place among the connections of a tenant, from `join` until `release`. */
export interface Joined {
  /** Sends until the signal is aborted or the reader cannot be served any longer. Gives the place back. */
  follow(sink: Sink, signal: AbortSignal): Promise<Ending>;
  /** Gives the place back without following. Idempotent. */
  release(): void;
}

export class VerdictFeed {
  readonly #parts: VerdictFeedParts;
  readonly #connections = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #tail: Promise<SharedTail> | null = null;
  #users = 0;

  constructor(parts: VerdictFeedParts) {
    this.#parts = parts;
  }

  /** Connections of all tenants. */
  get connections(): number {
    return this.#users;
  }

  /**
   * Takes a place and checks the position, before anything is sent.
   * @param position of an earlier stream, `now` or `earliest`
   * @throws {AssayError} `overload.streams`, `request.cursor`, `stream.expired`, `log.unavailable`
   */
  async join(tenant: string, position: string): Promise<Joined> {
    this.#closing.signal.throwIfAborted();
    const open = this.#connections.get(tenant) ?? 0;
    if (open >= LIMITS.sseConnections)
      throw new AssayError('overload.streams', undefined, { retryAfterS: 10 });
    this.#connections.set(tenant, open + 1);
    this.#users += 1;
    let placed = true;
    const release = () => {
      if (placed) this.#leave(tenant);
      placed = false;
    };
    try {
      const tail = await this.#shared();
      const start = startingOffsets(await this.#parts.log.bounds(VERDICTS_TOPIC), position);
      return {
        release,
        follow: (sink, signal) => this.#follow(tail, tenant, start, sink, signal).finally(release),
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  #leave(tenant: string): void {
    const open = (this.#connections.get(tenant) ?? 1) - 1;
    if (open === 0) this.#connections.delete(tenant);
    else this.#connections.set(tenant, open);
    this.#users -= 1;
    if (this.#users > 0) return;
    const tail = this.#tail;
    this.#tail = null;
    this.#keep(tail?.then((shared) => shared.close()).catch(() => undefined));
  }

  #keep(work: Promise<unknown> | undefined): void {
    if (work === undefined) return;
    this.#running.add(work);
    work.finally(() => this.#running.delete(work)).catch(() => undefined);
  }

  #shared(): Promise<SharedTail> {
    this.#tail ??= this.#open();
    return this.#tail;
  }

  async #open(): Promise<SharedTail> {
    const { log, logger } = this.#parts;
    try {
      const bounds = await log.bounds(VERDICTS_TOPIC);
      return await SharedTail.open(log, VERDICTS_TOPIC, bounds, this.#read, (error) =>
        logger.warn({ err: error }, 'the live stream reads again'),
      );
    } catch (error) {
      this.#tail = null;
      throw error;
    }
  }

  /** A record that is no verdict is somebody else's mistake: it is reported and passed over. */
  readonly #read = ({ value, partition, offset }: LogRecord): Announcement | null => {
    const unless = <T>(make: () => T): T | null => {
      try {
        return make();
      } catch (error) {
        const what = 'a record of the verdicts topic is no verdict';
        this.#parts.logger.warn({ err: error, partition, offset }, what);
        return null;
      }
    };
    const verdict = unless(() => JSON.parse(String(value)) as Verdict | null);
    if (typeof verdict?.tenant !== 'string') return null;
    let data: string | null | undefined;
    const made = () => {
      if (data === undefined) data = unless(() => JSON.stringify(this.#parts.view(verdict)));
      return data;
    };
    return { tenant: verdict.tenant, data: made };
  };

  async #follow(
    tail: SharedTail,
    tenant: string,
    start: readonly number[],
    sink: Sink,
    signal: AbortSignal,
  ): Promise<Ending> {
    const { log, heartbeatMs = LIMITS.sseHeartbeatMs, lifetimeMs = LIMITS.sseLifetimeMs } = this.#parts;
    const parts = { log, topic: VERDICTS_TOPIC, read: this.#read, tail };
    const follower = new Follower(parts, tenant, start, sink);
    const heart = setInterval(() => follower.heartbeat(), heartbeatMs);
    // Not AbortSignal.timeout: nothing but `any` would hold it, weakly, and collected as garbage it never fires.
    const old = new AbortController();
    const age = setTimeout(() => old.abort(), lifetimeMs);
    const end = AbortSignal.any([signal, this.#closing.signal, old.signal]);
    const run = follower.run(end).finally(() => {
      clearInterval(heart);
      clearTimeout(age);
    });
    this.#keep(run);
    return run;
  }

  /** Ends every connection and the tail. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new AssayError('request.timeout', 'The service is closing.'));
    await Promise.allSettled([...this.#running]);
    await this.#tail?.then((shared) => shared.close()).catch(() => undefined);
    this.#tail = null;
  }
}

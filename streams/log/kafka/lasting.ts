/** A kafkajs consumer that survives what kafkajs itself does not: after a crash without restart it is built anew. */
import type { Consumer } from 'kafkajs';
import { pause } from '../../retry.js';
import { translate } from './record.js';

const REBUILD_MS = 500;

export interface LastingOptions {
  create(): Consumer;
  /** Subscribes, runs and positions a connected consumer; called again for each that is built. */
  begin(consumer: Consumer): Promise<void>;
  /** Told of each crash and of each rebuilding that failed. */
  onError(error: unknown): void;
}

export class LastingConsumer {
  readonly #options: LastingOptions;
  readonly #stopping = new AbortController();
  #current: Consumer | null = null;
  #rebuilding: Promise<void> | null = null;

  constructor(options: LastingOptions) {
    this.#options = options;
  }

  /** The consumer that works now, or null between two. */
  get current(): Consumer | null {
    return this.#current;
  }

  /** @throws {AssayError} `log.unavailable` when the first consumer cannot begin */
  async open(): Promise<void> {
    try {
      await this.#build();
    } catch (error) {
      throw translate(error);
    }
  }

  async #build(): Promise<void> {
    const consumer = this.#options.create();
    let begun = false;
    let crash: unknown;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#options.onError(payload.error);
      if (payload.restart) return;
      // A group that cannot be joined is told by this event alone: `run` resolves all the same.
      crash = payload.error;
      if (begun && this.#current === consumer) this.#rebuilding ??= this.#rebuild(consumer);
    });
    try {
      await consumer.connect();
      this.#current = consumer;
      await this.#options.begin(consumer);
      if (crash !== undefined) throw crash;
      begun = true;
    } catch (error) {
      this.#current = null;
      await consumer.disconnect().catch(() => undefined);
      throw crash ?? error;
    }
  }

  async #rebuild(dead: Consumer): Promise<void> {
    const { signal } = this.#stopping;
    this.#current = null;
    await dead.disconnect().catch(() => undefined);
    while (this.#current === null) {
      await pause(REBUILD_MS, signal);
      if (signal.aborted) break;
      await this.#build().catch(this.#options.onError);
    }
    this.#rebuilding = null;
  }

  /** Leaves the group; what is being built is put down too. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#rebuilding;
    await this.#current?.disconnect();
    this.#current = null;
  }
}

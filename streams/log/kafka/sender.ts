/**
 * Appends records in the order they are given. One request at a time keeps the order of one key across calls; a
 * producer that failed is put down and replaced, because its sequence numbers are no longer in step with the broker's.
 */
import type { Producer } from 'kafkajs';
import { pause } from '../../retry.js';
import type { OutgoingRecord } from '../port.js';
import { requests, toMessage, translate } from './record.js';

const TRIES = 8;
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

export class Sender {
  readonly #create: () => Producer;
  #producer: Producer | null = null;
  #sending: Promise<unknown> = Promise.resolve();
  /** Producers that are being put down. */
  readonly #leaving = new Set<Promise<void>>();

  /** @param create makes a producer that is not connected yet */
  constructor(create: () => Producer) {
    this.#create = create;
  }

  /** Resolves when every record is acknowledged. @throws {AssayError} `log.unavailable` after 8 tries */
  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const turn = this.#sending.then(async () => {
      for (const part of requests(records)) await this.#append(topic, part);
    });
    this.#sending = turn.catch(() => undefined);
    await turn;
  }

  async #append(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const messages = records.map(toMessage);
    let waitMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries++) {
      try {
        if (this.#producer === null) {
          this.#producer = this.#create();
          await this.#producer.connect();
        }
        await this.#producer.send({ topic, acks: -1, messages });
        return;
      } catch (error) {
        this.#putDown();
        if (tries === TRIES) throw translate(error);
        await pause(waitMs);
        waitMs = Math.min(waitMs * 2, LAST_PAUSE_MS);
      }
    }
  }

  /** Nobody waits for a producer that failed; its connections are closed beside the next try. */
  #putDown(): void {
    const failed = this.#producer;
    this.#producer = null;
    if (failed === null) return;
    const leaving = failed.disconnect().catch(() => undefined);
    this.#leaving.add(leaving);
    void leaving.finally(() => this.#leaving.delete(leaving));
  }

  /** Resolves after what was given has been sent or has failed. */
  async close(): Promise<void> {
    await this.#sending;
    this.#putDown();
    await Promise.all(this.#leaving);
  }
}

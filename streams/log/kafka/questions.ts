/** Questions to the cluster about topics, offsets and groups. */
import type { Admin, Kafka } from 'kafkajs';
import { pause } from '../../retry.js';
import { translate } from './record.js';

const TRIES = 4;
const FIRST_PAUSE_MS = 100;

export class Questions {
  readonly #admin: Admin;
  #connected: Promise<unknown> | undefined;

  constructor(kafka: Pick<Kafka, 'admin'>) {
    this.#admin = kafka.admin();
  }

  /**
   * A fresh topic may still be electing its leader, so a question is asked again a few times before it fails.
   * @throws {AssayError} `log.unavailable`
   */
  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    let waitMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries++) {
      try {
        this.#connected ??= this.#admin.connect();
        await this.#connected;
        return await question(this.#admin);
      } catch (error) {
        this.#connected = undefined;
        if (tries === TRIES) throw translate(error);
        await pause(waitMs);
        waitMs *= 2;
      }
    }
  }

  /** First kept and next offsets, in order of partitions. */
  async bounds(topic: string): Promise<{ partition: number; first: number; next: number }[]> {
    return (await this.ask((admin) => admin.fetchTopicOffsets(topic)))
      .map(({ partition, low, high }) => ({ partition, first: Number(low), next: Number(high) }))
      .sort((a, b) => a.partition - b.partition);
  }

  async committed(group: string, topic: string): Promise<{ partition: number; offset: number | null }[]> {
    const [answer] = await this.ask((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));
    return (answer?.partitions ?? [])
      .map(({ partition, offset }) => ({ partition, offset: Number(offset) < 0 ? null : Number(offset) }))
      .sort((a, b) => a.partition - b.partition);
  }

  /** Makes the cluster forget a group that nobody is in. What fails here the broker does later by itself. */
  async forget(group: string): Promise<void> {
    await this.ask((admin) => admin.deleteGroups([group])).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }
}

/**
 * What is paused: whole topics and single partitions, each by itself, and partitions of which too much waits already.
 * Resuming a topic leaves its partitions that were paused one by one as they are, and the other way round.
 */

/** As the port names what is to be paused or resumed. */
export interface Places {
  topic: string;
  partitions?: readonly number[];
}

/** As kafkajs is told. */
interface Pausable {
  pause(topics: { topic: string; partitions?: number[] }[]): void;
  resume(topics: { topic: string; partitions?: number[] }[]): void;
}

export class Paused {
  readonly #topics = new Set<string>();
  readonly #partitions = new Map<string, Set<number>>();
  readonly #full = new Map<string, Set<number>>();

  pause(places: readonly Places[]): void {
    for (const { topic, partitions } of places) {
      if (partitions === undefined) this.#topics.add(topic);
      else {
        const paused = this.#partitions.get(topic) ?? new Set();
        this.#partitions.set(topic, paused);
        for (const partition of partitions) paused.add(partition);
      }
    }
  }

  resume(places: readonly Places[]): void {
    for (const { topic, partitions } of places) {
      if (partitions === undefined) this.#topics.delete(topic);
      else for (const partition of partitions) this.#partitions.get(topic)?.delete(partition);
    }
  }

  /** Notes that nothing more of a partition is to be fetched for now; what was fetched is handled all the same. */
  fill(topic: string, partition: number, full: boolean): void {
    const partitions = this.#full.get(topic) ?? new Set();
    this.#full.set(topic, partitions);
    if (full) partitions.add(partition);
    else partitions.delete(partition);
  }

  /** Forgets which partitions are full: what waited of them was dropped. */
  empty(): void {
    this.#full.clear();
  }

  /** Whether it is paused by whoever consumes. */
  has(topic: string, partition: number): boolean {
    return this.#topics.has(topic) || (this.#partitions.get(topic)?.has(partition) ?? false);
  }

  /** Brings a kafkajs consumer to this state, for the given topics. */
  apply(consumer: Pausable, topics: Iterable<string>): void {
    for (const topic of new Set(topics)) {
      consumer.resume([{ topic }]);
      const partitions = [
        ...new Set([...(this.#partitions.get(topic) ?? []), ...(this.#full.get(topic) ?? [])]),
      ];
      if (this.#topics.has(topic)) consumer.pause([{ topic }]);
      else if (partitions.length > 0) consumer.pause([{ topic, partitions }]);
    }
  }
}

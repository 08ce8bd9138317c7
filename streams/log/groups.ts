/**
 * Consumer groups of the embedded log: who reads which partition, and the loop that delivers one partition's records.
 * Partitions are dealt out in turn to the members that want the topic; when a member comes or goes, a partition that
 * changes hands is handed over only after the batch in hand is finished, so that no two members hold it at once.
 */
import type { ConsumerOptions, RecordBatch } from './port.js';
import type { Segments } from './segments.js';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;
const DEFAULT_BATCH = 500;

interface Assignment {
  topic: string;
  partition: number;
}

const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Wakes whoever waits for records of a partition, for a resume, or for a free slot. */
export class Bell {
  #waiting = new Set<() => void>();

  /** Resolves at the next ring, when the signal aborts, or after `timeoutMs`. */
  wait(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        clearTimeout(timer);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** One consumer in a group. */
export class Member {
  readonly options: ConsumerOptions;
  readonly paused = new Set<string>();
  /** Rung at a resume and when a slot becomes free. */
  readonly bell = new Bell();
  running = 0;

  constructor(options: ConsumerOptions) {
    this.options = options;
  }

  isPaused(topic: string, partition: number): boolean {
    return this.paused.has(topic) || this.paused.has(placeOf(topic, partition));
  }
}

interface Delivery {
  member: Member;
  stop: AbortController;
  done: Promise<void>;
}

export class Group {
  readonly #name: string;
  readonly #segments: Segments;
  readonly #arrivals: (topic: string, partition: number) => Bell;
  readonly #members: Member[] = [];
  readonly #deliveries = new Map<string, Delivery>();
  /** Rebalances run one after the other. */
  #settled: Promise<void> = Promise.resolve();

  constructor(name: string, segments: Segments, arrivals: (topic: string, partition: number) => Bell) {
    this.#name = name;
    this.#segments = segments;
    this.#arrivals = arrivals;
  }

  get size(): number {
    return this.#members.length;
  }

  join(member: Member): Promise<void> {
    this.#members.push(member);
    return this.#rebalance();
  }

  /** Resolves when the member's batches in hand are finished and committed, and its partitions are with others. */
  leave(member: Member): Promise<void> {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    return this.#rebalance();
  }

  #rebalance(): Promise<void> {
    this.#settled = this.#settled.then(() => this.#deal());
    return this.#settled;
  }

  async #deal(): Promise<void> {
    const wanted = new Map<string, Assignment & { member: Member }>();
    for (const topic of new Set(this.#members.flatMap((member) => member.options.topics))) {
      const members = this.#members.filter((member) => member.options.topics.includes(topic));
      for (const { partition } of this.#segments.bounds(topic))
        wanted.set(placeOf(topic, partition), {
          topic,
          partition,
          member: members[partition % members.length]!,
        });
    }
    const leaving = [...this.#deliveries].filter(
      ([place, { member }]) => wanted.get(place)?.member !== member,
    );
    for (const [, delivery] of leaving) delivery.stop.abort();
    await Promise.all(leaving.map(([, delivery]) => delivery.done));
    for (const [place] of leaving) this.#deliveries.delete(place);
    for (const [place, { topic, partition, member }] of wanted) {
      if (this.#deliveries.has(place)) continue;
      const stop = new AbortController();
      this.#deliveries.set(place, {
        member,
        stop,
        done: this.#deliver(member, topic, partition, stop.signal),
      });
    }
  }

  /** Where the group goes on reading; a committed offset that retention has overtaken moves to the first kept record. */
  #start(member: Member, topic: string, partition: number): number {
    const { first, next } = this.#segments.bounds(topic)[partition]!;
    const committed = this.#segments.committed(this.#name, topic, partition);
    if (committed !== null) return Math.max(committed, first);
    return member.options.from === 'end' ? next : first;
  }

  async #deliver(member: Member, topic: string, partition: number, signal: AbortSignal): Promise<void> {
    const arrival = this.#arrivals(topic, partition);
    const { maxBatch = DEFAULT_BATCH, concurrency = 1 } = member.options;
    let position = this.#start(member, topic, partition);
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      if (member.isPaused(topic, partition) || member.running >= concurrency) {
        await member.bell.wait(signal);
        continue;
      }
      const records = this.#segments.read(topic, partition, position, maxBatch);
      if (records.length === 0) {
        await arrival.wait(signal);
        continue;
      }
      const after = records[records.length - 1]!.offset + 1;
      const highWatermark = this.#segments.next(topic, partition);
      const batch: RecordBatch = {
        topic,
        partition,
        records,
        highWatermark,
        signal,
        heartbeat: async () => {},
      };
      member.running++;
      try {
        await member.options.onBatch(batch);
        this.#segments.commit(this.#name, topic, partition, after);
        position = after;
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        member.options.onError?.(error, { topic, partition });
        member.running--;
        member.bell.ring();
        await new Bell().wait(signal, pauseMs);
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
        continue;
      }
      member.running--;
      member.bell.ring();
      // Lets other partitions, timers and connections have their turn between two batches that never wait.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/**
 * Consumer groups of the embedded log: who reads which partition, and the loop that delivers one partition's records.
 * Partitions are dealt out in turn to the members that want the topic; when a member comes or goes, a partition that
 * changes hands is handed over only after the batch in hand is finished, so that no two members hold it at once.
 */
import { pause, retryDelayMs } from '../retry.js';
import { FairTurns } from './fair-turns.js';
import type { ConsumerOptions, RecordBatch } from './port.js';
import type { Segments } from './segments.js';

const DEFAULT_BATCH = 500;

interface Assignment {
  topic: string;
  partition: number;
}

const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Wakes whoever waits for records of a partition, or for a resume. */
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
  /** Rung at a resume. */
  readonly bell = new Bell();
  readonly turns: FairTurns;

  constructor(options: ConsumerOptions) {
    this.options = options;
    this.turns = new FairTurns(options.concurrency ?? 1);
  }

  isPaused(topic: string, partition: number): boolean {
    return this.paused.has(topic) || this.paused.has(placeOf(topic, partition));
  }
}

/** Where a reader of one partition goes on. */
interface Position {
  offset: number;
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
    for (const member of new Set(leaving.map(([, delivery]) => delivery.member)))
      member.options.onRebalance?.();
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
    const { maxBatch = DEFAULT_BATCH, shareOf } = member.options;
    const position: Position = { offset: this.#start(member, topic, partition) };
    let tries = 0;
    while (!signal.aborted) {
      if (member.isPaused(topic, partition)) {
        await member.bell.wait(signal);
        continue;
      }
      const waiting = this.#segments.next(topic, partition) - position.offset;
      if (waiting <= 0) {
        await arrival.wait(signal);
        continue;
      }
      const size = Math.min(maxBatch, waiting);
      const release = await member.turns.take(shareOf?.(topic) ?? '', size, signal);
      if (release === null) return;
      try {
        if (member.isPaused(topic, partition)) continue;
        await this.#hand(member, { topic, partition, signal }, position, maxBatch);
        tries = 0;
      } catch (error) {
        member.options.onError?.(error, { topic, partition });
        // The place is for others while this one waits.
        release();
        await pause(retryDelayMs(error, tries++), signal);
      } finally {
        release();
      }
    }
  }

  /** Hands over what comes next and commits it. @throws what the handler throws; nothing is committed then */
  async #hand(
    member: Member,
    at: Assignment & { signal: AbortSignal },
    position: Position,
    maxBatch: number,
  ): Promise<void> {
    const { topic, partition } = at;
    const highWatermark = this.#segments.next(topic, partition);
    const records = this.#segments.read(topic, partition, position.offset, maxBatch);
    const last = records[records.length - 1];
    if (last === undefined) {
      // Retention or compaction has overtaken the reader.
      position.offset = highWatermark;
      return;
    }
    const batch: RecordBatch = { ...at, records, highWatermark, heartbeat: async () => {} };
    await member.options.onBatch(batch);
    this.#segments.commit(this.#name, topic, partition, last.offset + 1);
    position.offset = last.offset + 1;
    // Lets other partitions, timers and connections have their turn between two batches that never wait.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

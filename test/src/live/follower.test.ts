/** A follower sees every record of its tenant after its position, each once and in order, whatever happens at the same time. */
import { setImmediate as breathe } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../../schemas/limits.js';
import { Follower, type Sink } from '../../../src/live/follower.js';
import { decodePosition } from '../../../src/live/position.js';
import { type ReadRecord, SharedTail } from '../../../src/live/shared-tail.js';
import type { LogRecord, TailOptions } from '../../../streams/log/port.js';

const PARTITIONS = 2;

/** A log in memory whose tail delivers only when it is told to. */
class StepLog {
  readonly records: LogRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  /** First kept offset of each partition. */
  readonly first = Array.from({ length: PARTITIONS }, () => 0);
  #tail: TailOptions | null = null;
  readonly #delivered = Array.from({ length: PARTITIONS }, () => 0);
  reads = 0;

  append(partition: number, tenant: string): void {
    const list = this.records[partition] as LogRecord[];
    const value = Buffer.from(tenant);
    list.push({ topic: 't', partition, offset: list.length, key: 'k', value, headers: {}, timestamp: 0 });
  }

  /** @param again records delivered before that come once more, as after a failed try */
  async deliver(partition: number, count: number, again = 0): Promise<void> {
    const at = this.#delivered[partition] as number;
    const records = (this.records[partition] as LogRecord[]).slice(Math.max(0, at - again), at + count);
    this.#delivered[partition] = Math.min(at + count, (this.records[partition] as LogRecord[]).length);
    if (records.length > 0) await this.#tail?.onRecords(records);
  }

  async bounds() {
    await breathe();
    return this.records.map((list, partition) => ({
      partition,
      first: this.first[partition] as number,
      next: list.length,
    }));
  }

  async read(_topic: string, partition: number, from: number, limit: number): Promise<LogRecord[]> {
    this.reads += 1;
    await breathe();
    return (this.records[partition] as LogRecord[])
      .slice(Math.max(from, this.first[partition] as number))
      .slice(0, Math.min(limit, 3));
  }

  async tail(options: TailOptions) {
    this.#tail = options;
    for (const [partition, from] of Object.entries(options.from)) this.#delivered[Number(partition)] = from;
    return { stop: async () => undefined };
  }
}

const read: ReadRecord = ({ value, partition, offset }) => ({
  tenant: String(value),
  data: () => `${partition}/${offset}`,
});

const open = async (log: StepLog) => SharedTail.open(log, 't', await log.bounds(), read, () => undefined);

/** Keeps what is written; `full` says before which writes the reader has to be waited for. */
class Reader implements Sink {
  readonly frames: string[] = [];
  readonly #full: (writes: number) => boolean;

  constructor(full: (writes: number) => boolean = () => false) {
    this.#full = full;
  }

  write(frame: string): boolean {
    this.frames.push(frame);
    return !this.#full(this.frames.length);
  }

  async room(signal: AbortSignal): Promise<void> {
    await breathe(undefined, { signal });
  }

  get places(): string[] {
    return this.frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? []);
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn += 1) {
    if (turn > 1_000) throw new Error('it never came to hold');
    await breathe();
  }
}

const step = fc.oneof(
  fc.record({ append: fc.nat(PARTITIONS - 1), tenant: fc.constantFrom('acme', 'rival') }),
  fc.record({ deliver: fc.nat(PARTITIONS - 1), count: fc.integer({ min: 1, max: 4 }), again: fc.nat(2) }),
  fc.constant('breathe' as const),
);

async function take(log: StepLog, steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  for (const one of steps) {
    if (one === 'breathe') await breathe();
    else if ('append' in one) log.append(one.append, one.tenant);
    else await log.deliver(one.deliver, one.count, one.again);
  }
}

test('every record after the position comes once, in order, and its id resumes after it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.array(step, { maxLength: 60 }),
      fc.tuple(fc.nat(10), fc.nat(10)),
      fc.nat(4),
      async (before, during, wanted, every) => {
        const log = new StepLog();
        await take(log, before);
        const tail = await open(log);
        const start = wanted.map((offset, at) => Math.min(offset, (log.records[at] as LogRecord[]).length));
        const reader = new Reader((writes) => every > 0 && writes % every === 0);
        const follower = new Follower({ log, topic: 't', read, tail }, 'acme', start, reader);
        const leaving = new AbortController();
        const ended = follower.run(leaving.signal);
        await take(log, during);
        for (let partition = 0; partition < PARTITIONS; partition += 1) await log.deliver(partition, 1_000);
        const goal = log.records.map((list) => list.length).join();
        await until(() => decodePosition(follower.position).join() === goal);
        const count = () => reader.frames.length;
        for (let seen = -1; seen !== count(); ) {
          seen = count();
          for (let n = 0; n < 5; n += 1) await breathe();
        }
        leaving.abort();
        expect(await ended).toBe('left');

        for (const [partition, list] of log.records.entries()) {
          const expected = list
            .filter(
              (record) => String(record.value) === 'acme' && record.offset >= (start[partition] as number),
            )
            .map(({ offset }) => `${partition}/${offset}`);
          expect(reader.places.filter((place) => place.startsWith(`${partition}/`))).toEqual(expected);
        }
        for (const frame of reader.frames) {
          const place = /^data: (\d+)\/(\d+)$/m.exec(frame);
          if (place === null) continue;
          const id = decodePosition(/^id: (.*)$/m.exec(frame)?.[1] as string);
          expect(id[Number(place[1])]).toBe(Number(place[2]) + 1);
        }
      },
    ),
    { numRuns: 150 },
  );
});

describe('a reader', () => {
  test('that takes nothing is dropped when its buffer is full, and holds nobody up', async () => {
    const log = new StepLog();
    const tail = await open(log);
    const stuck: Sink = {
      write: () => false,
      room: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const slow = new Follower({ log, topic: 't', read, tail }, 'acme', [0, 0], {
      ...stuck,
      write: (frame) => frame.startsWith('retry'),
    });
    const quick = new Reader();
    const other = new Follower({ log, topic: 't', read, tail }, 'acme', [0, 0], quick);
    const leaving = new AbortController();
    const ended = slow.run(leaving.signal);
    const otherEnded = other.run(leaving.signal);
    await breathe();
    for (let n = 0; n < LIMITS.sseBuffer + 2; n += 1) {
      log.append(0, 'acme');
      await log.deliver(0, 1);
      if (n % 100 === 0) await breathe();
    }
    expect(await ended).toBe('slow');
    await breathe();
    expect(quick.places).toHaveLength(LIMITS.sseBuffer + 2);
    leaving.abort();
    expect(await otherEnded).toBe('left');
    expect(tail.followers.size).toBe(0);
  });

  test('that leaves while it is waited for ends the connection', async () => {
    const log = new StepLog();
    log.append(0, 'acme');
    const tail = await open(log);
    const leaving = new AbortController();
    const never: Sink = {
      write: () => false,
      room: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const ended = new Follower({ log, topic: 't', read, tail }, 'acme', [0, 0], never).run(leaving.signal);
    await breathe();
    leaving.abort();
    expect(await ended).toBe('left');
  });

  test('whose place is dropped by retention while it reads is told to come again', async () => {
    const log = new StepLog();
    for (let n = 0; n < 10; n += 1) log.append(0, 'acme');
    const tail = await open(log);
    log.first[0] = 5;
    const reader = new Reader();
    const follower = new Follower({ log, topic: 't', read, tail }, 'acme', [2, 0], reader);
    expect(await follower.run(new AbortController().signal)).toBe('expired');
    expect(reader.places).toEqual([]);
  });

  test('of a silent tenant gets newer positions with the heartbeat, none while something waits', async () => {
    const log = new StepLog();
    const tail = await open(log);
    const reader = new Reader();
    const follower = new Follower({ log, topic: 't', read, tail }, 'acme', [0, 0], reader);
    const leaving = new AbortController();
    const ended = follower.run(leaving.signal);
    await breathe();
    log.append(0, 'rival');
    await log.deliver(0, 1);
    follower.heartbeat();
    follower.heartbeat();
    await breathe();
    expect(reader.frames).toEqual(['retry: 2000\nid: 1.0.0\n\n', ': alive\nid: 1.1.0\n\n']);
    leaving.abort();
    await ended;
  });

  test('who is still catching up is never sent back by a heartbeat', async () => {
    const log = new StepLog();
    for (let n = 0; n < 9; n += 1) log.append(0, 'acme');
    const tail = await open(log);
    const reader = new Reader();
    const follower = new Follower({ log, topic: 't', read, tail }, 'acme', [0, 0], reader);
    const leaving = new AbortController();
    const ended = follower.run(leaving.signal);
    await until(() => reader.places.length === 3);
    follower.heartbeat();
    await until(() => reader.places.length === 9);
    for (let n = 0; n < 5; n += 1) await breathe();
    leaving.abort();
    await ended;
    const ids = reader.frames.map((frame) => decodePosition(/^id: (.*)$/m.exec(frame)?.[1] as string)[0]);
    expect(ids).toEqual([...ids].sort((a = 0, b = 0) => a - b));
    expect(reader.frames.filter((frame) => frame.startsWith(': alive'))).toHaveLength(1);
  });

  test('sees the failure of the log as an end of its connection', async () => {
    const log = new StepLog();
    log.append(0, 'acme');
    const tail = await open(log);
    const broken = Object.assign(log, {
      read: async () => {
        throw new Error('the log is gone');
      },
    });
    const follower = new Follower({ log: broken, topic: 't', read, tail }, 'acme', [0, 0], new Reader());
    await expect(follower.run(new AbortController().signal)).rejects.toThrow('the log is gone');
  });

  test('leaves a log that never answers', async () => {
    const log = new StepLog();
    log.append(0, 'acme');
    const tail = await open(log);
    const silent = Object.assign(log, { read: () => new Promise<never>(() => undefined) });
    const leaving = new AbortController();
    const follower = new Follower({ log: silent, topic: 't', read, tail }, 'acme', [0, 0], new Reader());
    const ended = follower.run(leaving.signal);
    await breathe();
    leaving.abort();
    expect(await ended).toBe('left');
    expect(await follower.run(leaving.signal)).toBe('left');
  });

  test('passes over offsets that hold no record', async () => {
    const log = new StepLog();
    log.append(0, 'acme');
    const tail = await open(log);
    log.records[0] = [];
    const follower = new Follower({ log, topic: 't', read, tail }, 'acme', [0, 0], new Reader());
    const leaving = new AbortController();
    const ended = follower.run(leaving.signal);
    await until(() => follower.position === '1.1.0');
    leaving.abort();
    expect(await ended).toBe('left');
  });
});

/**
 * The embedded log: the log port on one SQLite file, for one process. Appends that arrive together share one fsync;
 * readers are woken by the append itself, there is no polling.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import { Bell, Group, Member } from './groups.js';
import { partitionOf } from './murmur2.js';
import type { Consumer, ConsumerOptions, Log, OutgoingRecord, Tail, TailOptions } from './port.js';
import { lockProcess } from './process-lock.js';
import { assertRecordSizes } from './record-size.js';
import { type Placed, Segments } from './segments.js';

interface Waiting {
  placed: Placed[];
  resolve(): void;
  reject(error: unknown): void;
}

const TAIL_BATCH = 500;
/** A tail whose handler fails tries the same records again after this pause. */
const TAIL_PAUSE_MS = 500;

export interface EmbeddedLogOptions {
  /** Folder that belongs to this log alone; created when missing. */
  folder: string;
  /** Milliseconds since the epoch; default Date.now. */
  clock?: () => number;
}

/** Opens (or creates) the log in a folder. @throws {AssayError} `log.locked`, `disk.full` */
export function openEmbeddedLog({ folder, clock = Date.now }: EmbeddedLogOptions): Log {
  mkdirSync(folder, { recursive: true });
  const lock = lockProcess(join(folder, 'log.lock'), 'log.locked');
  const segments = new Segments(join(folder, 'log.db'));
  const bells = new Map<string, Bell>();
  const groups = new Map<string, Group>();
  const stops = new Set<() => Promise<void>>();
  let queue: Waiting[] = [];
  let closed = false;
  let closing: Promise<void> | undefined;

  const arrivals = (topic: string, partition: number): Bell => {
    const place = `${topic}/${partition}`;
    let bell = bells.get(place);
    if (bell === undefined) {
      bell = new Bell();
      bells.set(place, bell);
    }
    return bell;
  };

  const assertOpen = (): void => {
    if (closed) throw new AssayError('log.unavailable', 'The log is closed.');
  };

  /** Everything that was sent in the same turn goes into one transaction; if that fails, each is tried by itself. */
  const flush = (): void => {
    const sends = queue;
    queue = [];
    const append = (waiting: readonly Waiting[]) =>
      segments.append(
        waiting.flatMap(({ placed }) => placed),
        clock(),
      );
    try {
      append(sends);
    } catch (error) {
      if (sends.length === 1) {
        sends[0]!.reject(error);
        return;
      }
      for (const send of sends) {
        queue = [send];
        flush();
      }
      return;
    }
    const touched = new Set(
      sends.flatMap(({ placed }) => placed.map(({ topic, partition }) => `${topic}/${partition}`)),
    );
    for (const send of sends) send.resolve();
    for (const place of touched) bells.get(place)?.ring();
  };

  return {
    engine: 'embedded',

    async ensureTopics(specs) {
      assertOpen();
      segments.ensure(specs);
    },

    async send(topic: string, records: readonly OutgoingRecord[]) {
      assertOpen();
      if (records.length === 0) return;
      assertRecordSizes(topic, records);
      const { partitions } = segments.topic(topic);
      const placed = records.map((record) => ({
        topic,
        partition: partitionOf(record.key, partitions),
        record,
      }));
      await new Promise<void>((resolve, reject) => {
        queue.push({ placed, resolve, reject });
        if (queue.length === 1) setImmediate(flush);
      });
    },

    async consume(options: ConsumerOptions): Promise<Consumer> {
      assertOpen();
      for (const topic of options.topics) segments.topic(topic);
      let group = groups.get(options.group);
      if (group === undefined) {
        group = new Group(options.group, segments, arrivals);
        groups.set(options.group, group);
      }
      const own = group;
      const member = new Member(options);
      await own.join(member);
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> => {
        stops.delete(stop);
        stopped ??= own.leave(member);
        return stopped;
      };
      stops.add(stop);
      const places = (topics: Parameters<Consumer['pause']>[0]): string[] =>
        topics.flatMap(
          ({ topic, partitions }) => partitions?.map((partition) => `${topic}/${partition}`) ?? [topic],
        );
      return {
        pause: (topics) => {
          for (const place of places(topics)) member.paused.add(place);
        },
        resume: (topics) => {
          for (const place of places(topics)) member.paused.delete(place);
          member.bell.ring();
        },
        get ready() {
          return stopped === undefined;
        },
        stop,
      };
    },

    async tail({ topic, from, onRecords, onError }: TailOptions): Promise<Tail> {
      assertOpen();
      const halt = new AbortController();
      const follow = async (partition: number, start: number): Promise<void> => {
        let position = start;
        while (!halt.signal.aborted) {
          const records = segments.read(topic, partition, position, TAIL_BATCH);
          if (records.length === 0) {
            await arrivals(topic, partition).wait(halt.signal);
            continue;
          }
          try {
            await onRecords(records);
            position = records[records.length - 1]!.offset + 1;
          } catch (error) {
            onError?.(error);
            await new Bell().wait(halt.signal, TAIL_PAUSE_MS);
          }
        }
      };
      const loops = segments
        .bounds(topic)
        .map(({ partition, first, next }) =>
          follow(partition, from === 'end' ? next : Math.max(first, from[partition] ?? 0)),
        );
      const stop = async (): Promise<void> => {
        stops.delete(stop);
        halt.abort();
        await Promise.all(loops);
      };
      stops.add(stop);
      return { stop };
    },

    async read(topic, partition, fromOffset, limit) {
      assertOpen();
      return segments.read(topic, partition, fromOffset, limit);
    },

    async bounds(topic) {
      assertOpen();
      return segments.bounds(topic);
    },

    async committed(group, topic) {
      assertOpen();
      return segments
        .bounds(topic)
        .map(({ partition }) => ({ partition, offset: segments.committed(group, topic, partition) }));
    },

    async lag(group, topic) {
      assertOpen();
      return segments
        .bounds(topic)
        .reduce(
          (sum, { partition, first, next }) =>
            sum + next - Math.max(first, segments.committed(group, topic, partition) ?? first),
          0,
        );
    },

    async sweep(now) {
      assertOpen();
      segments.sweep(now);
    },

    async ping() {
      assertOpen();
      segments.ping();
    },

    close() {
      closing ??= (async () => {
        // Handlers that finish their batch in hand may still append, so the door is closed behind them.
        await Promise.all([...stops].map((stop) => stop()));
        closed = true;
        if (queue.length > 0) flush();
        segments.close();
        lock.release();
      })();
      return closing;
    },
  };
}

/**
 * The tables of the embedded log: topics, records, next offsets and committed offsets, in one SQLite file. Synchronous;
 * `embedded.ts` decides when to call, and batches concurrent appends into one transaction (one fsync).
 */
import { AssayError } from '../../schemas/errors.js';
import type { LogHeaders, LogRecord, OutgoingRecord, TopicSpec } from './port.js';
import { type Db, openDb } from './sqlite.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL, retention_ms INTEGER, compact INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS heads (
    topic INTEGER NOT NULL, part INTEGER NOT NULL, first INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, part)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    topic INTEGER NOT NULL, part INTEGER NOT NULL, pos INTEGER NOT NULL,
    key BLOB, value BLOB, headers TEXT NOT NULL, ts INTEGER NOT NULL, PRIMARY KEY (topic, part, pos));
  CREATE TABLE IF NOT EXISTS commits (
    grp TEXT NOT NULL, topic INTEGER NOT NULL, part INTEGER NOT NULL, pos INTEGER NOT NULL, PRIMARY KEY (grp, topic, part)) WITHOUT ROWID;
`;

interface Topic extends TopicSpec {
  id: number;
}

interface RecordRow {
  pos: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: string;
  ts: number;
}

/** A record with its place already chosen. */
export interface Placed {
  topic: string;
  partition: number;
  record: OutgoingRecord;
}

export class Segments {
  readonly #db: Db;
  readonly #topics = new Map<string, Topic>();
  readonly #sql;

  constructor(path: string) {
    this.#db = openDb(path);
    this.#db.exec(TABLES);
    const prepare = <Row>(sql: string) => this.#db.prepare<Row>(sql);
    this.#sql = {
      topics: prepare<{
        id: number;
        name: string;
        partitions: number;
        retention_ms: number | null;
        compact: number;
      }>('SELECT id, name, partitions, retention_ms, compact FROM topics'),
      addTopic: prepare('INSERT INTO topics (name, partitions, retention_ms, compact) VALUES (?, ?, ?, ?)'),
      addHead: prepare('INSERT INTO heads (topic, part, first, next) VALUES (?, ?, 0, 0)'),
      head: prepare<{ first: number; next: number }>(
        'SELECT first, next FROM heads WHERE topic = ? AND part = ?',
      ),
      heads: prepare<{ part: number; first: number; next: number }>(
        'SELECT part, first, next FROM heads WHERE topic = ? ORDER BY part',
      ),
      advance: prepare('UPDATE heads SET next = ? WHERE topic = ? AND part = ?'),
      drop: prepare('UPDATE heads SET first = ? WHERE topic = ? AND part = ?'),
      append: prepare(
        'INSERT INTO records (topic, part, pos, key, value, headers, ts) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ),
      read: prepare<RecordRow>(
        'SELECT pos, key, value, headers, ts FROM records WHERE topic = ? AND part = ? AND pos >= ? ORDER BY pos LIMIT ?',
      ),
      commit: prepare(
        'INSERT INTO commits (grp, topic, part, pos) VALUES (?, ?, ?, ?) ON CONFLICT (grp, topic, part) DO UPDATE SET pos = excluded.pos',
      ),
      committed: prepare<{ pos: number }>('SELECT pos FROM commits WHERE grp = ? AND topic = ? AND part = ?'),
      keptFrom: prepare<{ pos: number | null }>(
        'SELECT min(pos) AS pos FROM records WHERE topic = ? AND part = ? AND ts >= ?',
      ),
      unread: prepare<{ pos: number | null }>(`SELECT min(coalesce(own.pos, 0)) AS pos
        FROM (SELECT DISTINCT grp FROM commits WHERE topic = ?1) AS every
        LEFT JOIN commits AS own ON own.grp = every.grp AND own.topic = ?1 AND own.part = ?2`),
      expire: prepare('DELETE FROM records WHERE topic = ? AND part = ? AND pos < ?'),
      compact:
        prepare(`DELETE FROM records WHERE topic = ?1 AND part = ?2 AND pos < ?3 AND key IS NOT NULL AND pos NOT IN (
        SELECT max(pos) FROM records WHERE topic = ?1 AND part = ?2 AND key IS NOT NULL GROUP BY key)`),
      buryTombstones: prepare(
        'DELETE FROM records WHERE topic = ? AND part = ? AND value IS NULL AND ts < ? AND pos < ?',
      ),
    };
    this.#load();
  }

  #load(): void {
    for (const { id, name, partitions, retention_ms, compact } of this.#sql.topics.all())
      this.#topics.set(name, { id, name, partitions, retentionMs: retention_ms, compact: compact === 1 });
  }

  /** @throws {AssayError} `log.topic_mismatch` */
  ensure(specs: readonly TopicSpec[]): void {
    const missing = specs.filter((wanted) => {
      const found = this.#topics.get(wanted.name);
      if (found === undefined) return true;
      if (found.partitions !== wanted.partitions || (found.compact ?? false) !== (wanted.compact ?? false))
        throw new AssayError(
          'log.topic_mismatch',
          `Topic ${wanted.name} has ${describe(found)}, expected ${describe(wanted)}.`,
        );
      return false;
    });
    if (missing.length === 0) return;
    this.#db.transaction(() => {
      for (const spec of missing)
        this.#sql.addTopic.run(spec.name, spec.partitions, spec.retentionMs, spec.compact ? 1 : 0);
      this.#load();
      for (const spec of missing)
        for (let part = 0; part < spec.partitions; part++)
          this.#sql.addHead.run(this.topic(spec.name).id, part);
    });
  }

  /** @throws {AssayError} `log.unavailable` for a topic nobody has declared */
  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new AssayError('log.unavailable', `Topic ${name} does not exist.`);
    return topic;
  }

  /** Appends all of them in order, or none; durable on return. */
  append(placed: readonly Placed[], now: number): void {
    this.#db.transaction(() => {
      const next = new Map<string, { id: number; partition: number; pos: number }>();
      for (const { topic, partition, record } of placed) {
        const place = `${topic}/${partition}`;
        let head = next.get(place);
        if (head === undefined) {
          const { id } = this.topic(topic);
          head = { id, partition, pos: this.#sql.head.get(id, partition)!.next };
          next.set(place, head);
        }
        this.#sql.append.run(
          head.id,
          partition,
          head.pos++,
          Buffer.from(record.key, 'utf8'),
          record.value,
          JSON.stringify(record.headers ?? {}),
          now,
        );
      }
      for (const { id, partition, pos } of next.values()) this.#sql.advance.run(pos, id, partition);
    });
  }

  read(name: string, partition: number, from: number, limit: number): LogRecord[] {
    return this.#sql.read.all(this.topic(name).id, partition, from, limit).map((row) => ({
      topic: name,
      partition,
      offset: row.pos,
      key: row.key === null ? null : row.key.toString('utf8'),
      value: row.value,
      headers: JSON.parse(row.headers) as LogHeaders,
      timestamp: row.ts,
    }));
  }

  bounds(name: string): { partition: number; first: number; next: number }[] {
    return this.#sql.heads
      .all(this.topic(name).id)
      .map(({ part, first, next }) => ({ partition: part, first, next }));
  }

  next(name: string, partition: number): number {
    return this.#sql.head.get(this.topic(name).id, partition)?.next ?? 0;
  }

  committed(group: string, name: string, partition: number): number | null {
    return this.#sql.committed.get(group, this.topic(name).id, partition)?.pos ?? null;
  }

  commit(group: string, name: string, partition: number, offset: number): void {
    this.#sql.commit.run(group, this.topic(name).id, partition, offset);
  }

  /**
   * Drops what is older than each topic's retention; on compacted topics, all but the newest record of each key. What a
   * group that reads the topic has not committed yet stays: neither a clock that jumps nor a long standstill loses a text.
   */
  sweep(now: number): void {
    for (const topic of this.#topics.values()) {
      for (const { part, first, next } of this.#sql.heads.all(topic.id)) {
        this.#db.transaction(() => {
          if (topic.compact) {
            this.#sql.compact.run(topic.id, part, next);
            this.#sql.buryTombstones.run(topic.id, part, now - TOMBSTONE_MS, next);
          } else if (topic.retentionMs !== null) {
            const young = this.#sql.keptFrom.get(topic.id, part, now - topic.retentionMs)?.pos ?? next;
            const unread = this.#sql.unread.get(topic.id, part)?.pos ?? next;
            const kept = Math.max(first, Math.min(young, unread));
            this.#sql.expire.run(topic.id, part, kept);
            this.#sql.drop.run(kept, topic.id, part);
          }
        });
      }
    }
  }

  ping(): void {
    this.#sql.topics.all();
  }

  close(): void {
    this.#db.close();
  }
}

/** How long a compacted topic keeps a tombstone, so that a reader a day behind still sees it (Kafka's delete.retention.ms). */
const TOMBSTONE_MS = 24 * 3_600_000;

const describe = (spec: TopicSpec): string =>
  `${spec.partitions} partitions, ${spec.compact ? 'compacted' : 'not compacted'}`;

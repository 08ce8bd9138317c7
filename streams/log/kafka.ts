/**
 * The log port on Apache Kafka: the only file that knows kafkajs 2.2.4. Its timings were measured over killed brokers
 * (no record lost, none twice, longest gap 14 s) and differ from kafkajs' defaults for that reason.
 */
import { randomUUID } from 'node:crypto';
import kafkajs, {
  type Batch,
  type Kafka,
  type Consumer as KafkaConsumer,
  type KafkaMessage,
  type Producer,
  type SASLOptions,
} from 'kafkajs';
import { AssayError } from '../../schemas/errors.js';
import type {
  Consumer,
  ConsumerOptions,
  Log,
  LogRecord,
  OutgoingRecord,
  RecordBatch,
  Tail,
  TailOptions,
  TopicSpec,
} from './port.js';
import { assertRecordSizes, MAX_RECORD_BYTES } from './record-size.js';

export interface KafkaLogOptions {
  brokers: readonly string[];
  clientId?: string;
  tls?: boolean | { ca?: string; cert?: string; key?: string };
  sasl?: SASLOptions;
  /** Told what kafkajs logs at warning and above; never texts or secrets. */
  onLog?(entry: { level: 'warn' | 'error'; message: string }): void;
}

// kafkajs is CommonJS: Node sees no names in it, only jest does.
const { ConfigResourceTypes, Kafka: KafkaClient, logLevel, Partitioners } = kafkajs;

const TIMING = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 8_000 };
const FETCH = { maxWaitTimeInMs: 500, metadataMaxAge: 3_000 };
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 };
const SEND_TRIES = 8;
const ASK_TRIES = 4;
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;
const DEFAULT_BATCH = 500;
/** A consumer that kafkajs has given up on is built anew after this pause. */
const REBUILD_MS = 500;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Vendor errors become `log.unavailable`; our own pass unchanged. */
const translate = (error: unknown): AssayError =>
  error instanceof AssayError
    ? error
    : new AssayError(
        'log.unavailable',
        `Kafka: ${error instanceof Error ? error.message : 'unknown error'}`,
        {
          cause: error,
        },
      );

const toRecord = (topic: string, partition: number, message: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  key: message.key === null ? null : message.key.toString('utf8'),
  value: message.value,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [
      name,
      String(Array.isArray(value) ? value[0] : value),
    ]),
  ),
  timestamp: Number(message.timestamp),
});

/** Splits what is sent at once so that no partition's part of a request passes the broker's limit. */
function* requests(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let from = 0;
  let bytes = 0;
  for (const [i, { key, value, headers = {} }] of records.entries()) {
    const size = key.length * 3 + (value?.length ?? 0) + JSON.stringify(headers).length * 3;
    if (bytes + size > MAX_RECORD_BYTES && i > from) {
      yield records.slice(from, i);
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  yield records.slice(from);
}

/** Connects when first used. */
export function openKafkaLog(options: KafkaLogOptions): Log {
  const kafka = new KafkaClient({
    clientId: options.clientId ?? 'assay',
    brokers: [...options.brokers],
    ssl: options.tls ?? false,
    sasl: options.sasl,
    retry: RETRY,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) =>
      options.onLog?.({
        level: entry.level === logLevel.ERROR ? 'error' : 'warn',
        message: entry.log.message,
      }),
  });
  const admin = kafka.admin();
  let connectedAdmin: Promise<unknown> | undefined;
  let producer: Promise<Producer> | undefined;
  const stops = new Set<() => Promise<void>>();
  /** One request at a time keeps the order of one key across calls. */
  let sending: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  /** A fresh topic may still be electing its leader, so a question is asked again a few times before it fails. */
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    let waitMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries++) {
      try {
        connectedAdmin ??= admin.connect();
        await connectedAdmin;
        return await question();
      } catch (error) {
        connectedAdmin = undefined;
        if (tries === ASK_TRIES) throw translate(error);
        await pause(waitMs);
        waitMs *= 2;
      }
    }
  };

  const connectProducer = (): Promise<Producer> => {
    producer ??= (async () => {
      const fresh = kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner: Partitioners.DefaultPartitioner,
        metadataMaxAge: FETCH.metadataMaxAge,
      });
      await fresh.connect();
      return fresh;
    })();
    return producer;
  };

  const append = async (topic: string, records: readonly OutgoingRecord[]): Promise<void> => {
    const messages = records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } }));
    let waitMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries++) {
      try {
        await (await connectProducer()).send({ topic, acks: -1, messages });
        return;
      } catch (error) {
        if (tries === SEND_TRIES) throw translate(error);
        producer = undefined;
        await pause(waitMs);
        waitMs = Math.min(waitMs * 2, LAST_PAUSE_MS);
      }
    }
  };

  const bounds = async (topic: string) =>
    (await ask(() => admin.fetchTopicOffsets(topic)))
      .map(({ partition, low, high }) => ({ partition, first: Number(low), next: Number(high) }))
      .sort((a, b) => a.partition - b.partition);

  const committed = async (group: string, topic: string) => {
    const [answer] = await ask(() => admin.fetchOffsets({ groupId: group, topics: [topic] }));
    return (answer?.partitions ?? [])
      .map(({ partition, offset }) => ({ partition, offset: Number(offset) < 0 ? null : Number(offset) }))
      .sort((a, b) => a.partition - b.partition);
  };

  const log: Log = {
    engine: 'kafka',

    async ensureTopics(specs) {
      const existing = new Set(await ask(() => admin.listTopics()));
      for (const spec of specs.filter(({ name }) => existing.has(name))) await assertSame(spec);
      const missing = specs.filter(({ name }) => !existing.has(name));
      if (missing.length === 0) return;
      await ask(() =>
        admin.createTopics({
          waitForLeaders: true,
          topics: missing.map(({ name, partitions, retentionMs, compact }) => ({
            topic: name,
            numPartitions: partitions,
            configEntries: [
              { name: 'cleanup.policy', value: compact ? 'compact' : 'delete' },
              { name: 'retention.ms', value: String(retentionMs ?? -1) },
            ],
          })),
        }),
      );
    },

    async send(topic, records) {
      if (records.length === 0) return;
      assertRecordSizes(topic, records);
      const turn = sending.then(async () => {
        for (const part of requests(records)) await append(topic, part);
      });
      sending = turn.catch(() => undefined);
      await turn;
    },

    consume: (wanted) => consume(kafka, wanted, stops),

    async tail(wanted) {
      const ends = await bounds(wanted.topic);
      return tail(kafka, wanted, ends, stops);
    },

    async read(topic, partition, fromOffset, limit) {
      const { first, next } = (await bounds(topic)).find((bound) => bound.partition === partition) ?? {
        first: 0,
        next: 0,
      };
      const start = Math.max(first, fromOffset);
      if (start >= next || limit <= 0) return [];
      const found: LogRecord[] = [];
      let finish = (): void => undefined;
      const enough = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const reader = await tail(
        kafka,
        {
          topic,
          from: { [partition]: start },
          onRecords: async (records) => {
            const own = records.filter((record) => record.partition === partition);
            for (const record of own) if (found.length < limit) found.push(record);
            if (found.length >= limit || own.some(({ offset }) => offset >= next - 1)) finish();
          },
        },
        [],
        stops,
      );
      await enough;
      await reader.stop();
      return found;
    },

    bounds,
    committed,

    async lag(group, topic) {
      const done = new Map(
        (await committed(group, topic)).map(({ partition, offset }) => [partition, offset]),
      );
      return (await bounds(topic)).reduce(
        (sum, { partition, first, next }) => sum + next - Math.max(first, done.get(partition) ?? first),
        0,
      );
    },

    async sweep() {
      // Retention and compaction are the broker's work.
    },

    async ping() {
      await ask(() => admin.describeCluster());
    },

    close() {
      closing ??= (async () => {
        await Promise.all([...stops].map((stop) => stop()));
        await sending;
        await (await producer?.catch(() => undefined))?.disconnect();
        await admin.disconnect();
      })();
      return closing;
    },
  };

  async function assertSame(spec: TopicSpec): Promise<void> {
    const { topics } = await ask(() => admin.fetchTopicMetadata({ topics: [spec.name] }));
    const partitions = topics[0]?.partitions.length;
    const { resources } = await ask(() =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: spec.name, configNames: ['cleanup.policy'] }],
      }),
    );
    const cleanup = resources[0]?.configEntries.find(
      ({ configName }) => configName === 'cleanup.policy',
    )?.configValue;
    const expected = spec.compact ? 'compact' : 'delete';
    if (partitions !== spec.partitions || cleanup !== expected)
      throw new AssayError(
        'log.topic_mismatch',
        `Topic ${spec.name} has ${partitions} partitions and cleanup.policy ${cleanup}, expected ${spec.partitions} and ${expected}.`,
      );
  }

  return log;
}

/** A member of a group that survives what kafkajs itself does not: it is built anew after a crash without restart. */
async function consume(
  kafka: Kafka,
  options: ConsumerOptions,
  stops: Set<() => Promise<void>>,
): Promise<Consumer> {
  const paused = new Map<string, readonly number[] | undefined>();
  const inHand = new Set<Promise<void>>();
  let current: KafkaConsumer;
  let joined = false;
  let stopped: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    const consumer = kafka.consumer({ groupId: options.group, ...TIMING, ...FETCH, retry: RETRY });
    current = consumer;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      joined = true;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      for (const topic of options.topics) options.onError?.(payload.error, { topic });
      if (payload.restart || stopped !== undefined) return;
      joined = false;
      void rebuild(consumer);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: options.from !== 'end' });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.concurrency ?? 1,
      eachBatch: async (payload) => {
        const isPaused = () => {
          if (!paused.has(payload.batch.topic)) return false;
          const partitions = paused.get(payload.batch.topic);
          return partitions === undefined || partitions.includes(payload.batch.partition);
        };
        const delivery = deliver(consumer, options, {
          ...payload,
          isPaused,
          isRunning: () => payload.isRunning() && stopped === undefined,
        });
        inHand.add(delivery);
        await delivery.finally(() => inHand.delete(delivery));
      },
    });
    for (const [topic, partitions] of paused)
      consumer.pause([partitions === undefined ? { topic } : { topic, partitions: [...partitions] }]);
  };

  const rebuild = async (dead: KafkaConsumer): Promise<void> => {
    await dead.disconnect().catch(() => undefined);
    while (stopped === undefined) {
      await pause(REBUILD_MS);
      try {
        await start();
        return;
      } catch (error) {
        for (const topic of options.topics) options.onError?.(error, { topic });
      }
    }
  };

  try {
    await start();
  } catch (error) {
    throw translate(error);
  }
  const stop = (): Promise<void> => {
    stops.delete(stop);
    // kafkajs leaves the group before the handler in hand has committed, so that is waited for here.
    stopped ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => Promise.allSettled(inHand))
      .then(() => current.disconnect());
    return stopped;
  };
  stops.add(stop);
  const plain = (topics: Parameters<Consumer['pause']>[0]) =>
    topics.map(({ topic, partitions }) =>
      partitions === undefined ? { topic } : { topic, partitions: [...partitions] },
    );
  return {
    pause(topics) {
      for (const { topic, partitions } of topics) paused.set(topic, partitions);
      current.pause(plain(topics));
    },
    resume(topics) {
      for (const { topic } of topics) paused.delete(topic);
      current.resume(plain(topics));
    },
    get ready() {
      return joined && stopped === undefined;
    },
    stop,
  };
}

interface Delivery {
  batch: Batch;
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
  isPaused(): boolean;
}

/** Hands one fetched batch to the handler in parts, each committed by itself; a failed part is tried again until it is taken away. */
async function deliver(consumer: KafkaConsumer, options: ConsumerOptions, delivery: Delivery): Promise<void> {
  const { batch, resolveOffset, heartbeat, isRunning, isStale, isPaused } = delivery;
  const { topic, partition } = batch;
  const taken = new AbortController();
  const ours = () => isRunning() && !isStale() && !taken.signal.aborted;
  // A heartbeat that fails means the group is rebalancing: the handler is told, and what it did not finish comes again.
  const beat = () => heartbeat().catch(() => taken.abort());
  const pulse = setInterval(() => void beat(), TIMING.heartbeatInterval);
  const size = options.maxBatch ?? DEFAULT_BATCH;
  try {
    for (let at = 0; at < batch.messages.length && ours() && !isPaused(); at += size) {
      const records = batch.messages
        .slice(at, at + size)
        .map((message) => toRecord(topic, partition, message));
      const last = records[records.length - 1]!.offset;
      const highWatermark = Number(batch.highWatermark);
      const handed: RecordBatch = {
        topic,
        partition,
        records,
        highWatermark,
        signal: taken.signal,
        heartbeat: beat,
      };
      if (!(await handle(options, handed, ours))) return;
      // A commit that fails is no reason to stop: the records come again, and the handler is idempotent.
      await consumer
        .commitOffsets([{ topic, partition, offset: String(last + 1) }])
        .catch((error: unknown) => options.onError?.(error, { topic, partition }));
      resolveOffset(String(last));
    }
  } finally {
    clearInterval(pulse);
    taken.abort();
  }
}

/** Tries until the handler succeeds (true) or the partition is no longer ours (false). */
async function handle(options: ConsumerOptions, batch: RecordBatch, ours: () => boolean): Promise<boolean> {
  let waitMs = FIRST_PAUSE_MS;
  for (;;) {
    try {
      await options.onBatch(batch);
      return true;
    } catch (error) {
      options.onError?.(error, { topic: batch.topic, partition: batch.partition });
      for (let waited = 0; waited < waitMs && ours(); waited += FIRST_PAUSE_MS) await pause(FIRST_PAUSE_MS);
      if (!ours()) return false;
      waitMs = Math.min(waitMs * 2, LAST_PAUSE_MS);
    }
  }
}

/** A reader in a group of its own that never commits. Positions that are not given start at the first kept record. */
async function tail(
  kafka: Kafka,
  { topic, from, onRecords, onError }: TailOptions,
  ends: readonly { partition: number; next: number }[],
  stops: Set<() => Promise<void>>,
): Promise<Tail> {
  const groupId = `assay-tail-${randomUUID()}`;
  const starts = new Map<number, number>(
    from === 'end'
      ? ends.map(({ partition, next }) => [partition, next])
      : Object.entries(from).map(([partition, offset]) => [Number(partition), offset]),
  );
  const consumer = kafka.consumer({ groupId, ...TIMING, ...FETCH, retry: RETRY });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
        const start = starts.get(batch.partition) ?? 0;
        const records = batch.messages
          .map((message) => toRecord(topic, batch.partition, message))
          .filter(({ offset }) => offset >= start);
        while (records.length > 0 && isRunning() && !isStale()) {
          try {
            await onRecords(records);
            break;
          } catch (error) {
            onError?.(error);
            await pause(REBUILD_MS);
            await heartbeat();
          }
        }
        if (isRunning()) resolveOffset(batch.lastOffset());
      },
    });
    for (const [partition, offset] of starts) consumer.seek({ topic, partition, offset: String(offset) });
  } catch (error) {
    throw translate(error);
  }
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stops.delete(stop);
    stopped ??= consumer.disconnect();
    return stopped;
  };
  stops.add(stop);
  return { stop };
}

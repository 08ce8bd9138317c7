/**
 * Items per second from the log to recorded and announced, on the embedded engines and (--servers) on Apache Kafka with
 * a Mongo-wire server, as a ratio to the least that any pipeline does: consume the same records, parse them and write
 * one document each, in the same batches, through the same log and store.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { COLLECTIONS } from '../schemas/store/collections.js';
import type { Collection, CollectionSpec, Doc, Store } from '../schemas/store/port.js';
import { openBlobFiles } from '../src/blob/files.js';
import { openEmbeddedStore } from '../src/store/embedded/open.js';
import type { OpenedStore } from '../src/store/open.js';
import { readyPost } from '../streams/intake/ready.js';
import { openEmbeddedLog } from '../streams/log/embedded.js';
import type { Log } from '../streams/log/port.js';
import type { PipelineParts, RecordCollections } from '../streams/records.js';
import { OUTBOX_SHARDS_MAX } from '../streams/records.js';
import { topicSpecs } from '../streams/topics.js';
import { Worker } from '../streams/worker.js';
import { type Bench, type BenchOptions, beside, type Figures, inTurns, type Round, timed } from './bench.js';
import { type BenchJudging, loadJudging, noJudging } from './judging.js';
import { drawTexts } from './texts.js';

/** Of the repository: the built files lie in dist/bench. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const ROUNDS = 3;
const RECORDS = 2_000;
const TEXT_BYTES = 1_500;
const PARTITIONS = 4;
const BATCH = 500;
const TENANT = 'bench';
/** Records sent at once while the topic is filled. */
const SENT_AT_ONCE = 500;

/** The bare loop's collection: documents and their primary key. */
const BARE: CollectionSpec = { name: 'bare', indexes: [] };
type BareDoc = Doc & { post: unknown };

/** A pair of engines, fresh for each round. */
interface Engines {
  log: Log;
  store: Store;
  blobs: OpenedStore['blobs'];
  close(): Promise<void>;
}

type OpenEngines = () => Promise<Engines>;

const specs: CollectionSpec[] = [...Object.values<CollectionSpec>(COLLECTIONS), BARE];

const openEmbedded: OpenEngines = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const log = openEmbeddedLog({ folder: join(folder, 'log') });
  const store = openEmbeddedStore({ file: join(folder, 'store.db'), collections: specs });
  const blobs = await openBlobFiles(join(folder, 'blobs'));
  return {
    log,
    store,
    blobs,
    async close() {
      await log.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const collectionsOf = (store: Store): RecordCollections =>
  Object.fromEntries(
    Object.entries(COLLECTIONS).map(([name, spec]) => [name, store.collection(spec)]),
  ) as unknown as RecordCollections;

/** Topics of their own for each round: on Kafka all rounds share a cluster. */
async function fill(log: Log, texts: readonly string[]) {
  const id = randomUUID();
  const tenants = [{ tenant: TENANT, posts: `posts-${id}`, emails: `emails-${id}` }];
  await log.ensureTopics(topicSpecs(tenants, PARTITIONS));
  const publishedAt = new Date().toISOString();
  const records = texts.map((text, at) => {
    const author = { id: `author-${at % 97}`, handle: `handle${at % 97}` };
    const place = { platform: 'forum', conversationId: `c${at % 50}` };
    const value = { ...place, id: String(at), version: 1, author, text, publishedAt };
    return readyPost(TENANT, value, Date.now()).record;
  });
  for (let from = 0; from < records.length; from += SENT_AT_ONCE)
    await log.send(tenants[0]!.posts, records.slice(from, from + SENT_AT_ONCE));
  return tenants;
}

/** Consume, parse, write one document per record, commit: nothing else. */
async function bareLoop({ log, store }: Engines, texts: readonly string[]): Promise<Round> {
  const posts = (await fill(log, texts))[0]!.posts;
  const bare: Collection<BareDoc> = store.collection(BARE);
  let written = 0;
  let finish = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let stop = async (): Promise<void> => undefined;
  const round = await timed(texts.length, async () => {
    const consumer = await log.consume({
      group: `bare-${posts}`,
      topics: [posts],
      from: 'beginning',
      maxBatch: BATCH,
      onBatch: async ({ records, partition }) => {
        const docs = records.map(({ offset, value }) => ({
          _id: `${posts}:${partition}:${offset}`,
          post: JSON.parse(String(value)) as unknown,
        }));
        await bare.bulk(docs.map((insert) => ({ insert })));
        written += docs.length;
        if (written >= texts.length) finish();
      },
    });
    stop = () => consumer.stop();
    await all;
  });
  await stop();
  return round;
}

/** The five stages, to the last announcement. */
async function wholeWay(
  { log, store, blobs }: Engines,
  texts: readonly string[],
  { judge, decide }: BenchJudging,
): Promise<Round> {
  const tenants = await fill(log, texts);
  const parts: PipelineParts = {
    log,
    collections: collectionsOf(store),
    blobs,
    clock: Date.now,
    logger: pino({ level: 'silent' }),
    tenants,
    judge,
    decide,
    readLetter: async () => {
      throw new Error('this benchmark sends no mail');
    },
    verifyAttestation: async () => -1,
    outboxShards: OUTBOX_SHARDS_MAX,
  };
  const worker = new Worker(parts, { maxBatch: BATCH });
  const round = await timed(texts.length, async () => {
    await worker.start();
    await worker.settle();
  });
  await worker.stop();
  return round;
}

async function compare(
  open: OpenEngines,
  texts: readonly string[],
  judgings: BenchJudging[],
): Promise<Figures> {
  const fresh = async (work: (engines: Engines) => Promise<Round>): Promise<Round> => {
    const engines = await open();
    try {
      return await work(engines);
    } finally {
      await engines.close();
    }
  };
  const contestants = judgings.map((judging): [string, () => Promise<Round>] => [
    judging.name,
    () => fresh((engines) => wholeWay(engines, texts, judging)),
  ]);
  const { bare, ...whole } = await inTurns(ROUNDS, {
    bare: () => fresh((engines) => bareLoop(engines, texts)),
    ...(Object.fromEntries(contestants) as Record<string, () => Promise<Round>>),
  });
  return Object.fromEntries(
    judgings.map(({ name, judge }) => [
      name,
      { judge: judge.detectorSet, ...beside(whole[name as keyof typeof whole]!, bare) },
    ]),
  );
}

/** Apache Kafka and a Mongo-wire server as the tests start them. */
async function overServers(texts: readonly string[], judgings: BenchJudging[]): Promise<Figures> {
  const { startKafka } = await import('../test/servers/kafka.js');
  const { startMongo } = await import('../test/servers/mongo.js');
  const { openKafkaLog } = await import('../streams/log/kafka.js');
  const { openMongoStore } = await import('../src/store/mongo/open.js');
  const kafka = await startKafka();
  try {
    const mongo = await startMongo();
    try {
      const open: OpenEngines = async () => {
        const log = openKafkaLog({ brokers: [kafka.brokers] });
        const url = `${mongo.url}/bench_${randomUUID().slice(0, 8)}`;
        const opened = await openMongoStore({ url, collections: specs });
        const close = async () => {
          await log.close();
          await opened.store.close();
        };
        return { log, ...opened, close };
      };
      return await compare(open, texts, judgings);
    } finally {
      await mongo.stop();
    }
  } finally {
    await kafka.stop();
  }
}

export const pipeline: Bench = {
  name: 'pipeline',
  async run({ seed, servers, progress }: BenchOptions) {
    const texts = drawTexts(RECORDS, TEXT_BYTES, seed);
    const loaded = await loadJudging(root);
    const judgings = loaded === noJudging ? [noJudging] : [loaded, noJudging];
    try {
      progress(`pipeline: ${ROUNDS} rounds of ${RECORDS} posts on the embedded engines`);
      const embedded = await compare(openEmbedded, texts, judgings);
      if (servers) progress('pipeline: the same on Apache Kafka and a Mongo-wire server');
      return {
        records: RECORDS,
        text_bytes: TEXT_BYTES,
        batch: BATCH,
        embedded,
        ...(servers ? { kafka_and_mongo_wire: await overServers(texts, [loaded]) } : {}),
      };
    } finally {
      await loaded.close();
    }
  },
};

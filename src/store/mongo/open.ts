/** The store on MongoDB, or any server that speaks its wire protocol (version 13 or later), through mongoose. */
import mongoose, { type Connection } from 'mongoose';
import { AssayError } from '../../../schemas/errors.js';
import type { BlobStore, Collection, CollectionSpec, Doc, Store } from '../../../schemas/store/port.js';
import { openBlobChunks } from './blobs.js';
import { MongoCollection } from './collection.js';
import { attempt, translate } from './errors.js';
import { collectionOf, createIndexes, modelOf } from './models.js';

export interface MongoOptions {
  /** `mongodb://…` or `mongodb+srv://…`; its path names the database (default `assay`). */
  url: string;
  /** Collections to have, with their indexes. */
  collections: readonly CollectionSpec[];
  /** Most connections to a server (default 20). */
  poolSize?: number;
  /** How long to look for a server that can answer, in milliseconds (default 5,000). */
  timeoutMs?: number;
}

/** An acknowledged write is in the journal of a majority; what is read is what a majority has. */
const DURABILITY = {
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
} as const;

async function connect({ url, poolSize = 20, timeoutMs = 5_000 }: MongoOptions): Promise<Connection> {
  const named = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(url);
  try {
    return await mongoose
      .createConnection(url, {
        ...DURABILITY,
        ...(!named && { dbName: 'assay' }),
        appName: 'assay',
        maxPoolSize: poolSize,
        waitQueueTimeoutMS: timeoutMs,
        serverSelectionTimeoutMS: timeoutMs,
        connectTimeoutMS: timeoutMs,
        socketTimeoutMS: 30_000,
        heartbeatFrequencyMS: 2_000,
        ignoreUndefined: true,
        bufferCommands: false,
        autoIndex: false,
        autoCreate: false,
      })
      .asPromise();
  } catch (error) {
    throw translate(error);
  }
}

/**
 * Connects, and creates what collections and indexes are missing.
 * @throws {AssayError} `store.unavailable` when no server answers in time, `config.invalid` when the URL or its user is refused
 */
export async function openMongoStore(options: MongoOptions): Promise<{ store: Store; blobs: BlobStore }> {
  const connection = await connect(options);
  const opened = new Map<string, Collection<Doc>>();
  try {
    for (const spec of options.collections) {
      const model = modelOf(connection, spec);
      await attempt('read', () => createIndexes(model));
      opened.set(spec.name, new MongoCollection(spec, collectionOf(model)));
    }
  } catch (error) {
    await connection.close();
    throw error;
  }
  const store: Store = {
    engine: 'mongo',
    collection<T extends Doc>(spec: CollectionSpec): Collection<T> {
      const collection = opened.get(spec.name);
      if (!collection) throw new AssayError('store.no_index', `Collection ${spec.name} is not declared.`);
      return collection as Collection<Doc> as Collection<T>;
    },
    async ping() {
      await attempt('read', () => connection.getClient().db(connection.name).command({ ping: 1 }));
    },
    async close() {
      await connection.close();
    },
  };
  return { store, blobs: openBlobChunks(connection) };
}

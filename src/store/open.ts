/** Chooses the store by its settings and opens it with its collections and its blobs: embedded files, or MongoDB by URL. */
import { join } from 'node:path';
import { COLLECTIONS } from '../../schemas/store/collections.js';
import type { BlobStore, CollectionSpec, Store } from '../../schemas/store/port.js';
import { openBlobFiles } from '../blob/files.js';
import type { Collections } from '../context.js';
import { Breaker } from './breaker.js';
import { openEmbeddedStore } from './embedded/open.js';
import { guardedBlobs, guardedStore } from './guarded.js';
import { MIGRATIONS } from './migrations/list.js';
import { migrate } from './migrations/runner.js';

export interface StoreSettings {
  /** `mongodb://…` chooses MongoDB (the path names the database); null the embedded store. */
  mongoUrl: string | null;
  /** Folder of the embedded store: `store.db` and `blobs/`. Not touched with MongoDB. */
  dataFolder: string;
}

export interface OpenedStore {
  store: Store;
  collections: Collections;
  blobs: BlobStore;
  /** Before a store that other machines serve; null before an embedded one. */
  breaker: Breaker | null;
}

function collectionsOf(store: Store): Collections {
  const entries = Object.entries(COLLECTIONS).map(([name, spec]) => [name, store.collection(spec)]);
  return Object.fromEntries(entries) as Collections;
}

async function openEngine({
  mongoUrl,
  dataFolder,
}: StoreSettings): Promise<Omit<OpenedStore, 'collections'>> {
  const specs = Object.values<CollectionSpec>(COLLECTIONS);
  if (mongoUrl !== null) {
    // Loaded only when it is used: it doubles the time a process needs to start.
    const { openMongoStore } = await import('./mongo/open.js');
    const { store, blobs } = await openMongoStore({ url: mongoUrl, collections: specs });
    const breaker = new Breaker();
    return { store: guardedStore(store, breaker), blobs: guardedBlobs(blobs, breaker), breaker };
  }
  const store = openEmbeddedStore({ file: join(dataFolder, 'store.db'), collections: specs });
  const blobs = await openBlobFiles(join(dataFolder, 'blobs'));
  return { store, blobs, breaker: null };
}

/**
 * Opens store and blobs; collections and indexes that are missing are created, documents of older versions migrated.
 * @throws {AssayError} `store.locked` (embedded, another process has it), `store.unavailable` (MongoDB), `disk.full`,
 * `store.schema` when a newer version of Assay has written the store
 */
export async function openStore(settings: StoreSettings): Promise<OpenedStore> {
  const engine = await openEngine(settings);
  const collections = collectionsOf(engine.store);
  try {
    await migrate(collections, MIGRATIONS);
  } catch (error) {
    await engine.store.close();
    throw error;
  }
  return { ...engine, collections };
}

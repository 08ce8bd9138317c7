/** A store behind its breaker: the same operations, refused at once while the store is left alone. */
import type { BlobStore, Collection, CollectionSpec, Doc, Store } from '../../schemas/store/port.js';
import type { Breaker } from './breaker.js';

function guardedCollection<T extends Doc>(inner: Collection<T>, breaker: Breaker): Collection<T> {
  return {
    spec: inner.spec,
    get: (id) => breaker.run(() => inner.get(id)),
    getMany: (ids) => breaker.run(() => inner.getMany(ids)),
    insert: (doc) => breaker.run(() => inner.insert(doc)),
    update: (id, change, options) => breaker.run(() => inner.update(id, change, options)),
    findAndUpdate: (id, change, guard) => breaker.run(() => inner.findAndUpdate(id, change, guard)),
    delete: (id, guard) => breaker.run(() => inner.delete(id, guard)),
    bulk: (ops) => breaker.run(() => inner.bulk(ops)),
    page: (query) => breaker.run(() => inner.page(query)),
    count: (query) => breaker.run(() => inner.count(query)),
    explain: (query) => breaker.run(() => inner.explain(query)),
  };
}

/** `ping` asks the store itself: readiness tells what is, not what is supposed. */
export const guardedStore = (inner: Store, breaker: Breaker): Store => ({
  engine: inner.engine,
  collection: <T extends Doc>(spec: CollectionSpec) => guardedCollection(inner.collection<T>(spec), breaker),
  ping: () => inner.ping(),
  close: () => inner.close(),
});

export const guardedBlobs = (inner: BlobStore, breaker: Breaker): BlobStore => ({
  put: (bytes) => breaker.run(() => inner.put(bytes)),
  get: (ref) => breaker.run(() => inner.get(ref)),
  delete: (ref) => breaker.run(() => inner.delete(ref)),
});

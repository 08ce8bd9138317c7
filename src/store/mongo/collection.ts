/** One collection of the MongoDB store: the port's operations in the driver's. */
import { AssayError } from '../../../schemas/errors.js';
import type {
  BulkOp,
  BulkOutcome,
  Change,
  Collection,
  CollectionSpec,
  Doc,
  Filter,
  Page,
  Query,
} from '../../../schemas/store/port.js';
import { pathsOf } from '../change.js';
import { readPage } from '../page.js';
import { type Plan, planQuery } from '../plan.js';
import { Bulk } from './bulk.js';
import { attempt, duplicateIndex } from './errors.js';
import { readExplain } from './explain.js';
import { fromStored, toStored } from './fields.js';
import type { StoredCollection } from './models.js';
import { toFilter, toFind, toUpdate } from './translate.js';

/** Tries of an upsert that meets a document which is gone again when it looks. */
const UPSERT_TRIES = 5;

/** Ids in one `$in`. */
const IDS_AT_ONCE = 1_000;

export class MongoCollection<T extends Doc> implements Collection<T> {
  readonly spec: CollectionSpec;
  readonly #stored: StoredCollection;

  constructor(spec: CollectionSpec, stored: StoredCollection) {
    this.spec = spec;
    this.#stored = stored;
  }

  async get(id: string): Promise<T | null> {
    return fromStored((await attempt('read', () => this.#stored.findOne({ _id: id }))) as T | null);
  }

  async getMany(ids: readonly string[]): Promise<(T | null)[]> {
    const found = new Map<string, T>();
    const wanted = [...new Set(ids)];
    for (let from = 0; from < wanted.length; from += IDS_AT_ONCE) {
      const some = { _id: { $in: wanted.slice(from, from + IDS_AT_ONCE) } };
      const docs = await attempt('read', () => this.#stored.find(some).toArray());
      for (const doc of docs) found.set(doc._id, fromStored(doc as T));
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  insert(doc: T): Promise<BulkOutcome> {
    return this.#orDuplicate(async () => {
      await this.#stored.insertOne(toStored(doc));
      return { did: 'inserted' };
    });
  }

  async update(
    id: string,
    change: Change,
    options: { guard?: Filter; upsert?: boolean } = {},
  ): Promise<BulkOutcome> {
    const { guard, upsert = false } = options;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#updateOnce(id, change, guard, upsert);
      // An upsert that did not match what is there tried to create it a second time.
      const met = upsert && outcome.did === 'duplicate' && outcome.index === '_id';
      if (!met) return outcome;
      const second = await this.#updateOnce(id, change, guard, false);
      if (second.did !== 'unmatched' || guard !== undefined || tries === UPSERT_TRIES) return second;
    }
  }

  async findAndUpdate(id: string, change: Change, guard?: Filter): Promise<T | null> {
    pathsOf(change);
    try {
      const options = { returnDocument: 'after', includeResultMetadata: false } as const;
      const find = () => this.#stored.findOneAndUpdate(toFilter(id, guard), toUpdate(change), options);
      return fromStored((await attempt('write', find)) as T | null);
    } catch (error) {
      const index = duplicateIndex(error as Error);
      if (index === undefined) throw error;
      throw new AssayError('store.conflict', `Unique index ${index} is taken.`, { cause: error });
    }
  }

  async delete(id: string, guard?: Filter): Promise<BulkOutcome> {
    const { deletedCount } = await attempt('write', () => this.#stored.deleteOne(toFilter(id, guard)));
    return { did: deletedCount === 1 ? 'deleted' : 'unmatched' };
  }

  bulk(ops: readonly BulkOp<T>[]): Promise<BulkOutcome[]> {
    return new Bulk<T>(this.#stored, this, ops).run();
  }

  page(query: Query): Promise<Page<T>> {
    return readPage(this.spec, query, (plan, count) => this.#fetch(plan, count));
  }

  async count(query: Omit<Query, 'after' | 'order'>): Promise<number> {
    if (query.residual !== undefined) return (await this.page(query)).docs.length;
    const find = toFind(planQuery(this.spec, query));
    if (find === null) return 0;
    const { filter, hint } = find;
    return attempt('read', () => this.#stored.countDocuments(filter, { limit: query.limit, hint }));
  }

  async explain(query: Query): Promise<{ usesIndex: boolean; plan: string }> {
    const find = toFind(planQuery(this.spec, query));
    if (find === null) return { usesIndex: true, plan: 'nothing satisfies the query' };
    const { filter, sort, hint } = find;
    const cursor = this.#stored.find(filter).sort(sort).hint(hint).limit(query.limit);
    try {
      return readExplain(await cursor.explain('queryPlanner'), hint);
    } catch (error) {
      if ((error as { codeName?: string }).codeName !== 'CommandNotFound') throw error;
      const exists = (await this.#stored.indexes()).some(({ name }) => name === hint);
      return {
        usesIndex: exists,
        plan: `this server explains nothing; the query names ${hint}, which exists: ${exists}`,
      };
    }
  }

  async #fetch(plan: Plan, count: number): Promise<T[]> {
    const find = toFind(plan);
    if (find === null) return [];
    const { filter, sort, hint } = find;
    const docs = () => this.#stored.find(filter, { sort, hint, limit: count, batchSize: count }).toArray();
    return (await attempt('read', docs)).map((doc) => fromStored(doc as T));
  }

  #updateOnce(id: string, change: Change, guard: Filter | undefined, upsert: boolean): Promise<BulkOutcome> {
    return this.#orDuplicate(async () => {
      pathsOf(change);
      const filter = toFilter(id, guard, upsert);
      const { matchedCount, upsertedCount } = await this.#stored.updateOne(filter, toUpdate(change), {
        upsert,
      });
      if (upsertedCount > 0) return { did: 'inserted' };
      return { did: matchedCount > 0 ? 'updated' : 'unmatched' };
    });
  }

  async #orDuplicate(write: () => Promise<BulkOutcome>): Promise<BulkOutcome> {
    try {
      return await attempt('write', write);
    } catch (error) {
      const index = duplicateIndex(error as Error);
      if (index === undefined) throw error;
      return { did: 'duplicate', index };
    }
  }
}

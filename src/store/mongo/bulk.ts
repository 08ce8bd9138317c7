/**
 * A bulk of the port as one unordered bulkWrite, with an outcome for every operation. MongoDB's reply counts matches
 * but does not say which operation matched, so only what can be told from it goes into the bulk: inserts, upserts, and
 * updates without a guard. Guarded updates and deletes are sent one by one, side by side.
 */
import mongoose, { type mongo } from 'mongoose';
import { AssayError } from '../../../schemas/errors.js';
import type { BulkOp, BulkOutcome, Collection, Doc } from '../../../schemas/store/port.js';
import { pathsOf } from '../change.js';
import { attempt, duplicateIndex, type Refusal, refused } from './errors.js';
import { toStored } from './fields.js';
import type { StoredCollection, StoredDoc } from './models.js';
import { toFilter, toUpdate } from './translate.js';

const { MongoBulkWriteError } = mongoose.mongo;

type Write = mongo.AnyBulkWriteOperation<StoredDoc>;

interface Reply {
  result: mongo.BulkWriteResult;
  /** Refusals by place in the bulk. */
  refusals: ReadonlyMap<number, Refusal>;
}

/** Operations sent at once where each is a request of its own. */
const SIDE_BY_SIDE = 16;

/** Whether the reply to a bulk tells what became of the operation. */
function isTold<T extends Doc>(op: BulkOp<T>): boolean {
  if ('insert' in op) return true;
  return 'update' in op && (op.update.upsert === true || op.update.guard === undefined);
}

/** @throws {AssayError} `store.change` when the change contradicts itself */
function toWrite<T extends Doc>(op: Exclude<BulkOp<T>, { delete: unknown }>): Write {
  if ('insert' in op) return { insertOne: { document: toStored(op.insert) } };
  const { id, guard, change, upsert = false } = op.update;
  pathsOf(change);
  return { updateOne: { filter: toFilter(id, guard, upsert), update: toUpdate(change), upsert } };
}

/** Refusals of single operations are part of the answer; a write concern that was not met is not. */
async function send(collection: StoredCollection, writes: Write[]): Promise<Reply> {
  return attempt('write', async () => {
    try {
      return { result: await collection.bulkWrite(writes, { ordered: false }), refusals: new Map() };
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      const refusals = [error.writeErrors].flat();
      const unmet = error.result.getWriteConcernError();
      if (unmet || refusals.length === 0)
        throw new AssayError('store.unavailable', unmet?.errmsg, { cause: error });
      return { result: error.result, refusals: new Map(refusals.map((each) => [each.index, each])) };
    }
  });
}

/** Carries out a bulk on a collection; `single` is the port's collection, for what is sent by itself. */
export class Bulk<T extends Doc> {
  readonly #collection: StoredCollection;
  readonly #single: Pick<Collection<T>, 'update' | 'delete'>;
  readonly #ops: readonly BulkOp<T>[];
  readonly #outcomes: BulkOutcome[] = [];
  readonly #errors: unknown[] = [];

  constructor(
    collection: StoredCollection,
    single: Pick<Collection<T>, 'update' | 'delete'>,
    ops: readonly BulkOp<T>[],
  ) {
    this.#collection = collection;
    this.#single = single;
    this.#ops = ops;
  }

  /** @throws the first error of an operation, after all others were carried out */
  async run(): Promise<BulkOutcome[]> {
    const places = this.#ops.map((_, place) => place);
    const told = places.filter((place) => isTold(this.#ops[place]!));
    const single = places.filter((place) => !isTold(this.#ops[place]!));
    await Promise.all([this.#together(told), this.#oneByOne(single)]);
    if (this.#errors.length > 0) throw this.#errors[0];
    return this.#outcomes;
  }

  async #together(places: readonly number[]): Promise<void> {
    const sent: number[] = [];
    const writes: Write[] = [];
    for (const place of places) {
      try {
        writes.push(toWrite(this.#ops[place] as Exclude<BulkOp<T>, { delete: unknown }>));
        sent.push(place);
      } catch (error) {
        this.#errors.push(error);
      }
    }
    if (writes.length === 0) return;
    const { result, refusals } = await send(this.#collection, writes);
    const plain: number[] = [];
    const again: number[] = [];
    let matchedUpserts = 0;
    sent.forEach((place, i) => {
      const op = this.#ops[place]!;
      const refusal = refusals.get(i);
      if (refusal !== undefined) {
        if (this.#refuse(place, refusal)) again.push(place);
      } else if ('insert' in op || result.upsertedIds[i] !== undefined) {
        this.#outcomes[place] = { did: 'inserted' };
      } else if ('update' in op && op.update.upsert) {
        matchedUpserts++;
        this.#outcomes[place] = { did: 'updated' };
      } else {
        plain.push(place);
      }
    });
    await this.#tellPlain(plain, result.matchedCount - matchedUpserts);
    await this.#oneByOne(again);
  }

  /** @returns true when the operation has to be asked again by itself: an upsert met a document it did not match */
  #refuse(place: number, refusal: Refusal): boolean {
    const op = this.#ops[place]!;
    const index = duplicateIndex(refusal);
    if (index === '_id' && 'update' in op) return true;
    if (index === undefined) this.#errors.push(refused(refusal));
    else this.#outcomes[place] = { did: 'duplicate', index };
    return false;
  }

  /** Updates by id alone: all matched, or those whose document is not there did not. */
  async #tellPlain(places: readonly number[], matched: number): Promise<void> {
    const ids = places.map((place) => (this.#ops[place] as { update: { id: string } }).update.id);
    const missing = new Set<string>();
    if (matched < places.length) {
      const find = () => this.#collection.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
      const found = new Set((await attempt('read', find)).map(({ _id }) => _id));
      for (const id of ids) if (!found.has(id)) missing.add(id);
    }
    places.forEach((place, i) => {
      this.#outcomes[place] = { did: missing.has(ids[i]!) ? 'unmatched' : 'updated' };
    });
  }

  async #oneByOne(places: readonly number[]): Promise<void> {
    const waiting = [...places];
    const worker = async (): Promise<void> => {
      for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
        const op = this.#ops[place]!;
        try {
          if ('update' in op)
            this.#outcomes[place] = await this.#single.update(op.update.id, op.update.change, op.update);
          if ('delete' in op)
            this.#outcomes[place] = await this.#single.delete(op.delete.id, op.delete.guard);
        } catch (error) {
          this.#errors.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  }
}

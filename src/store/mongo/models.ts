/**
 * A mongoose model for each declared collection: name, indexes, and nothing about the fields, whose shapes are declared
 * once in schemas/ and checked where documents enter. Reads and writes go to the driver's collection beneath the model
 * (no casting, no defaults: what the port was given is what is stored).
 */
import mongoose, { type Connection, type Model, type mongo } from 'mongoose';
import type { CollectionSpec, IndexSpec } from '../../../schemas/store/port.js';
import { toStoredPath } from './fields.js';

export interface StoredDoc {
  _id: string;
}

export type StoredCollection = mongo.Collection<StoredDoc>;

/**
 * Keys of an index. All but unique ones end with `_id`, the last key of every order. A sparse index is an ordinary one
 * here: MongoDB's own would hold entries for nulls too, and queries along it never ask for null.
 */
function indexKeys(index: IndexSpec): Record<string, 1> {
  const paths = index.unique ? index.keys : [...index.keys, '_id'];
  return Object.fromEntries(paths.map((path) => [toStoredPath(path), 1]));
}

/** The model of a collection on a connection. */
export function modelOf(connection: Connection, spec: CollectionSpec): Model<StoredDoc> {
  const schema = new mongoose.Schema<StoredDoc>(
    { _id: { type: String, required: true } },
    { collection: spec.name, strict: false, minimize: false, versionKey: false, id: false, autoIndex: false },
  );
  for (const index of spec.indexes) {
    schema.index(indexKeys(index), { name: index.name, ...(index.unique && { unique: true }) });
  }
  return connection.model<StoredDoc>(spec.name, schema);
}

/** The driver's collection beneath a model. */
export const collectionOf = (model: Model<StoredDoc>): StoredCollection =>
  model.db.getClient().db(model.db.name).collection<StoredDoc>(model.collection.name);

/** An index of that name with other keys, or with the same keys under another name: from an older declaration. */
const CONFLICTS = new Set<unknown>([85, 86]);

/** Creates the collection and what indexes are missing; one that was declared differently before is made anew. */
export async function createIndexes(model: Model<StoredDoc>): Promise<void> {
  await model.createCollection();
  const collection = collectionOf(model);
  for (const [keys, { name, unique }] of model.schema.indexes()) {
    const create = () =>
      collection.createIndex(keys as Record<string, 1>, { name, ...(unique && { unique: true }) });
    try {
      await create();
    } catch (error) {
      if (!CONFLICTS.has((error as mongo.MongoServerError).code)) throw error;
      for (const old of await collection.indexes()) {
        const stands = old.name === name || JSON.stringify(old.key) === JSON.stringify(keys);
        if (stands) await collection.dropIndex(old.name!);
      }
      await create();
    }
  }
}

/**
 * Brings the documents of a store to the shape this version reads, at open, the same on both engines. The version lies in
 * `meta` under `schema`. A step may be interrupted and run by several processes at once: it goes page by page, keeps its
 * place, and every change in it may be made again; the version rises by compare-and-set.
 */
import { AssayError } from '../../../schemas/errors.js';
import type { BulkOp, Collection, Cursor, Doc } from '../../../schemas/store/port.js';
import type { Collections } from '../../context.js';

/** One step, from the version before to `version`. Documents stay readable for the version before: both run during an upgrade. */
export interface Migration<T extends Doc = Doc> {
  version: number;
  /** What it does, in words. */
  name: string;
  collection: (collections: Collections) => Collection<T>;
  /** The changes of one page; making them again changes nothing. */
  change: (docs: readonly T[]) => BulkOp<T>[];
}

/** What every store begins with. */
const FIRST = 1;
const SCHEMA = 'schema';
const PAGE = 500;

interface Schema {
  version: number;
  /** Where the step to the next version stands. */
  cursor: Cursor | null;
}

type Meta = Pick<Collections, 'meta'>;

async function readSchema({ meta }: Meta): Promise<Schema> {
  const doc = await meta.get(SCHEMA);
  if (doc !== null) return doc.value as Schema;
  const value: Schema = { version: FIRST, cursor: null };
  await meta.insert({ _id: SCHEMA, value });
  return value;
}

/** One step to its end. */
async function run(migration: Migration, from: Schema, collections: Collections): Promise<void> {
  const collection = migration.collection(collections);
  const guard = { 'value.version': from.version };
  let { cursor } = from;
  for (;;) {
    const page: Awaited<ReturnType<typeof collection.page>> = await collection.page({
      index: '_id',
      limit: PAGE,
      ...(cursor === null ? {} : { after: cursor }),
    });
    const ops = migration.change(page.docs);
    if (ops.length > 0) await collection.bulk(ops);
    if (page.next === null) break;
    cursor = page.next;
    await collections.meta.update(SCHEMA, { set: { 'value.cursor': cursor } }, { guard });
  }
  const value: Schema = { version: migration.version, cursor: null };
  // Where another process was faster, its word stands.
  await collections.meta.update(SCHEMA, { set: { value } }, { guard });
}

/**
 * Runs what is missing, in order.
 * @param migrations by version, each one above the last
 * @returns the version the store has now
 * @throws {AssayError} `store.schema` when the store is of a newer version than these migrations lead to
 */
export async function migrate(collections: Collections, migrations: readonly Migration[]): Promise<number> {
  const latest = migrations.at(-1)?.version ?? FIRST;
  for (;;) {
    const schema = await readSchema(collections);
    if (schema.version > latest) {
      throw new AssayError(
        'store.schema',
        `The store has schema version ${schema.version}, this version of Assay knows ${latest} and older: start the newer one.`,
      );
    }
    const next = migrations.find(({ version }) => version > schema.version);
    if (next === undefined) return schema.version;
    await run(next, schema, collections);
  }
}

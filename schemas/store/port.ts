/**
 * The store port: documents in named collections, reached only through declared indexes.
 * Two adapters stand behind it, `src/store/embedded/` (SQLite, one process) and `src/store/mongo/` (any MongoDB-wire
 * server, through mongoose); one contract suite (test/src/store/contract.ts) runs on both. The operations are the subset
 * that every Mongo-wire server we test on has (design section 8): no transactions, no pipelines in updates, no TTL.
 *
 * A change to ONE document is atomic; a bulk of changes is not, so whatever must hold together lies in one document.
 */

/** What may be compared and indexed. */
export type Scalar = string | number | boolean | null;

/** A document: JSON (finite numbers only) with a string `_id`. Dates are RFC 3339 strings or milliseconds, chosen per field, never Date objects. */
export interface Doc {
  _id: string;
}

interface IndexKeys {
  readonly name: string;
  /** Dotted paths in order. Sorting runs along all of them in one direction (or all reversed), then by `_id`. They lead to scalars. */
  readonly keys: readonly string[];
}

/** No two documents have the same keys; missing equals null here too. What is claimed only sometimes is claimed by inserting an id. */
interface UniqueIndex extends IndexKeys {
  readonly unique: true;
  readonly multikey?: undefined;
  readonly sparse?: undefined;
}

interface PlainIndex extends IndexKeys {
  readonly unique?: undefined;
  /**
   * The one path that leads to an array of scalars: the document stands once under each element, and every query along
   * this index fixes the path by equality.
   */
  readonly multikey?: string;
  /** Documents where the first key is missing or null are left out of what the index shows. */
  readonly sparse?: boolean;
}

export type IndexSpec = UniqueIndex | PlainIndex;

export interface CollectionSpec {
  name: string;
  indexes: readonly IndexSpec[];
}

/** Bounds compare within one type only, as MongoDB does: `{gt: 5}` is satisfied by numbers, `{lt: 'b'}` by strings. */
export interface Range {
  readonly gt?: Scalar;
  readonly gte?: Scalar;
  readonly lt?: Scalar;
  readonly lte?: Scalar;
}

/**
 * A comparison of the value at a path. A bare scalar means equality; a missing field equals `null`.
 * Keys sort null < numbers < strings (by their UTF-8 bytes) < booleans. Where the path leads to an array, some element
 * has to satisfy the condition (each bound of a range by itself), and for `ne` no element may be equal.
 * `not` is satisfied where the range is not, and so also by a missing field: `{not: {gte: 7}}` guards "not yet 7".
 */
export type Condition =
  | Scalar
  | { readonly in: readonly Scalar[] }
  | { readonly ne: Scalar }
  | { readonly not: Range }
  | Range;

export type Filter = Readonly<Record<string, Condition>>;

/**
 * Changes of one document, applied together. Paths are dotted; `push` appends, `pull` removes elements whose fields equal
 * the given ones. No path may stand in two of them, none may be `_id`. What is handed over must not be altered until the
 * call has resolved. A change that does not fit the document (`inc` of a text, `push` onto a number) is refused with
 * `store.change`; in a bulk the other operations are carried out before the bulk is rejected with it.
 */
export interface Change {
  set?: Readonly<Record<string, unknown>>;
  unset?: readonly string[];
  inc?: Readonly<Record<string, number>>;
  push?: Readonly<Record<string, unknown>>;
  pull?: Readonly<Record<string, Readonly<Record<string, Scalar>>>>;
  /** Only when an upsert creates the document. */
  setOnInsert?: Readonly<Record<string, unknown>>;
}

export type BulkOp<T extends Doc> =
  | { readonly insert: T }
  | {
      readonly update: {
        readonly id: string;
        readonly guard?: Filter;
        readonly change: Change;
        /** Creates the document when none has this id; the guard speaks of an existing one only. */
        readonly upsert?: boolean;
      };
    }
  | { readonly delete: { readonly id: string; readonly guard?: Filter } };

/**
 * What became of one operation of a bulk:
 * `inserted` a new document (also by upsert); `updated` an existing one matched id and guard; `deleted`;
 * `unmatched` no document with that id satisfied the guard (nothing written, also when upserting);
 * `duplicate` another document has the id, or the key of the unique index named in `index` (`_id` for the id).
 */
export type BulkOutcome =
  | { readonly did: 'inserted' | 'updated' | 'deleted' | 'unmatched' }
  | { readonly did: 'duplicate'; readonly index: string };

/** A keyset cursor: the values of the index's keys and the `_id` of the last document seen, as JSON in base64url. Opaque to callers. */
export type Cursor = string;

export interface Query {
  /** Name of the declared index that serves this query; `_id` for the primary key. */
  index: string;
  /** Equality on a prefix of the index's keys (`_id` counts as the last key), then at most one range or `in` on the key after it. */
  where?: Filter;
  /** Further conditions, checked document by document (on arrays: some element satisfies it). */
  residual?: Filter;
  order?: 'asc' | 'desc';
  /** Continue after this cursor. @throws `request.cursor` when it does not belong to this index */
  after?: Cursor;
  /** Largest number of documents to return. */
  limit: number;
  /** Documents looked at before the page ends early (its cursor then continues from there); default LIMITS.pageScan. */
  scanLimit?: number;
}

export interface Page<T> {
  docs: T[];
  /** Present when there may be more. */
  next: Cursor | null;
}

export interface Collection<T extends Doc> {
  readonly spec: CollectionSpec;
  get(id: string): Promise<T | null>;
  /** In the order of `ids`, `null` where there is none. */
  getMany(ids: readonly string[]): Promise<(T | null)[]>;
  /** Insert that is also a claim: exactly one caller gets `inserted` for an id or unique key. */
  insert(doc: T): Promise<BulkOutcome>;
  /** One guarded change; atomic. */
  update(id: string, change: Change, options?: { guard?: Filter; upsert?: boolean }): Promise<BulkOutcome>;
  /** As `update`, and returns the document as it is after the change, or null when nothing matched. */
  findAndUpdate(id: string, change: Change, guard?: Filter): Promise<T | null>;
  delete(id: string, guard?: Filter): Promise<BulkOutcome>;
  /**
   * Unordered: two operations on one id may be carried out in either order. Every operation gets its outcome, at the
   * place it was given. Durable when resolved.
   */
  bulk(ops: readonly BulkOp<T>[]): Promise<BulkOutcome[]>;
  /** One page along an index. @throws {AssayError} `store.no_index` when the index is not declared or cannot serve `where` */
  page(query: Query): Promise<Page<T>>;
  /** Number of documents that satisfy `where` and `residual` along the index, at most `limit`, among the first `scanLimit`. */
  count(query: Omit<Query, 'after' | 'order'>): Promise<number>;
  /** How the engine would serve the query: true when it walks the declared index, with the engine's own words. */
  explain(query: Query): Promise<{ usesIndex: boolean; plan: string }>;
}

export interface Store {
  readonly engine: 'embedded' | 'mongo';
  /** The collection as declared; creates it and its indexes on `open`, not here. */
  collection<T extends Doc>(spec: CollectionSpec): Collection<T>;
  /** Throws when the store cannot be reached; for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that are too long for a document: raw mail above LIMITS.recordBytes. */
export interface BlobStore {
  /** Stores under the SHA-256 of the bytes; storing the same bytes again changes nothing. */
  put(bytes: Buffer): Promise<{ sha256: string; size: number; ref: string }>;
  get(ref: string): Promise<Buffer | null>;
  delete(ref: string): Promise<void>;
}

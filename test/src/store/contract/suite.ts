/** What a contract needs of an engine, and one store per suite with the collections the suite declares. */
import { afterAll, beforeAll } from '@jest/globals';
import type { Collection, CollectionSpec, Doc, Store } from '../../../../schemas/store/port.js';

export interface Engine {
  /** Opens an empty store with these collections. */
  open(collections: readonly CollectionSpec[]): Promise<Store>;
  /** Whether strings sort by code points also above U+FFFF (one of the test servers sorts by UTF-16 units). */
  sortsByCodePoint: boolean;
  /** Rounds of the property tests. */
  rounds: number;
}

/** A document of the contract: any JSON fields. */
export interface Thing extends Doc {
  [field: string]: unknown;
}

/** Opens one store for the suite; the function gives the collection of a declared spec. */
export function openFor(
  engine: Engine,
  collections: readonly CollectionSpec[],
): (spec: CollectionSpec) => Collection<Thing> {
  let store: Store | undefined;
  beforeAll(async () => {
    store = await engine.open(collections);
  });
  afterAll(async () => {
    await store?.close();
  });
  return (spec) => store!.collection<Thing>(spec);
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Store } from '../../../schemas/store/port.js';
import { LEASE_MS, sharedLeases, soleOwner } from '../../../streams/announce/lease.js';
import type { RecordCollections } from '../../../streams/records.js';
import { openMemoryStore } from '../harness/parts.js';

let store: Store;
let collections: RecordCollections;
beforeAll(() => {
  ({ store, collections } = openMemoryStore());
});
afterAll(() => store.close());

describe('leases on shards of the outbox', () => {
  it('let one process at a time have a shard, and another have it when the first falls silent', async () => {
    let now = 1_000;
    const first = sharedLeases(collections.meta, 'first', () => now);
    const second = sharedLeases(collections.meta, 'second', () => now);
    expect(await first.mine(0)).toBe(true);
    expect(await second.mine(0)).toBe(false);
    expect(await second.mine(1)).toBe(true);
    now += LEASE_MS - 1;
    expect(await first.mine(0)).toBe(true);
    now += LEASE_MS - 1;
    expect(await second.mine(0)).toBe(false);
    now += 1;
    expect(await second.mine(0)).toBe(true);
    expect(await first.mine(0)).toBe(false);
  });

  it('are given back for the next owner', async () => {
    const now = 1_000_000;
    const first = sharedLeases(collections.meta, 'third', () => now);
    const second = sharedLeases(collections.meta, 'fourth', () => now);
    expect(await first.mine(5)).toBe(true);
    await first.release();
    expect(await second.mine(5)).toBe(true);
  });

  it('are not needed where one process has the store', async () => {
    expect(await soleOwner.mine(3)).toBe(true);
    await soleOwner.release();
  });
});

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

/** Two processes with clocks of their own. */
const pair = (firstMs: number, secondMs: number) => {
  const clocks = { first: firstMs, second: secondMs };
  return {
    first: sharedLeases(collections.meta, 'first', () => clocks.first),
    second: sharedLeases(collections.meta, 'second', () => clocks.second),
    clocks,
    pass(ms: number) {
      clocks.first += ms;
      clocks.second += ms;
    },
  };
};

const HOUR = 3_600_000;

describe('leases on shards of the outbox', () => {
  it('let one process at a time have a shard, and another have it when the first falls silent', async () => {
    const { first, second, pass } = pair(1_000, 1_000);
    expect(await first.mine(0)).toBe(true);
    expect(await second.mine(0)).toBe(false);
    expect(await second.mine(1)).toBe(true);
    pass(LEASE_MS - 1);
    expect(await first.mine(0)).toBe(true);
    pass(1);
    expect(await second.mine(0)).toBe(false);
    pass(LEASE_MS - 1);
    expect(await second.mine(0)).toBe(false);
    pass(1);
    expect(await second.mine(0)).toBe(true);
    expect(await first.mine(0)).toBe(false);
  });

  it('ask the store only when half of their time is used up', async () => {
    const { first, second, pass } = pair(1_000, 1_000);
    expect(await first.mine(2)).toBe(true);
    await collections.meta.delete('outbox-owner:2');
    pass(LEASE_MS / 2 - 1);
    expect(await first.mine(2)).toBe(true);
    expect(await second.mine(2)).toBe(true);
    pass(1);
    expect(await first.mine(2)).toBe(false);
  });

  it('are given back for the next owner', async () => {
    const { first, second } = pair(1_000, 1_000);
    expect(await first.mine(5)).toBe(true);
    await first.release();
    expect(await second.mine(5)).toBe(true);
    expect(await first.mine(5)).toBe(false);
  });

  it('pass on after the same time when the silent owner had a clock hours ahead', async () => {
    const { first, second, pass } = pair(1_000 + 5 * HOUR, 1_000);
    expect(await first.mine(3)).toBe(true);
    expect(await second.mine(3)).toBe(false);
    pass(LEASE_MS);
    expect(await second.mine(3)).toBe(true);
  });

  it('stay with a living owner whose clock is hours behind', async () => {
    const { first, second, pass } = pair(1_000, 1_000 + 5 * HOUR);
    expect(await first.mine(4)).toBe(true);
    for (let turn = 0; turn < 5; turn++) {
      pass(LEASE_MS / 2);
      expect(await first.mine(4)).toBe(true);
      expect(await second.mine(4)).toBe(false);
    }
  });

  it('are renewed in time by an owner whose clock is set back, and taken in time by one who watches', async () => {
    const { first, second, clocks, pass } = pair(1_000 + HOUR, 1_000 + HOUR);
    expect(await first.mine(6)).toBe(true);
    expect(await second.mine(6)).toBe(false);
    clocks.first -= HOUR;
    await collections.meta.delete('outbox-owner:6');
    expect(await second.mine(6)).toBe(true);
    expect(await first.mine(6)).toBe(false);
    clocks.first -= 1_000;
    expect(await first.mine(6)).toBe(false);
    pass(LEASE_MS);
    expect(await first.mine(6)).toBe(true);
  });

  it('have one owner when two reach for a shard at the same moment', async () => {
    const { first, second, pass } = pair(1_000, 1_000);
    const taken = await Promise.all([first.mine(7), second.mine(7)]);
    expect(taken.filter(Boolean)).toHaveLength(1);
    const third = sharedLeases(collections.meta, 'third', () => 1_000 + LEASE_MS);
    await third.mine(7);
    pass(LEASE_MS);
    expect((await Promise.all([first.mine(7), second.mine(7)])).filter(Boolean)).toHaveLength(1);
  });

  it('are not needed where one process has the store', async () => {
    expect(await soleOwner.mine(3)).toBe(true);
    await soleOwner.release();
  });
});

/**
 * Which process looks after which shard of the outbox, where several share one store. A lease only spares double work:
 * two owners at once would announce twice under the same ids and still count once.
 */
import type { MetaDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';

/** Long enough to outlive a slow round, short enough that a killed owner is replaced soon. */
export const LEASE_MS = 6_000;

export interface Leases {
  /** True when the shard is ours until the lease ends; renews by itself when half is used up. */
  mine(shard: number): Promise<boolean>;
  /** Gives all shards back, so that the next owner need not wait. */
  release(): Promise<void>;
}

/** One process has the store for itself: every shard is its own. */
export const soleOwner: Leases = {
  mine: async () => true,
  release: async () => undefined,
};

const leaseId = (shard: number): string => `outbox-owner:${shard}`;

/** @param owner name of this process, unique among those that share the store */
export function sharedLeases(meta: Collection<MetaDoc>, owner: string, clock: () => number): Leases {
  const until = new Map<number, number>();
  const claim = async (shard: number, now: number): Promise<boolean> => {
    const value = { owner, untilMs: now + LEASE_MS };
    const change = { set: { value } };
    const renewed = await meta.update(leaseId(shard), change, { guard: { 'value.owner': owner } });
    if (renewed.did === 'updated') return true;
    const taken = await meta.update(leaseId(shard), change, { guard: { 'value.untilMs': { lte: now } } });
    if (taken.did === 'updated') return true;
    return (await meta.insert({ _id: leaseId(shard), value })).did === 'inserted';
  };
  return {
    async mine(shard) {
      const now = clock();
      if ((until.get(shard) ?? 0) - now > LEASE_MS / 2) return true;
      const claimed = await claim(shard, now);
      if (claimed) until.set(shard, now + LEASE_MS);
      else until.delete(shard);
      return claimed;
    },
    async release() {
      for (const shard of until.keys()) {
        const change = { set: { 'value.untilMs': 0 } };
        await meta.update(leaseId(shard), change, { guard: { 'value.owner': owner } });
      }
      until.clear();
    },
  };
}

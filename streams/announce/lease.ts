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

/** What lies in the store: who has the shard, and a number that rises with every renewal. No time: clocks differ. */
interface Lease {
  owner: string | null;
  turn: number;
}

const leaseId = (shard: number): string => `outbox-owner:${shard}`;

/**
 * A lease has run out when it was not renewed for LEASE_MS by the clock of the one who watches it, so it passes on after
 * that time also where the clocks of the processes are hours apart, or are set.
 * @param owner name of this process, unique among those that share the store
 * @param clock milliseconds; of this process alone
 */
export function sharedLeases(meta: Collection<MetaDoc>, owner: string, clock: () => number): Leases {
  /** When this process last claimed or renewed. */
  const held = new Map<number, number>();
  /** Leases of others as first seen in this turn. */
  const watched = new Map<number, Lease & { sinceMs: number }>();

  const renew = async (shard: number): Promise<boolean> => {
    const change = { inc: { 'value.turn': 1 } };
    return (await meta.update(leaseId(shard), change, { guard: { 'value.owner': owner } })).did === 'updated';
  };
  const take = async (shard: number, lease: Lease): Promise<boolean> => {
    const change = { set: { value: { owner, turn: lease.turn + 1 } } };
    const guard = { 'value.owner': lease.owner, 'value.turn': lease.turn };
    return (await meta.update(leaseId(shard), change, { guard })).did === 'updated';
  };
  /** Whether a lease of somebody else has stood still for its time. */
  const ranOut = (shard: number, { owner: other, turn }: Lease, now: number): boolean => {
    const seen = watched.get(shard);
    if (seen?.owner === other && seen.turn === turn && now >= seen.sinceMs)
      return now - seen.sinceMs >= LEASE_MS;
    watched.set(shard, { owner: other, turn, sinceMs: now });
    return false;
  };
  const claim = async (shard: number, now: number): Promise<boolean> => {
    if (await renew(shard)) return true;
    const doc = await meta.get(leaseId(shard));
    if (doc === null)
      return (await meta.insert({ _id: leaseId(shard), value: { owner, turn: 1 } })).did === 'inserted';
    const lease = doc.value as Lease;
    if (lease.owner !== null && !ranOut(shard, lease, now)) return false;
    return take(shard, lease);
  };

  return {
    async mine(shard) {
      const now = clock();
      const sinceMs = held.get(shard);
      if (sinceMs !== undefined && now >= sinceMs && now - sinceMs < LEASE_MS / 2) return true;
      const claimed = await claim(shard, now);
      if (claimed) {
        held.set(shard, now);
        watched.delete(shard);
      } else held.delete(shard);
      return claimed;
    },
    async release() {
      for (const shard of held.keys()) {
        const change = { set: { 'value.owner': null } };
        await meta.update(leaseId(shard), change, { guard: { 'value.owner': owner } });
      }
      held.clear();
    },
  };
}

/** Who looks after the outbox: several processes may share a MongoDB; the embedded store belongs to one. */
import { randomUUID } from 'node:crypto';
import { type Leases, sharedLeases, soleOwner } from '../streams/announce/lease.js';
import type { Context } from './context.js';

/** Leases in the name of this process. */
export const leasesOf = ({
  store,
  collections,
  clock,
}: Pick<Context, 'store' | 'collections' | 'clock'>): Leases =>
  store.engine === 'embedded' ? soleOwner : sharedLeases(collections.meta, randomUUID(), clock);

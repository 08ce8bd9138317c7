/** Removes challenges nobody answered, the memory of used proofs, claims never proven and quotas of the past, once they no longer matter. */
import { LIMITS } from '../../schemas/limits.js';
import type { Collection, Doc } from '../../schemas/store/port.js';
import type { Context } from '../context.js';

/** Deletes what has expired; returns how many documents went. */
export async function sweepAttestation(context: Pick<Context, 'collections' | 'clock'>): Promise<number> {
  const { challenges, usedProofs, quotas, platformClaims } = context.collections;
  const now = context.clock();
  const swept = [await sweepExpired(challenges, now), await sweepExpired(usedProofs, now)];
  swept.push(await sweepExpired(quotas, now), await sweepExpired(platformClaims, now));
  return swept.reduce((sum, gone) => sum + gone, 0);
}

async function sweepExpired<T extends Doc>(collection: Collection<T>, now: number): Promise<number> {
  let gone = 0;
  for (;;) {
    const where = { expiresMs: { lt: now } };
    const { docs } = await collection.page({ index: 'by_expiry', where, limit: LIMITS.batchItems });
    if (docs.length === 0) return gone;
    await collection.bulk(docs.map(({ _id }) => ({ delete: { id: _id } })));
    gone += docs.length;
  }
}

/**
 * Removes keys that were made and never taken: a process that dies before its claim leaves a candidate, and in a device
 * the private part with it. It is done where keys are made, at a start and at a rotation, since nothing else leaves any.
 */
import type { SigningKeyDoc } from '../../schemas/store/documents.js';
import type { KeyUse } from './key-holder.js';
import { claimOf, holderOf, type KeyParts, keysOfSet } from './key-making.js';

/** Nobody takes so long from making a key to claiming it; who does finds that another key has been made. */
const LEFT_MS = 24 * 3_600_000;
/** Candidates that are looked at each time. */
const AT_ONCE = 100;

/** Removes what was left of both sets. What a holder does not destroy now stays for the next time. */
export async function sweepCandidates(parts: KeyParts): Promise<void> {
  for (const use of ['token', 'status'] as const) await sweepSet(parts, use);
}

async function sweepSet(parts: KeyParts, use: KeyUse): Promise<void> {
  const { collection, claims, clock } = parts;
  const { docs } = await collection.page({
    index: 'by_use',
    where: { use, createdMs: { lt: clock() - LEFT_MS } },
    residual: { state: 'candidate' },
    limit: AT_ONCE,
  });
  if (docs.length === 0) return;
  // The set changes by claims alone, so only the claim of the set as it is may name a candidate that is still to be taken.
  const claim = await claims.get(claimOf(use, await keysOfSet(parts, use)));
  for (const key of docs) if (key._id !== claim?.value) await remove(parts, key);
}

async function remove(parts: KeyParts, key: SigningKeyDoc): Promise<void> {
  try {
    await holderOf(parts, key).destroyKey(key.use, key.reference);
  } catch {
    return;
  }
  await parts.collection.delete(key._id, { state: 'candidate' });
}

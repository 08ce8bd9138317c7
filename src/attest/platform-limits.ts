/**
 * How many platforms a tenant may have by its own proof, and how many may wait for one. Both are counted before and after
 * an insert, so that no number of requests at once gets more; what the operator's list gives is not counted.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { PlatformClaimDoc, PlatformDoc } from '../../schemas/store/documents.js';
import type { Page, Query } from '../../schemas/store/port.js';
import type { PlatformRoom } from './platform.js';

/** @throws {AssayError} `attest.platform_limit` when a tenant has as many proven domains as it may, `most` of them */
export async function checkProven(
  room: PlatformRoom,
  tenant: string,
  most = LIMITS.platformsPerTenant - 1,
): Promise<void> {
  if ((await provenCount(room, tenant)) <= most) return;
  const detail = `expected at most ${LIMITS.platformsPerTenant} domains; the operator's list can give more`;
  throw new AssayError('attest.platform_limit', detail);
}

/**
 * Domains that a tenant has by its own proof, counted no further than one beyond LIMITS.platformsPerTenant: all together
 * are told to everybody, so none may crowd the others out. What the operator's list gives does not count.
 */
async function provenCount(room: PlatformRoom, tenant: string): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page: Page<PlatformDoc> = await room.collections.platforms.page({
      index: 'by_tenant',
      where: { tenant },
      residual: { provenBy: 'domain' },
      limit: LIMITS.batchItems,
      ...(after === undefined ? {} : { after }),
    });
    count += page.docs.filter(({ aud }) => !room.granted.has(aud)).length;
    after = page.next ?? undefined;
  } while (after !== undefined && count <= LIMITS.platformsPerTenant);
  return count;
}

/** A tenant's claims that wait for proof, the newest first. */
export async function pendingClaims(room: PlatformRoom, tenant: string): Promise<PlatformClaimDoc[]> {
  const { docs } = await room.collections.platformClaims.page(waiting(room, tenant, LIMITS.platformClaims));
  return docs;
}

const waiting = ({ clock }: PlatformRoom, tenant: string, limit: number): Query => ({
  index: 'by_tenant',
  where: { tenant },
  residual: { expiresMs: { gt: clock() } },
  order: 'desc',
  limit,
});

/** @throws {AssayError} `attest.pending_limit` when more than `most` claims of the tenant wait */
export async function checkPending(room: PlatformRoom, tenant: string, most: number): Promise<void> {
  const { docs } = await room.collections.platformClaims.page(waiting(room, tenant, most + 1));
  if (docs.length > most) throw new AssayError('attest.pending_limit');
}

/** Of several that insert at once the last one sees all the others: whoever finds too many takes its own back. */
export async function orTakeBack(check: Promise<void>, takeBack: () => Promise<unknown>): Promise<void> {
  try {
    await check;
  } catch (error) {
    await takeBack();
    throw error;
  }
}

/**
 * Platforms whose word about their accounts is taken. A platform belongs to one tenant, which acts on its tokens; and it
 * does so only while it has the authority: the operator's list names it (and then nobody else), or it has proven control
 * of the domain that the platform is called by. How a name is taken stands in `platform-claim.ts`.
 */

import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import type { PlatformDoc } from '../../schemas/store/documents.js';
import type { Cursor, Page } from '../../schemas/store/port.js';
import type { Context } from '../context.js';

/** The operator's list: who may register a platform of this name, whether or not it is a domain. */
export interface AudienceGrant {
  tenant: string;
  aud: string;
}

/** What the acts on platforms need of the issuer. */
export interface PlatformRoom extends Pick<Context, 'collections' | 'clock'> {
  /** The operator's list: name → tenant. */
  readonly granted: ReadonlyMap<string, string>;
}

export const platformId = (tenant: string, aud: string): string => hashId('platform', tenant, aud);

/** Whether a registered platform has any power now: the operator's list goes before every proof. */
export function hasAuthority(
  { granted }: Pick<PlatformRoom, 'granted'>,
  { tenant, aud, provenBy }: Pick<PlatformDoc, 'tenant' | 'aud' | 'provenBy'>,
): boolean {
  const named = granted.get(aud);
  return named === undefined ? provenBy === 'domain' : named === tenant;
}

/**
 * The platform as this tenant registered it.
 * @throws {AssayError} `attest.not_authorised`; `attest.platform_pending` while this tenant has not proven control
 */
export async function ownPlatform(room: PlatformRoom, tenant: string, aud: string): Promise<PlatformDoc> {
  const id = platformId(tenant, aud);
  const doc = await room.collections.platforms.get(id);
  if (doc !== null && hasAuthority(room, doc)) return doc;
  const claim = await room.collections.platformClaims.get(id);
  if (claim !== null && claim.expiresMs > room.clock()) throw new AssayError('attest.platform_pending');
  throw new AssayError('attest.not_authorised', 'this platform is not registered by you');
}

/** A tenant's registered platforms, those without authority left out, by name. */
export async function platformsOf(
  room: PlatformRoom,
  tenant: string,
  { limit, after }: { limit: number; after?: Cursor | undefined },
): Promise<Page<PlatformDoc>> {
  const { docs, next } = await room.collections.platforms.page({
    index: 'by_tenant',
    where: { tenant },
    limit,
    ...(after === undefined ? {} : { after }),
  });
  return { docs: docs.filter((doc) => hasAuthority(room, doc)), next };
}

/** Who has a name now, with or without authority. */
export async function holderOf(
  { collections }: Pick<PlatformRoom, 'collections'>,
  aud: string,
): Promise<PlatformDoc | null> {
  const { docs } = await collections.platforms.page({ index: 'by_aud', where: { aud }, limit: 1 });
  return docs[0] ?? null;
}

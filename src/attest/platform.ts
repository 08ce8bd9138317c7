/**
 * Platforms whose word about their accounts is taken: a tenant registers a platform with the public keys that sign its
 * account proofs. A platform belongs to one tenant, and only that tenant's moderators act on its tokens.
 */
import { calculateJwkThumbprint } from 'jose';
import type { PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import type { PlatformDoc } from '../../schemas/store/documents.js';
import { importIssuer } from '../client/trust.js';
import type { Context } from '../context.js';
import { rollKeys } from './vouch.js';

export const platformId = (tenant: string, aud: string): string => hashId('platform', tenant, aud);

/**
 * Registers a platform, or replaces its name and keys.
 * @param keys public P-256 keys
 * @throws {AssayError} `attest.not_authorised` when another tenant has it, `request.invalid` for an unfit key
 */
export async function registerPlatform(
  context: Pick<Context, 'collections' | 'clock'>,
  tenant: string,
  platform: { aud: string; name: string; keys: readonly PublicKey[] },
): Promise<PlatformDoc> {
  const keys = await checkKeys(platform.keys);
  const now = context.clock();
  const doc: PlatformDoc = {
    _id: platformId(tenant, platform.aud),
    tenant,
    aud: platform.aud,
    name: platform.name,
    keys: rollKeys([], keys, now),
    createdMs: now,
  };
  const { platforms } = context.collections;
  const outcome = await platforms.insert(doc);
  if (outcome.did === 'inserted') return doc;
  const before = await platforms.get(doc._id);
  const set = { name: doc.name, keys: rollKeys(before?.keys ?? [], keys, now) };
  const changed = await platforms.findAndUpdate(doc._id, { set });
  if (changed) return changed;
  throw new AssayError('attest.not_authorised', 'this platform is registered by somebody else');
}

/** Public keys by their thumbprints; other members are not kept. @throws {AssayError} `request.invalid` */
async function checkKeys(keys: readonly PublicKey[]) {
  const bare = keys.map(({ kty, crv, x, y }) => ({ kty, crv, x, y }));
  const issuer = { iss: 'x', audiences: [], status_keys: [], status_origins: [] };
  try {
    await importIssuer({ ...issuer, token_keys: bare });
  } catch (cause) {
    throw new AssayError('request.invalid', 'expected public keys on P-256', { cause });
  }
  return Promise.all(bare.map(async (key) => ({ ...key, kid: await calculateJwkThumbprint(key) })));
}

/** The platform as this tenant registered it. @throws {AssayError} `attest.not_authorised` */
export async function ownPlatform(
  context: Pick<Context, 'collections'>,
  tenant: string,
  aud: string,
): Promise<PlatformDoc> {
  const doc = await context.collections.platforms.get(platformId(tenant, aud));
  if (doc === null) throw new AssayError('attest.not_authorised', 'this platform is not registered by you');
  return doc;
}

/** Names of all platforms this issuer speaks for; they stand in the discovery document. */
export async function audiences(context: Pick<Context, 'collections'>): Promise<string[]> {
  const { docs } = await context.collections.platforms.page({ index: 'by_aud', limit: 1000 });
  return docs.map(({ aud }) => aud);
}

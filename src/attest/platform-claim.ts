/**
 * How a tenant takes the name of a platform. A name on the operator's list is its tenant's at once; a domain name is
 * first claimed, and taken when its challenge is answered; every other name is nobody's. A claim lies apart from the
 * platforms and has no power at all: it neither keeps others from proving nor lets anybody act.
 *
 *   registerPlatform ──▶ registered, or pending with a line to publish ──▶ provePlatform ──▶ registered
 */
import { calculateJwkThumbprint } from 'jose';
import type { PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { PlatformClaimDoc, PlatformDoc } from '../../schemas/store/documents.js';
import type { Fetch } from '../client/fetch.js';
import { importIssuer } from '../client/trust.js';
import type { Audiences } from './audiences.js';
import { challengeOf, checkDomain, newChallengeToken } from './domain-challenge.js';
import { isDomainName } from './domain-name.js';
import { hasAuthority, holderOf, type PlatformRoom, platformId } from './platform.js';
import { checkPending, checkProven, orTakeBack } from './platform-limits.js';
import { rollKeys } from './vouch.js';

/** What claims need of the issuer. */
export interface ClaimRoom extends PlatformRoom {
  readonly iss: string;
  /** Guarded. */
  readonly fetch: Fetch | undefined;
  /** Told of what is registered here, so that this process does not find out later. */
  readonly audiences: Pick<Audiences, 'refresh'>;
}

export interface PlatformRequest {
  aud: string;
  name: string;
  /** Public P-256 keys. */
  keys: readonly PublicKey[];
}

export type Registration =
  | { state: 'registered'; platform: PlatformDoc }
  | { state: 'pending'; claim: PlatformClaimDoc };

/** What is still to be published for a claim, and where. */
export const challengeFor = ({ iss }: Pick<ClaimRoom, 'iss'>, { aud, token }: PlatformClaimDoc) =>
  challengeOf(iss, aud, token);

/**
 * Registers a platform, or replaces the name and keys of one's own; where control is still to be proven, keeps the claim.
 * @throws {AssayError} `request.invalid` for an unfit key; `attest.not_authorised` when another tenant has the name;
 * `attest.audience` for a name that can only be given by the operator; `attest.pending_limit`, `attest.platform_limit`
 */
export async function registerPlatform(
  room: ClaimRoom,
  tenant: string,
  { aud, name, keys }: PlatformRequest,
): Promise<Registration> {
  const request = { aud, name, keys: await checkKeys(keys) };
  const holder = await holderOf(room, aud);
  const owned = holder !== null && hasAuthority(room, holder);
  const named = room.granted.get(aud);
  if (named !== undefined ? named !== tenant : owned && holder.tenant !== tenant) throw taken();
  if (named === tenant || owned) {
    const provenBy = named === tenant ? 'operator' : 'domain';
    return { state: 'registered', platform: await take(room, tenant, request, provenBy) };
  }
  if (!isDomainName(aud)) throw new AssayError('attest.audience');
  await checkProven(room, tenant);
  return { state: 'pending', claim: await keepClaim(room, tenant, request) };
}

/**
 * Looks for the answer to the challenge, and gives the tenant the platform if it is there. A platform that is registered
 * already is answered as it is.
 * @throws {AssayError} `request.not_found` without a claim; `attest.domain_proof`; `attest.not_authorised` when another tenant was first;
 * `attest.platform_limit`
 */
export async function provePlatform(room: ClaimRoom, tenant: string, aud: string): Promise<PlatformDoc> {
  const { platforms, platformClaims } = room.collections;
  const id = platformId(tenant, aud);
  const claim = await platformClaims.get(id);
  if (claim === null || claim.expiresMs <= room.clock()) {
    const registered = await platforms.get(id);
    if (registered !== null && hasAuthority(room, registered)) return registered;
    throw new AssayError('request.not_found');
  }
  const named = room.granted.get(aud);
  if (named !== undefined && named !== tenant) throw taken();
  if (named === undefined) await checkDomain(room.fetch, challengeFor(room, claim));
  const platform = await take(room, tenant, claim, named === undefined ? 'domain' : 'operator');
  await platformClaims.delete(id);
  return platform;
}

const taken = () => new AssayError('attest.not_authorised', 'this platform is registered by somebody else');

type CheckedRequest = Pick<PlatformClaimDoc, 'aud' | 'name' | 'keys'>;

/** Public keys by their thumbprints; other members are not kept. */
async function checkKeys(keys: readonly PublicKey[]): Promise<PlatformClaimDoc['keys']> {
  const bare = keys.map(({ kty, crv, x, y }) => ({ kty, crv, x, y }));
  const issuer = { iss: 'x', audiences: [], status_keys: [], status_origins: [] };
  try {
    await importIssuer({ ...issuer, token_keys: bare });
  } catch (cause) {
    throw new AssayError('request.invalid', 'expected public keys on P-256', { cause });
  }
  return Promise.all(bare.map(async (key) => ({ ...key, kid: await calculateJwkThumbprint(key) })));
}

/** Gives the tenant the name; what this process knows of the platforms follows at once. */
async function take(
  room: ClaimRoom,
  ...what: [tenant: string, CheckedRequest, PlatformDoc['provenBy'] & string]
): Promise<PlatformDoc> {
  const platform = await store(room, ...what);
  // It is stored; that nobody here could read it again is no reason to say otherwise.
  await room.audiences.refresh(true).catch(() => undefined);
  return platform;
}

/** Of two that have proven at once, the unique index takes one. @throws {AssayError} `attest.not_authorised`, `attest.platform_limit` */
async function store(
  room: PlatformRoom,
  tenant: string,
  { aud, name, keys }: CheckedRequest,
  provenBy: 'operator' | 'domain',
): Promise<PlatformDoc> {
  const { platforms } = room.collections;
  const now = room.clock();
  const holder = await holderOf(room, aud);
  const id = platformId(tenant, aud);
  const isAnothers = holder !== null && holder._id !== id;
  if (isAnothers && hasAuthority(room, holder)) throw taken();
  const mine = holder?._id === id && hasAuthority(room, holder);
  if (provenBy === 'domain' && !mine) await checkProven(room, tenant);
  // It was registered when anybody could, or the operator has given the name to somebody else since.
  if (isAnothers) await platforms.delete(holder._id, { provenBy: holder.provenBy ?? null });
  // Words that were given while the platform had no authority do not count again.
  const before = mine ? holder.keys : [];
  // A proven domain stays proven when the operator lists it as well.
  const proof = holder?._id === id && holder.provenBy === 'domain' ? 'domain' : provenBy;
  const fresh = { name, keys: rollKeys(before, keys, now), provenBy: proof };
  const doc: PlatformDoc = { _id: id, tenant, aud, ...fresh, createdMs: now };
  if ((await platforms.insert(doc)).did === 'inserted') {
    if (provenBy === 'domain') {
      await orTakeBack(checkProven(room, tenant, LIMITS.platformsPerTenant), () => platforms.delete(id));
    }
    return doc;
  }
  const changed = await platforms.findAndUpdate(id, { set: fresh });
  if (changed === null) throw taken();
  return changed;
}

/** Keeps a claim under the token it has already, so that what was published stays good. @throws {AssayError} `attest.pending_limit` */
async function keepClaim(
  room: PlatformRoom,
  tenant: string,
  { aud, name, keys }: CheckedRequest,
): Promise<PlatformClaimDoc> {
  const { platformClaims } = room.collections;
  const now = room.clock();
  const id = platformId(tenant, aud);
  const current = await platformClaims.findAndUpdate(id, { set: { name, keys } }, { expiresMs: { gt: now } });
  if (current !== null) return current;
  await checkPending(room, tenant, LIMITS.platformClaims - 1);
  const expiresMs = now + LIMITS.platformClaimMs;
  const claim = { tenant, aud, name, keys, token: newChallengeToken(), createdMs: now, expiresMs };
  // One that has expired and was not swept yet makes room; of two at once the first stays.
  await platformClaims.delete(id, { expiresMs: { lte: now } });
  const doc: PlatformClaimDoc = { _id: id, ...claim };
  if ((await platformClaims.insert(doc)).did === 'inserted') {
    await orTakeBack(checkPending(room, tenant, LIMITS.platformClaims), () =>
      platformClaims.delete(id, { token: claim.token }),
    );
    return doc;
  }
  const first = await platformClaims.get(id);
  if (first === null) throw new AssayError('attest.pending_limit');
  return first;
}

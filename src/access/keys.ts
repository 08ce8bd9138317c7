/** Creating, listing, revoking and checking API keys. A key belongs to one tenant and carries its scopes for life. */
import { AssayError } from '../../schemas/errors.js';
import type { ApiKeyDoc, Scope } from '../../schemas/store/documents.js';
import type { Collection, Cursor, Page } from '../../schemas/store/port.js';
import type { Clock } from '../context.js';
import { newApiKey, prefixOf } from './api-key.js';
import { sameSecret, secretHash } from './secret.js';

export interface KeyStore {
  clock: Clock;
  collections: { apiKeys: Collection<ApiKeyDoc> };
}

export interface NewKey {
  tenant: string;
  /** For people: what the key is used for. */
  name: string;
  scopes: readonly Scope[];
  /** Milliseconds since the epoch; null or absent: until revoked. */
  expiresMs?: number | null;
  /** Requests per minute, default 6,000. */
  ratePerMinute?: number;
}

/** What may be shown of a key. */
export type KeyFacts = Omit<ApiKeyDoc, 'hash'>;

export const DEFAULT_RATE_PER_MINUTE = 6_000;
/** `lastUsedMs` is a hint for people: written at most this often per key. */
const LAST_USED_EVERY_MS = 60_000;

const factsOf = ({ hash: _hash, ...facts }: ApiKeyDoc): KeyFacts => facts;

/** Creates a key. The key itself is in the answer and nowhere else. */
export async function createKey(
  { clock, collections }: KeyStore,
  { tenant, name, scopes, expiresMs = null, ratePerMinute = DEFAULT_RATE_PER_MINUTE }: NewKey,
): Promise<{ key: string; facts: KeyFacts }> {
  const { prefix, key } = newApiKey();
  const doc: ApiKeyDoc = {
    _id: prefix,
    tenant,
    name,
    hash: secretHash(key),
    scopes: [...scopes],
    createdMs: clock(),
    expiresMs,
    revokedMs: null,
    lastUsedMs: null,
    ratePerMinute,
  };
  const { did } = await collections.apiKeys.insert(doc);
  if (did !== 'inserted')
    throw new AssayError('store.conflict', 'expected a free key prefix, found it taken');
  return { key, facts: factsOf(doc) };
}

/** Keys of a tenant, newest first, revoked ones included. */
export async function listKeys(
  { collections }: KeyStore,
  tenant: string,
  after?: Cursor,
): Promise<Page<KeyFacts>> {
  const page = await collections.apiKeys.page({
    index: 'by_tenant',
    where: { tenant },
    order: 'desc',
    limit: 200,
    ...(after === undefined ? {} : { after }),
  });
  return { docs: page.docs.map(factsOf), next: page.next };
}

/** Revokes a key from now on. @returns false when the tenant has no such key, or it was revoked before */
export async function revokeKey(
  { clock, collections }: KeyStore,
  tenant: string,
  prefix: string,
): Promise<boolean> {
  const change = { set: { revokedMs: clock() } };
  const { did } = await collections.apiKeys.update(prefix, change, { guard: { tenant, revokedMs: null } });
  return did === 'updated';
}

/**
 * The key as stored, when it is known, unexpired and not revoked.
 * @throws {AssayError} `auth.invalid` in every other case, with one and the same sentence
 */
export async function checkKey({ clock, collections }: KeyStore, key: string): Promise<ApiKeyDoc> {
  const prefix = prefixOf(key);
  const doc = prefix === null ? null : await collections.apiKeys.get(prefix);
  const now = clock();
  const hash = secretHash(key);
  const valid =
    doc !== null &&
    sameSecret(doc.hash, hash) &&
    doc.revokedMs === null &&
    (doc.expiresMs === null || doc.expiresMs > now);
  if (!valid) throw new AssayError('auth.invalid');
  if (doc.lastUsedMs === null || now - doc.lastUsedMs >= LAST_USED_EVERY_MS) {
    await collections.apiKeys.update(doc._id, { set: { lastUsedMs: now } });
  }
  return doc;
}

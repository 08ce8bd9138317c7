/**
 * Console sessions. A one-time link (made by the command line or at the start of the demo) is redeemed by a button on
 * the login page, not by opening it: mail scanners and link previews that open links cannot use it up.
 * Link and session are documents named by the hash of their secret; redeeming is a delete that exactly one caller wins.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Scope, SessionDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import type { Clock } from '../context.js';
import { newSecret, secretHash } from './secret.js';

export interface SessionStore {
  clock: Clock;
  collections: { sessions: Collection<SessionDoc> };
}

export interface Person {
  tenant: string;
  /** Name shown in the console and written into review events. */
  user: string;
  scopes: readonly Scope[];
}

async function store(
  { clock, collections }: SessionStore,
  kind: SessionDoc['kind'],
  { tenant, user, scopes }: Person,
  lifetimeMs: number,
): Promise<{ secret: string; doc: SessionDoc }> {
  const secret = newSecret();
  const now = clock();
  const doc: SessionDoc = {
    _id: secretHash(secret),
    tenant,
    kind,
    user,
    scopes: [...scopes],
    csrf: newSecret(),
    createdMs: now,
    expiresMs: now + lifetimeMs,
  };
  await collections.sessions.insert(doc);
  return { secret, doc };
}

async function find(
  { clock, collections }: SessionStore,
  kind: SessionDoc['kind'],
  secret: string,
): Promise<SessionDoc | null> {
  const doc = await collections.sessions.get(secretHash(secret));
  return doc !== null && doc.kind === kind && doc.expiresMs > clock() ? doc : null;
}

/** Makes a one-time link's secret, good for LIMITS.oneTimeLinkMs. */
export async function createLink(parts: SessionStore, person: Person): Promise<string> {
  return (await store(parts, 'link', person, LIMITS.oneTimeLinkMs)).secret;
}

/** Path of the login page for a link's secret, to be put behind the public URL. The secret stands in the fragment-free query, is single-use and short-lived. */
export const loginPath = (secret: string): string => `/console/login?link=${encodeURIComponent(secret)}`;

/**
 * Turns a link into a session of LIMITS.sessionMs.
 * @throws {AssayError} `auth.invalid` when the link is unknown, used or expired
 */
export async function redeemLink(
  parts: SessionStore,
  secret: string,
): Promise<{ secret: string; doc: SessionDoc }> {
  const link = await find(parts, 'link', secret);
  const { did } =
    link === null
      ? { did: 'unmatched' }
      : await parts.collections.sessions.delete(link._id, { kind: 'link' });
  if (link === null || did !== 'deleted') {
    throw new AssayError('auth.invalid', 'This link was used before or has expired.');
  }
  return store(parts, 'session', link, LIMITS.sessionMs);
}

/** The session a cookie's secret names, while it lasts. */
export const findSession = (parts: SessionStore, secret: string): Promise<SessionDoc | null> =>
  find(parts, 'session', secret);

/** Ends a session; nothing happens when it is over already. */
export async function endSession({ collections }: SessionStore, id: string): Promise<void> {
  await collections.sessions.delete(id);
}

/** Removes expired links and sessions, at most `limit` a call. @returns how many */
export async function sweepSessions(
  { clock, collections }: SessionStore,
  limit = LIMITS.pageScan,
): Promise<number> {
  const { docs } = await collections.sessions.page({
    index: 'by_expiry',
    where: { expiresMs: { lte: clock() } },
    limit,
  });
  await collections.sessions.bulk(docs.map(({ _id }) => ({ delete: { id: _id } })));
  return docs.length;
}

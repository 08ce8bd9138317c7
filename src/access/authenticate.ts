/**
 * Who calls: an API key in `Authorization: Bearer`, else a console session in its cookie. Both are bound to one tenant;
 * everything after this knows the tenant from the principal alone.
 */
import { AssayError } from '../../schemas/errors.js';
import type { Principal } from '../api/endpoint.js';
import type { SessionCookie } from './cookie.js';
import { checkKey, DEFAULT_RATE_PER_MINUTE, type KeyStore } from './keys.js';
import { findSession, type SessionStore } from './sessions.js';

/** A principal with what only the rim needs of it. */
export interface Caller {
  principal: Principal;
  ratePerMinute: number;
  /** Of a session: the token its forms and scripts must bring along, and the id to end it by. */
  session: { id: string; csrf: string } | null;
}

const BEARER = /^Bearer +(\S+)$/i;

/**
 * @param headers as Node gives them: lower-case names
 * @returns null when neither key nor session cookie came along, or the session is over
 * @throws {AssayError} `auth.invalid` for a key that is not valid: silence would hide a typo behind `auth.missing`
 */
export async function authenticate(
  parts: KeyStore & SessionStore,
  cookie: SessionCookie,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Promise<Caller | null> {
  const authorization = headers['authorization'];
  if (authorization !== undefined) {
    const key = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
    if (key === undefined) throw new AssayError('auth.invalid', 'expected Authorization: Bearer <API key>');
    const doc = await checkKey(parts, key);
    return {
      principal: { tenant: doc.tenant, id: doc._id, via: 'key', scopes: doc.scopes },
      ratePerMinute: doc.ratePerMinute,
      session: null,
    };
  }
  const secret = cookie.read(headers['cookie'] as string | undefined);
  const session = secret === null ? null : await findSession(parts, secret);
  if (session === null) return null;
  return {
    principal: { tenant: session.tenant, id: session.user, via: 'session', scopes: session.scopes },
    ratePerMinute: DEFAULT_RATE_PER_MINUTE,
    session: { id: session._id, csrf: session.csrf },
  };
}

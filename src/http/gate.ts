/** The gate before every endpoint: who calls, whether they may, and whether they come too often. */
import type { Request } from 'express';
import { AssayError } from '../../schemas/errors.js';
import { authenticate, type Caller } from '../access/authenticate.js';
import type { SessionCookie } from '../access/cookie.js';
import type { KeyStore } from '../access/keys.js';
import { sameSecret } from '../access/secret.js';
import type { SessionStore } from '../access/sessions.js';
import type { TokenBuckets } from '../access/token-buckets.js';
import type { Access } from '../api/endpoint.js';
import { callerOf } from './address.js';

/** Requests per minute from one address to public endpoints that compute something. */
const PUBLIC_PER_MINUTE = 1_200;
/** Public places that cost something: not the health checks, nor the pages of the documentation. */
const COUNTED = /^\/(?:v1|status|\.well-known)(?:\/|$)/;
/** Failed keys per minute from one address before it is told to wait: guessing 256 bits is hopeless, flooding is not. */
const FAILURES_PER_MINUTE = 60;

export interface Gate {
  parts: KeyStore & SessionStore;
  cookie: SessionCookie;
  buckets: TokenBuckets;
}

function take(buckets: TokenBuckets, id: string, perMinute: number): void {
  const waitS = buckets.take(id, perMinute);
  if (waitS > 0) throw new AssayError('auth.rate_limited', undefined, { retryAfterS: waitS });
}

/**
 * Session calls that change something must bring their token along, scripts in a header and forms in a field; a key is
 * proof enough by itself.
 */
async function checkCsrf(caller: Caller, request: Request, formToken: FormToken): Promise<void> {
  if (caller.session === null || request.method === 'GET' || request.method === 'HEAD') return;
  const given = request.get('x-csrf-token') ?? (await formToken());
  if (given === undefined || !sameSecret(given, caller.session.csrf)) throw new AssayError('auth.csrf');
}

/** Reads the token a form brought along; only asked where one is needed, so that no stranger's body is read. */
export type FormToken = () => Promise<string | undefined>;

const noForm: FormToken = async () => undefined;

/**
 * Lets a request through to an endpoint.
 * @returns the caller, null on public endpoints called without key and session
 * @throws {AssayError} `auth.missing`, `auth.invalid`, `auth.scope`, `auth.csrf`, `auth.rate_limited`
 */
export async function pass(
  { parts, cookie, buckets }: Gate,
  request: Request,
  access: Access,
  formToken: FormToken = noForm,
): Promise<Caller | null> {
  const address = callerOf(request.ip);
  const caller = await authenticate(parts, cookie, request.headers).catch((error: unknown) => {
    take(buckets, `failed:${address}`, FAILURES_PER_MINUTE);
    throw error;
  });
  if (caller !== null) {
    const { tenant, via, id } = caller.principal;
    take(buckets, `${via}:${tenant}:${id}`, caller.ratePerMinute);
  }
  if (access === 'public') {
    if (caller === null && COUNTED.test(request.path)) take(buckets, `public:${address}`, PUBLIC_PER_MINUTE);
    return caller;
  }
  if (caller === null) throw new AssayError('auth.missing');
  if (!caller.principal.scopes.includes(access)) throw new AssayError('auth.scope');
  await checkCsrf(caller, request, formToken);
  return caller;
}

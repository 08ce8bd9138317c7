/**
 * Tokens for SASL OAUTHBEARER (RFC 7628): read from a file that something else keeps fresh, or asked for at a token
 * endpoint with the client's id and secret (RFC 6749, section 4.4) and used until shortly before it ends.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import type { Clock } from '../context.js';
import type { Egress } from '../egress/egress.js';

export type TokenSource = () => Promise<{ value: string }>;

/** A token is asked for anew when so much of its life is left, in ms. */
const SPARE_MS = 30_000;
/** Life of a token whose endpoint does not say, in seconds. */
const LIFE_S = 300;
const REPLY_BYTES = 64 * 1024;

/** RFC 6750, section 2.1: what may stand in a bearer token. */
const Token = z.string().regex(/^[A-Za-z0-9\-._~+/]+=*$/);
const Reply = z.object({ access_token: Token, expires_in: z.number().positive().optional() });

const bad = (detail: string, cause?: unknown): AssayError =>
  new AssayError('log.unavailable', `no token for the brokers: ${detail}`, { cause });

/** Reads the file at each new connection, so that a fresh token is used as soon as it is there. */
export const tokenFromFile =
  (path: string): TokenSource =>
  async () => {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw bad(`KAFKA_TOKEN_FILE cannot be read`, cause);
    });
    const token = Token.safeParse(text.trim());
    if (!token.success) throw bad('KAFKA_TOKEN_FILE holds no token');
    return { value: token.data };
  };

export interface TokenEndpoint {
  url: string;
  clientId: string;
  clientSecret: string;
  scope: string | null;
  egress: Pick<Egress, 'fetch'>;
  clock: Clock;
}

/** RFC 6749, appendix B. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** @throws {AssayError} `log.unavailable` when the endpoint gives no token; quotes neither the token nor the secret */
export function tokenFromEndpoint(endpoint: TokenEndpoint): TokenSource {
  const { url, clientId, clientSecret, scope, egress, clock } = endpoint;
  const credentials = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
  let kept: { value: string; untilMs: number } | null = null;
  let asking: Promise<{ value: string }> | null = null;

  const ask = async (): Promise<{ value: string }> => {
    const form = { grant_type: 'client_credentials', ...(scope === null ? {} : { scope }) };
    const { status, body } = await egress.fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: Buffer.from(new URLSearchParams(form).toString()),
      maxBytes: REPLY_BYTES,
    });
    if (status !== 200) throw bad(`KAFKA_TOKEN_URL answered ${status}`);
    const reply = Reply.safeParse(parsed(body));
    if (!reply.success) throw bad('KAFKA_TOKEN_URL answered something else than a token');
    const { access_token: value, expires_in: lifeS = LIFE_S } = reply.data;
    kept = { value, untilMs: clock() + lifeS * 1_000 - SPARE_MS };
    return { value };
  };

  return async () => {
    if (kept !== null && clock() < kept.untilMs) return { value: kept.value };
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}

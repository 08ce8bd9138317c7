/**
 * The shape of an endpoint. Each file in this folder exports endpoints made with `defineEndpoint`; `table.ts` lists them
 * all, and everything else follows from that table: routes, who may call, body limits, OpenAPI, and the test that walks
 * it with no key, a wrong scope and another tenant's objects.
 */
import type { z } from 'zod';
import type { AssayError } from '../../schemas/errors.js';
import type { Scope } from '../../schemas/store/documents.js';

/** Who calls: a key or a session, always of one tenant. */
export interface Principal {
  tenant: string;
  /** API key prefix, or the console user. */
  id: string;
  via: 'key' | 'session';
  scopes: readonly Scope[];
}

/** `public`: no key. A scope: a key or session of a tenant that carries it. */
export type Access = 'public' | Scope;

/** What a handler answers: JSON unless it says otherwise. `stream` takes over the response (SSE). */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Text or bytes sent as they are, with their media type. */
  raw?: { mediaType: string; content: string | Buffer };
  stream?: (response: import('node:http').ServerResponse, signal: AbortSignal) => Promise<void>;
}

export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Null on public endpoints called without a key. */
  principal: Principal | null;
  /** Of a console session: the id to end it by and the token its forms carry. Null for keys. */
  session: { id: string; csrf: string } | null;
  headers: Readonly<Record<string, string | undefined>>;
  requestId: string;
  /** Whose connection it is, for limits by address. */
  address: string;
  /** Aborted when the client is gone or the deadline has passed. */
  signal: AbortSignal;
}

/** One line of an NDJSON batch: a checked body, or what is wrong with it. Lines count from 1; empty lines are skipped. */
export type Line<Body> = { line: number; body: Body } | { line: number; error: AssayError };

export interface Example {
  summary: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  /** Sent as NDJSON, one body per line. */
  lines?: readonly unknown[];
  /** Expected status when the example is run against a demo service. */
  status: number;
}

export interface Endpoint<C, Params = unknown, Query = unknown, Body = unknown> {
  method: 'get' | 'post' | 'delete';
  /** OpenAPI path template, for instance `/v1/items/{id}`. */
  path: string;
  access: Access;
  summary: string;
  description?: string;
  tag: string;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  /** JSON body, or the fields of a form. */
  body?: z.ZodType<Body>;
  /** The body is a form of a page (`application/x-www-form-urlencoded`): strings, at most LIMITS.formBytes. */
  form?: boolean;
  /** Checks a body instead of `body`, where a schema cannot say it all; `body` then only describes it. */
  check?(context: C, value: unknown): Body;
  /**
   * Takes `application/x-ndjson` as well: one such body per line, at most LIMITS.batchItems. All lines reach this handler
   * together, bad ones as errors beside good ones.
   */
  batch?(context: C, call: Call<Params, Query, readonly Line<Body>[]>): Promise<Reply>;
  /** Limit of a JSON body in bytes when it is not LIMITS.bodyBytes; NDJSON always has LIMITS.batchBodyBytes. */
  bodyLimit?: number;
  /** Honours `Idempotency-Key`: the same key and body get the first answer again. */
  idempotent?: boolean;
  /** May be called from any origin, without credentials (verifying, discovery, status lists). */
  cors?: boolean;
  /** Milliseconds until the call is given up with `request.timeout`, default 30 s; `null` for streams. */
  deadlineMs?: number | null;
  responses: Record<number, { description: string; schema?: z.ZodType; mediaType?: string }>;
  examples?: readonly Example[];
  handle(context: C, call: Call<Params, Query, Body>): Promise<Reply>;
}

/** Gives an endpoint its types from its schemas. */
export const defineEndpoint =
  <C>() =>
  <Params, Query, Body>(endpoint: Endpoint<C, Params, Query, Body>): Endpoint<C, Params, Query, Body> =>
    endpoint;

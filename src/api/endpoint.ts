/**
 * The shape of an endpoint. Each file in this folder exports endpoints made with `defineEndpoint`; `table.ts` lists them
 * all, and everything else follows from that table: routes, who may call, body limits, OpenAPI, and the test that walks
 * it with no key, a wrong scope and another tenant's objects.
 */
import type { z } from 'zod';
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
  headers: Readonly<Record<string, string | undefined>>;
  requestId: string;
  /** Aborted when the client is gone or the deadline has passed. */
  signal: AbortSignal;
}

export interface Example {
  summary: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
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
  /** JSON body. `ndjson: true` accepts one such body per line as well (`application/x-ndjson`, at most LIMITS.batchItems). */
  body?: z.ZodType<Body>;
  ndjson?: boolean;
  /**
   * The lines of an NDJSON body reach the handler together, as the array that `body` describes (a JSON array is taken as
   * well); for batches whose lines bear on each other. A line that is not JSON is a `request.malformed_json`.
   */
  ndjsonTogether?: boolean;
  /** Body limit in bytes when it is not LIMITS.bodyBytes. */
  bodyLimit?: number;
  responses: Record<number, { description: string; schema?: z.ZodType; mediaType?: string }>;
  examples?: readonly Example[];
  handle(context: C, call: Call<Params, Query, Body>): Promise<Reply>;
}

/** Gives an endpoint its types from its schemas. */
export const defineEndpoint =
  <C>() =>
  <Params, Query, Body>(endpoint: Endpoint<C, Params, Query, Body>): Endpoint<C, Params, Query, Body> =>
    endpoint;

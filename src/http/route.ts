/**
 * One endpoint as an express handler: gate, parameters, body, idempotency, deadline, answer, in this order. Whatever
 * goes wrong on the way becomes problem+json; nothing of it is decided in the endpoints' own files.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import { type Problem, parseAs } from '../../schemas/problem.js';
import type { Call, Reply } from '../api/endpoint.js';
import { callerOf } from './address.js';
import { JSON_TYPE, mediaTypeOf, NDJSON, readBytes, readLines } from './body.js';
import { DEADLINE_MS, underDeadline } from './deadline.js';
import { type Form, readForm } from './form.js';
import { type Gate, pass } from './gate.js';
import { type IdempotencyStore, onceFor } from './idempotency.js';
import type { AnyEndpoint } from './paths.js';
import { sendProblem } from './problems.js';

/** Turns a problem into a page, for paths that people visit; null elsewhere. */
export type ProblemPage = (path: string, problem: Problem) => string | null;

/** What the handlers share. */
export interface Rim {
  gate: Gate;
  logger: Logger;
  problemPage: ProblemPage;
  store: IdempotencyStore;
}

/** Id of a request, put there by the first middleware. */
export const requestIdOf = (response: Response): string => response.locals['requestId'] as string;

/** Parameters by their schema; without one, none are expected. Pointers begin with the place: `/query/band`. */
function parameters(schema: z.ZodType | undefined, given: unknown, place: 'path' | 'query'): unknown {
  if (schema === undefined) return {};
  try {
    return parseAs(schema, given, 'request.invalid');
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const violations = error.violations.map(({ pointer, detail }) => ({
      pointer: `/${place}${pointer}`,
      detail,
    }));
    throw new AssayError('request.invalid', undefined, { violations });
  }
}

/** The form of an endpoint that takes one, read when it is first asked for: by the gate or by the handler. */
function formOf(
  { form, bodyLimit }: Pick<AnyEndpoint<never>, 'form' | 'bodyLimit'>,
  request: Request,
): (() => Promise<Form>) | null {
  if (!form) return null;
  let reading: Promise<Form> | undefined;
  return () => {
    reading ??= readForm(request, bodyLimit ?? LIMITS.formBytes);
    return reading;
  };
}

interface ReadBody {
  bytes: Buffer;
  handle: (call: Omit<Call<unknown, unknown, unknown>, 'body'>) => Promise<Reply>;
}

/** Reads and checks the body, and picks the handler for its media type. */
async function readBody<C>(
  endpoint: AnyEndpoint<C>,
  context: C,
  request: Request,
  form: (() => Promise<Form>) | null,
): Promise<ReadBody> {
  const { body: schema, batch } = endpoint;
  if (schema === undefined) {
    return {
      bytes: Buffer.alloc(0),
      handle: (call) => endpoint.handle(context, { ...call, body: undefined }),
    };
  }
  const check = (value: unknown) =>
    endpoint.check === undefined ? parseAs(schema, value, 'request.invalid') : endpoint.check(context, value);
  if (form !== null) {
    const { bytes, fields } = await form();
    const body = check(fields);
    return { bytes, handle: (call) => endpoint.handle(context, { ...call, body }) };
  }
  const accepted = batch === undefined ? [JSON_TYPE] : [JSON_TYPE, NDJSON];
  const mediaType = mediaTypeOf(request.get('content-type'), accepted);
  const isBatch = mediaType === NDJSON && batch !== undefined;
  const limit = isBatch ? LIMITS.batchBodyBytes : (endpoint.bodyLimit ?? LIMITS.bodyBytes);
  const bytes = await readBytes(request, limit);
  if (isBatch) {
    const lines = readLines(bytes, check);
    return { bytes, handle: (call) => batch.call(endpoint, context, { ...call, body: lines }) };
  }
  const body = check(parseJson(bytes));
  return { bytes, handle: (call) => endpoint.handle(context, { ...call, body }) };
}

async function send(response: Response, reply: Reply, signal: AbortSignal): Promise<void> {
  const { status, body, headers = {}, raw, stream } = reply;
  response.status(status).set({ 'Cache-Control': 'no-store', ...headers });
  if (stream !== undefined) {
    response.locals['streamed'] = true;
    return stream(response, signal);
  }
  if (raw !== undefined) response.set('Content-Type', raw.mediaType).end(raw.content);
  else if (body === undefined) response.end();
  else response.set('Content-Type', 'application/json; charset=utf-8').end(JSON.stringify(body));
}

/** The handler of one endpoint. */
export function endpointHandler<C>(endpoint: AnyEndpoint<C>, context: C, rim: Rim): RequestHandler {
  const answer = async (request: Request, response: Response): Promise<void> => {
    const form = formOf(endpoint, request);
    const caller = await pass(rim.gate, request, endpoint.access, async () => (await form?.())?.csrf);
    const principal = caller?.principal ?? null;
    response.locals['principal'] = principal;
    const params = parameters(endpoint.params, request.params, 'path');
    const query = parameters(endpoint.query, request.query, 'query');
    const { bytes, handle } = await readBody(endpoint, context, request, form);
    const headers = request.headers as Record<string, string | undefined>;
    const key = endpoint.idempotent ? headers['idempotency-key'] : undefined;
    const deadlineMs = endpoint.deadlineMs === undefined ? DEADLINE_MS : endpoint.deadlineMs;
    await underDeadline(response, deadlineMs, async (signal) => {
      const session = caller?.session ?? null;
      const requestId = requestIdOf(response);
      const address = callerOf(request.ip);
      const call = { params, query, principal, session, headers, requestId, address, signal };
      const route = `${endpoint.method} ${endpoint.path}`;
      const reply =
        key === undefined || principal === null
          ? await handle(call)
          : await onceFor(rim.store, { key, route, principal, body: bytes }, () => handle(call));
      if (!signal.aborted) await send(response, reply, signal);
    });
  };
  return (request, response) => {
    answer(request, response).catch((error: unknown) => fail(rim, response, error));
  };
}

/** Ends a response with a problem, or cuts it off when it has begun; failures on our side are logged with their cause. */
export function fail(rim: Pick<Rim, 'logger' | 'problemPage'>, response: Response, error: unknown): void {
  const requestId = requestIdOf(response);
  if (!(error instanceof AssayError) || error.status >= 500)
    rim.logger.error({ err: error, requestId }, 'request failed');
  if (response.headersSent) response.destroy();
  else sendProblem(response, error, requestId, rim.problemPage);
}

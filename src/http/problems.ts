/** Every error as problem+json (RFC 9457), with the headers that belong to its status. */
import type { Response } from 'express';
import { AssayError } from '../../schemas/errors.js';
import { PROBLEM_MEDIA_TYPE, type Problem, problemOf } from '../../schemas/problem.js';
import type { ProblemPage } from './route.js';

/** Seconds after which to try again, where the error does not say. */
const RETRY_AFTER_S = 1;

/** Headers a status asks for: Retry-After on 429 and 503 (RFC 9110 10.2.3), WWW-Authenticate on 401. */
export function problemHeaders(error: unknown, { status }: Problem): Record<string, string> {
  const headers: Record<string, string> = {};
  if (status === 429 || status === 503) {
    const given = error instanceof AssayError ? error.retryAfterS : undefined;
    headers['Retry-After'] = String(given ?? RETRY_AFTER_S);
  }
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="assay"';
  return headers;
}

/** How much and how long the rest of a refused body is still taken off the wire. */
const LINGER_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 2_000;

/**
 * Sends the whole answer at once, and closes when the body has ended or enough of it was thrown away: a connection that is
 * closed on a client in the middle of sending is reset, and the answer with it is lost.
 */
function endAfterBody(response: Response, content: string): void {
  const { req: request } = response;
  response.set('Connection', 'close').set('Content-Length', String(Buffer.byteLength(content)));
  if (request.complete) {
    response.end(content);
    return;
  }
  response.write(content);
  let left = LINGER_BYTES;
  const throwAway = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) end();
  };
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', throwAway).off('end', end).off('close', end);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on('data', throwAway).on('end', end).on('close', end);
}

/** Sends an error; a connection whose body was too large is closed. */
export function sendProblem(
  response: Response,
  error: unknown,
  requestId: string,
  problemPage: ProblemPage = () => null,
): void {
  const problem = problemOf(error, requestId);
  const page = problemPage(response.req.path, problem);
  response
    .status(problem.status)
    .set(problemHeaders(error, problem))
    .set('Content-Type', page === null ? PROBLEM_MEDIA_TYPE : 'text/html; charset=utf-8')
    .set('Cache-Control', 'no-store');
  const content = page ?? JSON.stringify(problem);
  if (problem.status === 413) endAfterBody(response, content);
  else response.end(content);
}

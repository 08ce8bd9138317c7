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

/** Sends an error; a connection whose body was too large is closed, because the rest of it is not read. */
export function sendProblem(
  response: Response,
  error: unknown,
  requestId: string,
  problemPage: ProblemPage = () => null,
): void {
  const problem = problemOf(error, requestId);
  if (problem.status === 413) response.set('Connection', 'close');
  const page = problemPage(response.req.path, problem);
  response
    .status(problem.status)
    .set(problemHeaders(error, problem))
    .set('Content-Type', page === null ? PROBLEM_MEDIA_TYPE : 'text/html; charset=utf-8')
    .set('Cache-Control', 'no-store')
    .end(page ?? JSON.stringify(problem));
}

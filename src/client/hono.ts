/**
 * `client/hono`: Hono middleware, for Node, workers and every other place Hono runs in. Sets the variable
 * `attestation` of the context; with `require` it answers 403 to what the policy hides. Knows the framework by the few
 * members it uses, so it brings no dependency.
 */
import {
  type Attestation,
  examine,
  type MiddlewareOptions,
  PROBLEM_TYPE,
  readyOptions,
  refusalOf,
} from './middleware.js';

export type { Attestation, AttestationProblem, MiddlewareOptions, PostedText } from './middleware.js';

/** Of Hono's context: the request's headers, and a place for what was found. */
export interface HonoContext {
  req: { header(name: string): string | undefined };
  set(name: 'attestation', value: Attestation | null): void;
}

/**
 * What goes wrong is thrown and reaches `app.onError`.
 * @throws {AssayError} `config.invalid`, when it is made, for a `require` that is no policy
 */
export function attestation<Context extends HonoContext>(given: MiddlewareOptions<Context>) {
  const options = readyOptions(given);
  return async (context: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const found = await examine(context, (name) => context.req.header(name), options);
    context.set('attestation', found);
    const problem = found && refusalOf(found, options);
    if (problem !== null) {
      const headers = { 'Content-Type': PROBLEM_TYPE };
      return new Response(JSON.stringify(problem), { status: problem.status, headers });
    }
    await next();
    return undefined;
  };
}

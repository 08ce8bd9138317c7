/**
 * `client/fastify`: a Fastify `preHandler`. Attaches `request.attestation` (declare it with
 * `app.decorateRequest('attestation', null)`); with `require` it answers 403 to what the policy hides. Knows the
 * framework by the few members it uses, so it brings no dependency.
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

export interface FastifyRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FastifyReply {
  code(status: number): FastifyReply;
  header(name: string, value: string): FastifyReply;
  send(body: string): FastifyReply;
}

/**
 * Runs behind the parsing of the body. What goes wrong is thrown and reaches Fastify's error handler.
 * @throws {AssayError} `config.invalid`, when it is made, for a `require` that is no policy
 */
export function attestation<Request extends FastifyRequest>(given: MiddlewareOptions<Request>) {
  const options = readyOptions(given);
  return async (request: Request, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const found = await examine(request, (name) => first(request.headers[name]), options);
    (request as Request & { attestation: Attestation | null }).attestation = found;
    const problem = found && refusalOf(found, options);
    if (problem === null) return undefined;
    return reply.code(problem.status).header('Content-Type', PROBLEM_TYPE).send(JSON.stringify(problem));
  };
}

const first = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

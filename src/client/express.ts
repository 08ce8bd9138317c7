/**
 * `client/express`: Express middleware. Attaches `request.attestation`; with `require` it answers 403 to what the
 * policy hides. Knows the framework by the few members it uses, so it brings no dependency.
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

export interface ExpressRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  attestation?: Attestation | null;
}

export interface ExpressResponse {
  status(code: number): ExpressResponse;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/**
 * Put it behind the parser of the body that `post` reads. What goes wrong goes to `next`.
 * @throws {AssayError} `config.invalid`, when it is made, for a `require` that is no policy
 */
export function attestation<Request extends ExpressRequest>(given: MiddlewareOptions<Request>) {
  const options = readyOptions(given);
  return async (
    request: Request,
    response: ExpressResponse,
    next: (error?: unknown) => void,
  ): Promise<void> => {
    let problem: ReturnType<typeof refusalOf> = null;
    try {
      const found = await examine(request, (name) => first(request.headers[name]), options);
      request.attestation = found;
      problem = found && refusalOf(found, options);
    } catch (error) {
      next(error);
      return;
    }
    if (problem === null) return next();
    response.status(problem.status).setHeader('Content-Type', PROBLEM_TYPE);
    response.end(JSON.stringify(problem));
  };
}

const first = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

/**
 * What the adapters for Express, Fastify and Hono share: read a post's token, text and author from a request, verify,
 * and say whether a policy lets it through. By default nothing is blocked: the finding is attached, and the
 * application decides.
 */
import type { FilterPolicy, PolicyName, VerifyResult } from '../../schemas/attestation.js';
import { type FeedDecision, filterFeed } from './feed.js';
import { type Place, placeOf } from './place.js';
import { policyOf } from './policy.js';
import type { Verifier } from './verify.js';

/** The header that carries a token where the post itself has no place for one. */
export const ATTESTATION_HEADER = 'human-author';

/** A post as it came with a request. `author` has to be the account the request is signed in as, never what its body says. */
export interface PostedText extends Place {
  /** Absent: the header's. */
  token?: string;
}

export interface MiddlewareOptions<Request> {
  verifier: Verifier;
  /** Reads the post from a request; null where the request carries none, which then passes untouched. */
  post(request: Request): PostedText | null | Promise<PostedText | null>;
  /** The header a token is read from when the post has none; default `human-author`, null for no header. */
  header?: string | null;
  /** Refuse with 403 what this policy hides. Absent: nothing is refused, and the verifier's own policy is verified against. */
  require?: PolicyName | FilterPolicy;
}

/** What is attached to a request: the verifier's result (null: no token), and what a policy makes of it. */
export interface Attestation {
  result: VerifyResult | null;
  decision: FeedDecision;
}

/** problem+json (RFC 9457) of a refused request. */
export interface AttestationProblem {
  type: 'about:blank';
  title: 'Forbidden';
  status: 403;
  code: 'attestation.refused';
  /** Plain words for the reason. */
  detail: string;
  reason: FeedDecision['reason'];
  errors: { detail: string }[];
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Options whose policy was read once, when the middleware was made. */
export type ReadyOptions<Request> = Omit<MiddlewareOptions<Request>, 'require'> & { require?: FilterPolicy };

/** @throws {AssayError} `config.invalid` for a `require` that is no policy: a misspelt name would refuse nothing */
export function readyOptions<Request>({
  require,
  ...options
}: MiddlewareOptions<Request>): ReadyOptions<Request> {
  return require === undefined ? options : { ...options, require: policyOf(require) };
}

/**
 * The finding on one request, or null when it carries no post.
 * @param headerOf a header of the request by its lower-case name
 * @throws whatever `post` throws; {AssayError} `config.invalid` for an unfit trust list
 */
export async function examine<Request>(
  request: Request,
  headerOf: (name: string) => string | undefined,
  { verifier, post, header = ATTESTATION_HEADER, require: policy }: ReadyOptions<Request>,
): Promise<Attestation | null> {
  const posted = await post(request);
  if (posted === null) return null;
  const token = posted.token ?? (header === null ? undefined : headerOf(header.toLowerCase()));
  const result =
    token === undefined
      ? null
      : await verifier.verify(token, { ...placeOf(posted), ...(policy === undefined ? {} : { policy }) });
  const decision = filterFeed([{ id: 'request', result }], policy ?? 'all')[0] as FeedDecision;
  return { result, decision };
}

/** The answer to a request that the policy hides, or null where it may pass. */
export function refusalOf(
  { result, decision }: Attestation,
  { require }: Pick<ReadyOptions<never>, 'require'>,
): AttestationProblem | null {
  if (require === undefined || decision.action !== 'hide') return null;
  return {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    code: 'attestation.refused',
    detail: decision.sentence,
    reason: decision.reason,
    errors: (result?.errors ?? []).map((detail) => ({ detail })),
  };
}

/** One try of one delivery: the verdict as it stands now, signed, sent through the one way out, and what came of it. */
import { AssayError, type ErrorCode } from '../../schemas/errors.js';
import type { VerdictDoc, WebhookDoc } from '../../schemas/store/documents.js';
import type { Verdict } from '../../schemas/verdict.js';
import { type DeliveryFailure, VERDICT_RECORDED } from '../../schemas/webhook.js';
import type { Seal } from '../attest/seal.js';
import type { Egress } from '../egress/egress.js';
import { retryAfterMs } from './backoff.js';
import { signingKeys } from './secret.js';
import { signedHeaders } from './sign.js';

export interface AttemptParts {
  egress: Pick<Egress, 'fetch'>;
  seal: Seal;
  clock: () => number;
  /** A verdict as receivers are shown it, as JSON. */
  view(verdict: Verdict): unknown;
}

export interface Outcome {
  delivered: boolean;
  status: number | null;
  failure: DeliveryFailure | null;
  /** What the receiver asked us to wait. */
  askedMs: number;
  /** For the operator's log. */
  cause?: unknown;
}

const GONE = 410;

const FAILURES: Partial<Record<ErrorCode, DeliveryFailure>> = {
  'egress.refused': 'unreachable',
  'egress.unreachable': 'unreachable',
  'egress.timeout': 'timeout',
  'egress.redirect': 'redirect',
  'egress.too_large': 'too_large',
};

/** The body receivers get. What was erased of a verdict since it was announced is not in it. */
export const payloadOf = (verdict: Verdict, view: AttemptParts['view']): string =>
  JSON.stringify({ type: VERDICT_RECORDED, timestamp: verdict.decidedAt, data: view(verdict) });

/**
 * @param signal gives the try up
 * @throws the signal's reason; {AssayError} `attest.key_locked`
 */
export async function attempt(
  webhook: WebhookDoc,
  { verdict }: Pick<VerdictDoc, 'verdict'>,
  { egress, seal, clock, view }: AttemptParts,
  signal: AbortSignal,
): Promise<Outcome> {
  const now = clock();
  const body = payloadOf(verdict, view);
  const message = { id: verdict.verdictId, timestampS: Math.floor(now / 1_000), body };
  const headers = signedHeaders(message, signingKeys(webhook, seal, now));
  try {
    const reply = await egress.fetch(webhook.url, { method: 'POST', headers, body, signal });
    const { status } = reply;
    const delivered = status >= 200 && status < 300;
    const failure = delivered ? null : status === GONE ? 'gone' : 'status';
    return { delivered, status, failure, askedMs: retryAfterMs(reply.headers['retry-after'], clock()) };
  } catch (cause) {
    const failure = cause instanceof AssayError ? FAILURES[cause.code] : undefined;
    if (failure === undefined || signal.aborted) throw cause;
    return { delivered: false, status: null, failure, askedMs: 0, cause };
  }
}

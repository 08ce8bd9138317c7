/**
 * One table of error codes → HTTP status → sentence. Everything that goes wrong inside Assay is an `AssayError` with
 * one of these codes; the HTTP rim turns it into problem+json (RFC 9457), the streams into a dead letter, the command
 * line into an exit code. Vendor errors are translated to these where the vendor is called.
 */
export const ERRORS = {
  'request.invalid': [400, 'The request does not have the expected shape.'],
  'request.malformed_json': [400, 'The body is not valid JSON.'],
  'request.name_twice': [400, 'A name stands twice in one JSON object.'],
  'request.invalid_utf8': [400, 'The body is not valid UTF-8.'],
  'request.too_deep': [400, 'The JSON is nested too deeply.'],
  'request.too_many_values': [400, 'The JSON has too many values.'],
  'request.too_large': [413, 'The body is larger than the limit.'],
  'request.media_type': [415, 'This media type is not accepted here.'],
  'request.not_found': [404, 'There is nothing here.'],
  'request.method': [405, 'This method is not allowed here.'],
  'request.cursor': [400, 'The cursor is not one this endpoint gave out.'],
  'request.timeout': [503, 'The deadline passed before there was an answer.'],
  'idempotency.mismatch': [422, 'This Idempotency-Key was used with a different body.'],
  'idempotency.busy': [409, 'A request with this Idempotency-Key is still being handled.'],
  'auth.missing': [401, 'This endpoint needs an API key or a session.'],
  'auth.invalid': [401, 'The API key or session is not valid.'],
  'auth.scope': [403, 'The key does not carry the scope this endpoint needs.'],
  'auth.csrf': [403, 'The form token is missing or does not belong to this session.'],
  'auth.rate_limited': [429, 'Too many requests for this key.'],
  'item.invalid': [422, 'The item does not have the expected shape.'],
  'item.text_too_long': [422, 'The text is longer than the limit.'],
  'item.mail_too_large': [422, 'The mail is larger than the limit.'],
  'item.clock': [422, 'A timestamp is years away from now.'],
  'item.ill_formed_text': [422, 'The text is not well-formed Unicode.'],
  'item.unparsable': [422, 'The record could not be parsed.'],
  'overload.queue_full': [503, 'The service is at its limit; try again later.'],
  'overload.tenant': [429, 'This tenant has sent in as much as it may for now.'],
  'overload.streams': [429, 'This tenant has as many live streams open as it may.'],
  'stream.expired': [410, 'The log no longer keeps what follows this position.'],
  'log.topic_mismatch': [500, 'A topic exists with other settings than Assay needs.'],
  'log.unavailable': [503, 'The log cannot be reached.'],
  'log.record_too_large': [413, 'A record is larger than the log accepts.'],
  'log.locked': [500, 'Another process is using this data folder.'],
  'store.unavailable': [503, 'The store cannot be reached.'],
  'store.schema': [500, 'The store was written by a newer version of Assay.'],
  'store.no_index': [500, 'The query has no declared index.'],
  'store.locked': [500, 'Another process is using this data folder.'],
  'store.change': [500, 'A change does not fit the document it is meant for.'],
  'store.conflict': [409, 'The document was changed by somebody else.'],
  'egress.refused': [422, 'This address may not be reached from here.'],
  'egress.unreachable': [502, 'The other side cannot be reached.'],
  'egress.timeout': [504, 'The other side did not answer in time.'],
  'egress.redirect': [502, 'The other side answered with a redirect, which is not followed.'],
  'egress.too_large': [502, 'The answer of the other side is larger than the limit.'],
  'webhook.limit': [409, 'This tenant has as many webhooks as it may.'],
  'webhook.state': [409, 'The webhook or the delivery is in a state that does not allow this.'],
  'disk.full': [507, 'There is not enough disk space left.'],
  'config.invalid': [500, 'The configuration is not valid.'],
  'config.port_taken': [500, 'Another process is listening on this port.'],
  'detector.missing_model': [500, 'A model file is missing or damaged.'],
  'detector.not_fitted': [500, 'The model has no calibration for the way of computing asked for.'],
  'detector.no_engine': [500, 'The inference engine or device asked for is not there.'],
  'detector.engine': [503, 'The inference engine failed.'],
  'attest.text_rejected': [422, 'The text cannot be attested as it is.'],
  'attest.platform_proof': [403, 'Control of the platform account was not proven.'],
  'attest.challenge': [409, 'The challenge is unknown, used or expired.'],
  'attest.mismatch': [422, 'The signed text, audience or account is not the one of the challenge.'],
  'attest.assertion': [422, 'The signature of the registered key could not be verified.'],
  'attest.credential': [422, 'The presented credential proves no one person.'],
  'attest.person_known': [409, 'This person is another author here already.'],
  'attest.key_in_use': [409, 'The signing key is still needed.'],
  'attest.no_signer': [503, 'No signing key can sign at present.'],
  'attest.key_locked': [500, 'The signing keys cannot be opened with the given secret.'],
  'attest.not_authorised': [403, 'This attestation belongs to somebody else.'],
  'attest.audience': [403, 'This name is no domain, so only the operator gives it to a tenant.'],
  'attest.platform_pending': [403, 'Control of this platform has not been proven yet.'],
  'attest.domain_proof': [422, 'Control of the domain was not proven.'],
  'attest.pending_limit': [429, 'This tenant has as many platforms waiting for proof as it may.'],
  'attest.platform_limit': [409, 'This tenant has proven as many domains as it may.'],
  'attest.quota': [429, 'This author or this platform has issued as much as it may for now.'],
  'attest.lookup': [409, 'This prefix cannot be answered.'],
  'attest.transition': [409, 'The attestation cannot change to this status.'],
  'review.transition': [409, 'The item cannot go to this state.'],
  'review.claimed': [409, 'Somebody else has claimed this item.'],
  internal: [500, 'Something went wrong on our side.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof ERRORS;

/** One finding in a request: where (RFC 6901 JSON pointer into the body) and what was found against what was expected. */
export interface Violation {
  pointer: string;
  detail: string;
}

/** The one error of Assay. `message` says found and expected, never quotes a text or a secret. */
export class AssayError extends Error {
  override readonly name = 'AssayError';
  readonly code: ErrorCode;
  readonly violations: readonly Violation[];
  /** Seconds after which a retry makes sense; becomes Retry-After. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    detail?: string,
    options: { cause?: unknown; violations?: readonly Violation[]; retryAfterS?: number } = {},
  ) {
    super(detail ?? ERRORS[code][1], { cause: options.cause });
    this.code = code;
    this.violations = options.violations ?? [];
    this.retryAfterS = options.retryAfterS;
  }

  /** HTTP status that belongs to the code. */
  get status(): number {
    return ERRORS[this.code][0];
  }
}

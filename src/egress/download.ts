/** The way out for one large document that the operator named: FIDO metadata, some eight megabytes. */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { type EgressOptions, openEgress } from './egress.js';

/**
 * @param allow the operator's exceptions
 * @returns the body of an answer 200; throws {AssayError} `egress.*` for any other
 */
export function downloadOf(
  allow: readonly string[],
  options: Omit<EgressOptions, 'allow'> = {},
): (url: string) => Promise<Buffer> {
  const egress = openEgress({ timeoutMs: LIMITS.metadataMs, ...options, allow });
  return async (url) => {
    const { status, body } = await egress.fetch(url, { maxBytes: LIMITS.metadataBytes });
    if (status !== 200) throw new AssayError('egress.unreachable', `expected an answer 200, found ${status}`);
    return body;
  };
}

/** The way out as the verifier library takes it: for issuers' keys and status lists that the service itself asks for. */
import type { Fetch } from '../client/fetch.js';
import type { Egress } from './egress.js';

/** Larger than any status list in transit; the verifier has bounds of its own, per kind of document. */
const REPLY_BYTES = 8 * 1024 * 1024;
/** Statuses of a reply that has no body (Fetch standard). */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

export const verifierFetch =
  (egress: Pick<Egress, 'fetch'>): Fetch =>
  async (url, { headers, signal }) => {
    const { status, body } = await egress.fetch(url, { headers, signal, maxBytes: REPLY_BYTES });
    return new Response(EMPTY.has(status) ? null : new Uint8Array(body), { status });
  };

/**
 * The one way out: every request the service makes of its own goes through here, because where it goes was said by
 * somebody else (a tenant's webhook, an issuer's list). https only, to public addresses only, no redirects, five seconds
 * in all, a bounded reply. Exceptions are the operator's alone (ASSAY_EGRESS_ALLOW).
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { ownAddresses } from './address.js';
import { type Dial, dialTcp, openConnection } from './connect.js';
import { type EgressReply, type EgressRequest, exchange } from './exchange.js';
import { admittedAddresses, localNames, publicNames, type Resolve } from './resolve.js';
import { exceptionKey, readTarget } from './target.js';

export type { EgressReply, EgressRequest } from './exchange.js';

export interface Egress {
  /**
   * Whether an address may be asked for at all, as far as can be told without looking its name up.
   * @throws {AssayError} `egress.refused`
   */
  check(url: string): void;
  /**
   * @throws {AssayError} `egress.refused`, `egress.unreachable`, `egress.timeout`, `egress.redirect`, `egress.too_large`;
   * the reason of the caller's signal when that was aborted
   */
  fetch(url: string, request?: EgressRequest): Promise<EgressReply>;
}

export interface EgressOptions {
  /** The operator's list: `host:port`, reached at any address over https, and over http on loopback. */
  allow?: readonly string[];
  /** Default LIMITS.egressMs. */
  timeoutMs?: number;
  resolve?: Resolve;
  resolveExcepted?: Resolve;
  own?: () => ReadonlySet<string>;
  dial?: Dial;
  ca?: string;
}

/** Whatever Node threw on the way, in our words; the cause is for the log. */
function translate(error: unknown): unknown {
  if (error instanceof AssayError) return error;
  return new AssayError('egress.unreachable', undefined, { cause: error });
}

export function openEgress(options: EgressOptions = {}): Egress {
  const exceptions = new Set((options.allow ?? []).map(exceptionKey));
  const {
    timeoutMs = LIMITS.egressMs,
    resolve = publicNames,
    resolveExcepted = localNames,
    own = ownAddresses,
    dial = dialTcp,
    ca,
  } = options;

  async function go(url: string, request: EgressRequest, signal: AbortSignal): Promise<EgressReply> {
    const target = readTarget(url, exceptions);
    const addresses = await admittedAddresses(target, { resolve, resolveExcepted, own }, signal);
    const socket = await openConnection(target, addresses, { dial, ca }, signal);
    const { maxBytes = LIMITS.egressReplyBytes } = request;
    return exchange(target, socket, { ...request, maxBytes }, signal);
  }

  return {
    check: (url) => void readTarget(url, exceptions),
    async fetch(url, request = {}) {
      request.signal?.throwIfAborted();
      const late = new AbortController();
      const given = request.signal;
      const stop = (): void => late.abort(given?.reason);
      given?.addEventListener('abort', stop, { once: true });
      const timeout = new AssayError('egress.timeout', `no whole reply within ${timeoutMs} ms`);
      const timer = setTimeout(() => late.abort(timeout), timeoutMs);
      try {
        return await unlessAborted(go(url, request, late.signal), late.signal);
      } catch (error) {
        // What was cut off fails with whatever it was at; the reason is why it was cut off.
        throw late.signal.aborted ? late.signal.reason : translate(error);
      } finally {
        clearTimeout(timer);
        given?.removeEventListener('abort', stop);
      }
    },
  };
}

/** What does not listen to the signal, as a lookup of this machine, must not hold the request. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

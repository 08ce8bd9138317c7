/**
 * From a host to the addresses that may be connected to: looked up once, and refused as a whole when a single address
 * of the answer is not public. Names are asked of DNS itself, without this machine's hosts file and search domains, and
 * beside Node's thread pool, which a name server that keeps silent would otherwise block for everybody.
 */
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AssayError } from '../../schemas/errors.js';
import { isLoopback, isPublicAddress } from './address.js';
import type { Target } from './target.js';

/** The addresses of a name, IPv4 first; empty when it has none. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

const QUESTION = { timeout: 1_500, tries: 2 };

/** Asks DNS for both families; one of them is enough. */
export const publicNames: Resolve = async (name, signal) => {
  const resolver = new Resolver(QUESTION);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

/** Asks the machine as every other program does: for places of the operator's list, `localhost` among them. */
export const localNames: Resolve = async (name) =>
  (await lookup(name, { all: true, order: 'ipv4first' })).map(({ address }) => address);

export interface AdmitParts {
  resolve: Resolve;
  resolveExcepted: Resolve;
  /** Addresses of this machine. */
  own(): ReadonlySet<string>;
}

/**
 * @returns one address or more, all of them checked
 * @throws {AssayError} `egress.refused`, `egress.unreachable` when the name has no address
 */
export async function admittedAddresses(
  { host, excepted, secure }: Target,
  { resolve, resolveExcepted, own }: AdmitParts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ask = excepted ? resolveExcepted : resolve;
  const addresses = isIP(host) === 0 ? await ask(host, signal) : [host];
  if (addresses.length === 0) throw new AssayError('egress.unreachable', 'the name has no address');
  const mine = own();
  const admitted = (address: string): boolean =>
    excepted ? secure || isLoopback(address) : isPublicAddress(address) && !mine.has(address.toLowerCase());
  if (addresses.every(admitted)) return addresses;
  throw new AssayError('egress.refused', `${host} does not lead to the public internet alone`);
}

/**
 * The way out for addresses that a stranger may have chosen: https only, one look at the name, and the connection goes to
 * an address that was looked at and is public; no redirects, five seconds. A `Fetch` as the verifier takes one, kept as
 * small as that: exceptions for an operator's own network do not belong here.
 */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { Readable } from 'node:stream';
import type { Fetch } from './client/index.js';

/** What IANA's registries of special-purpose addresses set aside. */
const V4 = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  V4.addSubnet(network, bits, 'ipv4');

/** What is given out for use: all else is set aside, IPv4 in IPv6, NAT64, link-local, site-local and multicast among it. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');
/** Set aside within it: protocols and tunnels (Teredo, ORCHID), documentation, 6to4. */
const V6 = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  V6.addSubnet(network, bits, 'ipv6');

/** Whether an address is out on the public internet. @param address as a resolver gives it; a zone makes it local */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !V4.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return GLOBAL.check(address, 'ipv6') && !V6.check(address, 'ipv6');
}

/** Milliseconds for the whole answer. */
const TIMEOUT_MS = 5_000;

export interface GuardedParts {
  /** All addresses of a name. */
  resolve: (name: string) => Promise<readonly LookupAddress[]>;
  isPublic: (address: string) => boolean;
  /** `https.request`, or a double that takes the same options. */
  request: (
    options: RequestOptions,
    answered: (response: IncomingMessage) => void,
  ) => ReturnType<typeof httpsRequest>;
}

const REAL: GuardedParts = {
  resolve: (name) => lookup(name, { all: true }),
  isPublic: isPublicAddress,
  request: httpsRequest,
};

/** As `fetch` rejects. */
const refused = (detail: string) => new TypeError(detail);

/** The address to connect to. One that is not public spoils the name: which of them is taken is not left to chance. */
async function addressOf({ hostname }: URL, { resolve, isPublic }: GuardedParts): Promise<LookupAddress> {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(bare);
  const found = family === 0 ? await resolve(bare) : [{ address: bare, family }];
  const [first] = found;
  if (first === undefined || !found.every(({ address }) => isPublic(address))) {
    throw refused('expected a name of public addresses only');
  }
  return first;
}

/** A `Fetch` over `parts`; rejects for what it does not do, and with whatever the network says. */
export function guardedFetch(parts: Partial<GuardedParts> = {}): Fetch {
  const all = { ...REAL, ...parts };
  return async (address, { signal, headers }) => {
    if (!URL.canParse(address)) throw refused('expected an address');
    const url = new URL(address);
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
      throw refused('expected an https address without a user');
    }
    const either = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const { address: host, family } = await addressOf(url, all);
    either.throwIfAborted();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options: RequestOptions = {
        host,
        family,
        port: url.port === '' ? 443 : Number(url.port),
        path: `${url.pathname}${url.search}`,
        // The certificate is checked against the name, which the address alone does not know.
        servername: isIP(url.hostname) === 0 && !url.hostname.startsWith('[') ? url.hostname : '',
        headers: { ...headers, host: url.host, 'accept-encoding': 'identity' },
        agent: false,
        signal: either,
      };
      all.request(options, resolve).on('error', reject).end();
    });
    const { statusCode: status = 0 } = response;
    if (status < 200 || (status >= 300 && status < 400)) {
      response.destroy();
      throw refused(`expected an answer without a redirect, found ${status}`);
    }
    return new Response(Readable.toWeb(response) as ReadableStream<Uint8Array>, { status });
  };
}

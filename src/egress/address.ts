/**
 * Which addresses the service may connect to on somebody else's word: those of the public internet, and none of its own
 * machine, its own network, or a tunnel into one. IPv6 is held to what is allotted for global use (2000::/3), so that
 * mapped, compatible, translated (NAT64), local and multicast forms are out without being listed one by one.
 */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

type Block = readonly [network: string, prefix: number];

/** IANA's special-purpose registry (RFC 6890 and later), and the one address outside of it where a cloud answers. */
const NOT_PUBLIC_V4: readonly Block[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // shared by carriers (RFC 6598); Alibaba's metadata lies in it
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's host agent
  ['169.254.0.0', 16], // link-local; the metadata of most clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const GLOBAL_V6: readonly Block[] = [['2000::', 3]];
const NOT_PUBLIC_V6: readonly Block[] = [
  ['2001::', 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4
  ['3fff::', 20],
];
const LOOPBACK_V4: readonly Block[] = [['127.0.0.0', 8]];
const LOOPBACK_V6: readonly Block[] = [['::1', 128]];

function listOf(blocks: readonly Block[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of blocks) list.addSubnet(network, prefix, family);
  return list;
}

const notPublicV4 = listOf(NOT_PUBLIC_V4, 'ipv4');
const globalV6 = listOf(GLOBAL_V6, 'ipv6');
const notPublicV6 = listOf(NOT_PUBLIC_V6, 'ipv6');
const loopbackV4 = listOf(LOOPBACK_V4, 'ipv4');
const loopbackV6 = listOf(LOOPBACK_V6, 'ipv6');

/** Addresses of this machine: what its firewall keeps from the outside must not be reached from within. */
export const ownAddresses = (): ReadonlySet<string> =>
  new Set(
    Object.values(networkInterfaces()).flatMap((each = []) =>
      each.map(({ address }) => address.toLowerCase()),
    ),
  );

/** Whether an address is one of the public internet. Text that is no address (or has a zone) is not. */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false;
  const family = isIP(address);
  if (family === 4) return !notPublicV4.check(address, 'ipv4');
  return family === 6 && globalV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
}

/** Whether an address leads to this machine and no other. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return loopbackV4.check(address, 'ipv4');
  return family === 6 && loopbackV6.check(address, 'ipv6');
}

/**
 * Whose connection it is, for limits by address. An IPv6 customer has at least 64 bits of addresses to call from, so the
 * first half of one is what counts; an IPv4 address inside an IPv6 one counts as itself.
 */
import { isIPv6 } from 'node:net';

const MAPPED = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** @param ip as the socket or the proxy gave it; anything that is no address stands for itself */
export function callerOf(ip: string | undefined): string {
  if (ip === undefined) return '';
  const mapped = MAPPED.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [address = ''] = ip.split('%');
  if (!isIPv6(address)) return ip;
  const [head = '', tail] = address.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const known = [...groups(head), ...groups(tail ?? '')];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - known.length)).fill('0');
  const all = [...groups(head), ...zeros, ...groups(tail ?? '')];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/**
 * From an address as somebody wrote it to the host and port it means, before any name is looked up. The WHATWG parser
 * undoes the spellings of numbers (decimal, octal, hexadecimal, short forms), percent signs, full-width letters and
 * dots; what is judged afterwards is the one spelling that is left.
 */
import { isIP } from 'node:net';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { isPublicAddress } from './address.js';

/** `host:port` as the operator wrote it, in the parser's spelling; see `exceptionKey`. */
export type Exceptions = ReadonlySet<string>;

export interface Target {
  url: URL;
  secure: boolean;
  /** Name or address, without brackets and without a dot at the end. */
  host: string;
  port: number;
  /** Stands in the operator's list. */
  excepted: boolean;
}

/** Names that never lead out of the network they are asked in (RFC 6761, 6762, 8375, ICANN's `internal`). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

const refused = (found: string): AssayError =>
  new AssayError('egress.refused', `expected an https address on the public internet, found ${found}`);

/** The key of a place in the operator's list. @throws TypeError when it is not `host:port` */
export function exceptionKey(place: string): string {
  const url =
    /^[^/?#@\\\s]+:\d{1,5}$/.test(place) && URL.canParse(`http://${place}`) && new URL(`http://${place}`);
  if (!url) throw new TypeError(`expected host:port, found ${place}`);
  return placeOfUrl(url);
}

/** `host:port` of an http(s) address, as the operator's list has it. */
export const placeOfUrl = ({ protocol, hostname, port }: URL): string =>
  `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;

/**
 * @throws {AssayError} `egress.refused` for another scheme, a name and password, a name that is not a public one, a
 * number that is no public address
 */
export function readTarget(address: string, exceptions: Exceptions): Target {
  if (address.length > LIMITS.egressUrlLength) throw refused('a longer one');
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null) throw refused('something else');
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') throw refused(`the scheme ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw refused('one with a name or a password');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (port === 0) throw refused('port 0');
  const excepted = exceptions.has(placeOfUrl(url));
  if (!secure && !excepted) throw refused('http');
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (!excepted) admitHost(host);
  return { url, secure, host, port, excepted };
}

function admitHost(host: string): void {
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw refused('an address that is not public');
    return;
  }
  const labels = host.split('.');
  if (labels.length < 2 || labels.includes('') || LOCAL_NAME.test(host))
    throw refused('a name that is not public');
}

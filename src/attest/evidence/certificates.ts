/**
 * Certificate chains of authenticators and of metadata (RFC 5280, as far as they need it), at a given time and without a
 * network: no revocation list is ever fetched, since the address would be the stranger's who brought the certificate.
 * Models that were withdrawn are known from the metadata.
 */
import { X509Certificate } from 'node:crypto';
import { elements, extensionOf, sequence } from './der.js';

/** Certificates in one chain; the longest known have four. */
export const CHAIN_LENGTH = 6;
const BASIC_CONSTRAINTS = '551d13';
const INTEGER = 0x02;

/** @returns null for bytes that are no certificate */
export function readCertificate(bytes: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(bytes);
  } catch {
    return null;
  }
}

/** Certificates of a PEM file. @returns null when there is none, or one that cannot be read */
export function readPem(pem: string): X509Certificate[] | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.map((block) => readCertificate(Buffer.from(block)));
  return certificates.length === 0 || certificates.includes(null)
    ? null
    : (certificates as X509Certificate[]);
}

export interface Chain {
  /** Where the chain ends. */
  anchor: X509Certificate;
  /** In between all its certificates are valid, milliseconds since the epoch. */
  fromMs: number;
  untilMs: number;
}

/**
 * The chain from a leaf over its issuers to one of the anchors, or null when there is none. Each is signed by the next,
 * all above the leaf are authorities and allow for as many below them; an anchor may stand at the end of the list or
 * behind it, and a leaf may be an anchor itself (FIDO metadata allows that).
 */
export function chainTo(
  certificates: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): Chain | null {
  const last = certificates.at(-1);
  if (last === undefined || certificates.length > CHAIN_LENGTH) return null;
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer !== undefined && !issued(certificate, issuer, index)) return null;
  }
  const anchor =
    anchors.find(({ raw }) => raw.equals(last.raw)) ??
    anchors.find((each) => issued(last, each, certificates.length - 1));
  if (anchor === undefined) return null;
  const whole = [...certificates, anchor];
  return {
    anchor,
    fromMs: Math.max(...whole.map(({ validFrom }) => Date.parse(validFrom))),
    untilMs: Math.min(...whole.map(({ validTo }) => Date.parse(validTo))),
  };
}

/** Whether a chain holds at a time; a date that cannot be read holds never. */
export const holdsAt = ({ fromMs, untilMs }: Pick<Chain, 'fromMs' | 'untilMs'>, atMs: number): boolean =>
  fromMs <= atMs && atMs <= untilMs;

/** @param below certificates that stand between the issuer and the end of the chain's leaf side, the leaf not counted */
function issued(certificate: X509Certificate, issuer: X509Certificate, below: number): boolean {
  try {
    return (
      issuer.ca &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey) &&
      below <= mostBelow(issuer)
    );
  } catch {
    // A key of a kind that Node does not know signs nothing.
    return false;
  }
}

/** The path length that an authority allows below itself. */
function mostBelow({ raw }: X509Certificate): number {
  const value = extensionOf(raw, BASIC_CONSTRAINTS);
  if (value === null) return CHAIN_LENGTH;
  const length = sequence(value).find(({ tag }) => tag === INTEGER);
  return length === undefined ? CHAIN_LENGTH : length.content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The single OCTET STRING that an extension's value is; null for anything else. */
export function octets(value: Uint8Array): Uint8Array | null {
  const [only, more] = elements(value);
  return only !== undefined && more === undefined && only.tag === 0x04 ? only.content : null;
}

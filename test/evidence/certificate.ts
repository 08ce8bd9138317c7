/** Certificates of test authorities (RFC 5280), from fixed keys with signatures by RFC 6979: the same bytes every time. */
import { createPublicKey } from 'node:crypto';
import { der as ecdsa, keyNamed, sha256, signDigest, type TestKey } from '../attacks/p256.js';
import { der, integer, octets, oid, sequence, set } from './bytes.js';

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const NAMES = { C: '550406', O: '55040a', OU: '55040b', CN: '550403' } as const;
export const OIDS = {
  basicConstraints: '551d13',
  subjectAltName: '551d11',
  extKeyUsage: '551d25',
  crlDistributionPoints: '551d1f',
  aaguid: '2b0601040182e51c010104',
  keyDescription: '2b06010401d679020111',
} as const;

export type Name = Partial<Record<keyof typeof NAMES, string>>;

export interface Authority {
  key: TestKey;
  name: Name;
  bytes: Buffer;
}

export interface CertificateOptions {
  subject: Name;
  key: TestKey;
  /** Absent: signed by itself. */
  issuer?: Pick<Authority, 'key' | 'name'>;
  ca?: boolean;
  pathLength?: number;
  /** YYYYMMDD */
  from?: string;
  until?: string;
  serial?: number;
  /** OID in hexadecimal → DER of its value. */
  extensions?: readonly (readonly [string, Buffer])[];
}

const nameOf = (name: Name): Buffer =>
  sequence(
    ...Object.entries(name).map(([type, text]) =>
      set(
        sequence(oid(NAMES[type as keyof typeof NAMES]), der(type === 'C' ? 0x13 : 0x0c, Buffer.from(text))),
      ),
    ),
  );

const spki = ({ jwk }: TestKey): Buffer =>
  createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, format: 'jwk' }).export({
    type: 'spki',
    format: 'der',
  });

const time = (day: string): Buffer => der(0x17, Buffer.from(`${day.slice(2)}000000Z`));

export function certificate({
  subject,
  key,
  issuer = { key, name: subject },
  ca = false,
  pathLength,
  from = '20100101',
  until = '20491231',
  serial = 1,
  extensions = [],
}: CertificateOptions): Buffer {
  const constraints = ca
    ? sequence(der(0x01, Buffer.from([0xff])), ...(pathLength === undefined ? [] : [integer(pathLength)]))
    : sequence();
  const all: (readonly [string, Buffer])[] = [[OIDS.basicConstraints, constraints], ...extensions];
  const tbs = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    ECDSA_SHA256,
    nameOf(issuer.name),
    sequence(time(from), time(until)),
    nameOf(subject),
    spki(key),
    der(0xa3, sequence(...all.map(([name, value]) => sequence(oid(name), octets(value))))),
  );
  const signature = ecdsa(signDigest(issuer.key, sha256(tbs)));
  return sequence(tbs, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
}

/** An authority with a key of its own name. */
export function authority(
  cn: string,
  options: Partial<Omit<CertificateOptions, 'key' | 'subject'>> = {},
): Authority {
  const key = keyNamed(cn);
  const name = { O: 'Assay test', CN: cn };
  return { key, name, bytes: certificate({ ca: true, ...options, subject: name, key }) };
}

/** A certificate that attests authenticators (WebAuthn section 8.2.1). */
export const attestationCertificate = (
  cn: string,
  issuer: Authority,
  options: Partial<CertificateOptions> = {},
): { key: TestKey; bytes: Buffer } => {
  const key = keyNamed(cn);
  const subject = { C: 'DE', O: 'Assay test', OU: 'Authenticator Attestation', CN: cn };
  return { key, bytes: certificate({ subject, key, issuer, ...options }) };
};

export const aaguidExtension = (aaguid: string): readonly [string, Buffer] => [
  OIDS.aaguid,
  octets(Buffer.from(aaguid.replaceAll('-', ''), 'hex')),
];

/** A certificate that says where its revocation list lies. */
export const crlExtension = (url: string): readonly [string, Buffer] => [
  OIDS.crlDistributionPoints,
  sequence(sequence(der(0xa0, der(0xa0, der(0x86, Buffer.from(url)))))),
];

export const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes
    .toString('base64')
    .replace(/.{64}/g, '$&\n')
    .trimEnd()}\n-----END CERTIFICATE-----\n`;

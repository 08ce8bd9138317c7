/** Models of authenticators that do not exist, and the metadata blob of a service that does not either. */
import { keyNamed, raw, sha256, signDigest, type TestKey } from '../attacks/p256.js';
import { type Authority, authority, certificate } from './certificate.js';

export const AT = '2030-01-15T12:00:00Z';

interface ModelOptions {
  reports?: readonly object[];
  attestationTypes?: readonly string[];
  keyProtection?: readonly string[];
  root?: Authority;
  protocolFamily?: string;
}

export const CERTIFIED = [{ status: 'FIDO_CERTIFIED_L1', effectiveDate: '2020-01-01' }];
const then = (status: string, effectiveDate = '2024-05-01') => [...CERTIFIED, { status, effectiveDate }];
const family = authority('family root');

/** Name → what its entry says. */
const MODELS = {
  good: {},
  updated: { reports: then('UPDATE_AVAILABLE') },
  revoked: { reports: then('REVOKED') },
  compromised: { reports: then('ATTESTATION_KEY_COMPROMISE') },
  bypassed: {
    reports: [
      ...then('USER_VERIFICATION_BYPASS'),
      { status: 'FIDO_CERTIFIED_L2', effectiveDate: '2025-01-01' },
    ],
  },
  remote: { reports: then('USER_KEY_REMOTE_COMPROMISE', '2031-01-01') },
  physical: { reports: then('USER_KEY_PHYSICAL_COMPROMISE') },
  downgraded: { reports: then('NOT_FIDO_CERTIFIED') },
  recertified: {
    reports: [...then('NOT_FIDO_CERTIFIED'), { status: 'FIDO_CERTIFIED_L2', effectiveDate: '2026-01-01' }],
  },
  later: { reports: [{ status: 'FIDO_CERTIFIED_L1', effectiveDate: '2031-01-01' }] },
  uncertified: { reports: [{ status: 'NOT_FIDO_CERTIFIED' }] },
  unreported: { reports: [] },
  novel: { reports: then('RETIRED') },
  software: { keyProtection: ['software'] },
  surrogate: { attestationTypes: ['basic_surrogate'] },
  u2f: { protocolFamily: 'u2f' },
  elder: { root: family },
  younger: { root: family },
  android: {},
  platform: { attestationTypes: ['attca'], keyProtection: ['hardware', 'tee'] },
} as const satisfies Record<string, ModelOptions>;
export type ModelName = keyof typeof MODELS;

export const aaguidOf = (name: string): string =>
  sha256(`model ${name}`)
    .toString('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export const rootOf = (name: ModelName): Authority =>
  ('root' in MODELS[name] ? (MODELS[name] as ModelOptions).root : undefined) ?? authority(`${name} root`);

const entryOf = (name: ModelName): object => {
  const { reports = CERTIFIED, ...more }: ModelOptions = MODELS[name];
  return {
    aaguid: aaguidOf(name),
    statusReports: reports,
    timeOfLastStatusChange: '2024-05-01',
    metadataStatement: {
      aaguid: aaguidOf(name),
      description: `Assay test ${name}`,
      authenticatorVersion: 1,
      protocolFamily: more.protocolFamily ?? 'fido2',
      attestationTypes: more.attestationTypes ?? ['basic_full'],
      keyProtection: more.keyProtection ?? ['hardware', 'secure_element'],
      matcherProtection: ['on_chip'],
      attestationRootCertificates: [rootOf(name).bytes.toString('base64')],
    },
  };
};

export const METADATA_ROOT = authority('metadata root');
const signerKey = keyNamed('metadata signer');
export const METADATA_SIGNER = certificate({
  subject: { O: 'Assay test', CN: 'metadata.example' },
  key: signerKey,
  issuer: METADATA_ROOT,
});

export interface BlobOptions {
  payload?: object;
  header?: object;
  key?: TestKey;
  x5c?: readonly Buffer[];
}

/** A blob (FIDO Metadata Service 3.0, section 3.1.6). */
export function metadataBlob({
  payload = {},
  header = {},
  key = signerKey,
  x5c = [METADATA_SIGNER],
}: BlobOptions = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const entries = (Object.keys(MODELS) as ModelName[]).map(entryOf);
  const body = { legalHeader: 'None.', no: 7, nextUpdate: '2030-02-01', entries, ...payload };
  const head = { alg: 'ES256', typ: 'JWT', x5c: x5c.map((bytes) => bytes.toString('base64')), ...header };
  const input = `${part(head)}.${part(body)}`;
  return `${input}.${raw(signDigest(key, sha256(input))).toString('base64url')}`;
}

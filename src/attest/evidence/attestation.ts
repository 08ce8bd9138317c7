/**
 * Who made the key: the statement that an authenticator's maker adds to a registration, against what FIDO's metadata
 * says of the model. `prs` 2 needs all of it: a statement signed by a certificate that chains to a root of this very
 * model, a model in good standing that keeps keys in hardware, a person verified by it, and a key that stays in it. What
 * lacks any of this is an ordinary registered key (`prs` 1), and the reason is named. Pure.
 */
import type { X509Certificate } from 'node:crypto';
import { provesAndroidKey } from './android-key.js';
import type { AuthenticatorData } from './authenticator-data.js';
import type { CborMap } from './cbor.js';
import { CHAIN_LENGTH, chainTo, holdsAt, octets, readCertificate } from './certificates.js';
import { DerError, extensionOf } from './der.js';
import { type Metadata, standingOf } from './metadata.js';
import { inGoodStanding, keepsKeysInHardware, type Model } from './metadata-models.js';
import { type EvidenceLimit, EvidenceRefused } from './refusal.js';
import { provesTpmKey } from './tpm-key.js';

/** How each format's models name it in their metadata: with other kinds the statement is not what the maker says it makes. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  packed: ['basic_full', 'attca'],
  tpm: ['attca'],
  'android-key': ['basic_full'],
  apple: ['anonca'],
};
const NO_MODEL = '00000000-0000-0000-0000-000000000000';
/** id-fido-gen-ce-aaguid, 1.3.6.1.4.1.45724.1.1.4. */
const AAGUID_EXTENSION = '2b0601040182e51c010104';

/** Formats whose statements are verified; every other is disregarded, and its key an ordinary one. */
export const isVerifiedFormat = (format: string): boolean => Object.hasOwn(KINDS, format);

export interface Statement {
  format: string;
  fields: CborMap;
  data: AuthenticatorData;
  /** SHA-256 of the client data. */
  clientDataHash: Buffer;
}

/**
 * Why a registration whose signature holds is no more than a registered key; null when it is `prs` 2.
 * @throws {EvidenceRefused} `webauthn.attestation` for a statement that cannot be read at all
 */
export function limitOf(
  { format, fields, data, clientDataHash }: Statement,
  metadata: Metadata | null,
  atMs: number,
): EvidenceLimit | null {
  if (format === 'none') return 'attestation.none';
  if (!isVerifiedFormat(format)) return 'attestation.format';
  const x5c = fields.get('x5c');
  if (x5c === undefined) return 'attestation.self';
  const chain = certificatesOf(x5c);
  if (metadata === null) return 'attestation.no_metadata';
  const standing = standingOf(metadata, atMs);
  if (standing !== 'current') return `attestation.metadata_${standing}`;
  const { aaguid } = data.attested!;
  const model = aaguid === NO_MODEL ? undefined : metadata.models.get(aaguid);
  if (model === undefined) return 'attestation.unknown_model';
  if (!KINDS[format]!.some((kind) => model.attestationTypes.includes(kind))) return 'attestation.kind';
  if (!chains(chain, model, format, atMs)) return 'attestation.chain';
  if (format === 'android-key' && !provesAndroidKey(chain[0]!, clientDataHash))
    return 'attestation.software_key';
  if (format === 'tpm' && !provesTpmKey(fields.get('pubArea'))) return 'attestation.software_key';
  return limitOfModel(model, data, atMs);
}

/** The part that is asked again at every signature: models fall, and what a person did is in each assertion. */
export function limitOfModel(
  model: Model,
  { backupEligible, userVerified }: Pick<AuthenticatorData, 'backupEligible' | 'userVerified'>,
  atMs: number,
): EvidenceLimit | null {
  if (!inGoodStanding(model, atMs)) return 'attestation.status';
  if (!keepsKeysInHardware(model)) return 'attestation.software_key';
  if (backupEligible) return 'attestation.synced';
  return userVerified ? null : 'attestation.unverified_user';
}

/** @throws {EvidenceRefused} `webauthn.attestation` */
export function certificatesOf(x5c: unknown): X509Certificate[] {
  const listed = Array.isArray(x5c) && x5c.length > 0 && x5c.length <= CHAIN_LENGTH ? x5c : [null];
  const certificates = listed.map((each) => (each instanceof Uint8Array ? readCertificate(each) : null));
  if (certificates.includes(null)) {
    throw new EvidenceRefused('webauthn.attestation', `expected x5c with 1 to ${CHAIN_LENGTH} certificates`);
  }
  return certificates as X509Certificate[];
}

function chains(
  certificates: readonly X509Certificate[],
  model: Model,
  format: string,
  atMs: number,
): boolean {
  try {
    const chain = chainTo(certificates, model.roots());
    if (chain === null || !holdsAt(chain, atMs)) return false;
    const named = extensionOf(certificates[0]!.raw, AAGUID_EXTENSION);
    // A maker whose root attests several models has to say which one it was (WebAuthn, section 8.2.1).
    if (named === null) return format !== 'packed' || !model.sharesRoots;
    const value = octets(named);
    return value !== null && Buffer.from(value).toString('hex') === model.aaguid.replaceAll('-', '');
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/**
 * The judge of passkeys: what a registration and an assertion prove. Every check of ours comes first, by name; then
 * `@simplewebauthn/server` has to agree. Software signs as well as hardware does, so the library's word alone is a
 * registered key and never more. Pure: no store, no network, no clock.
 */
import { createHash } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  vendorAssertion,
  vendorRegistration,
} from '../passkey.js';
import { holdsAndroidKey } from './android-key.js';
import { certificatesOf, isVerifiedFormat, limitOf, limitOfModel } from './attestation.js';
import { readAuthenticatorData } from './authenticator-data.js';
import { CborError, type CborMap, readCbor } from './cbor.js';
import { type AskedFor, bytesOf, checkClientData } from './client-data.js';
import { type Metadata, standingOf } from './metadata.js';
import { type EvidenceLimit, EvidenceRefused } from './refusal.js';

export interface WebauthnExpectation extends AskedFor {
  rpId: string;
  /** Milliseconds since the epoch. */
  atMs: number;
  /** Null: no authenticator is known, and no key more than registered. */
  metadata: Metadata | null;
}

export interface JudgedKey {
  credentialId: string;
  /** COSE key, base64url. */
  publicKey: string;
  counter: number;
  /** The attested model; null for every key that stays at `prs` 1. */
  aaguid: string | null;
  prs: 1 | 2;
  /** Why `prs` is not 2. */
  limit: EvidenceLimit | null;
}

/**
 * What a new key proves.
 * @throws {EvidenceRefused}
 */
export async function judgeRegistration(
  response: RegistrationResponseJSON,
  expected: WebauthnExpectation,
): Promise<JudgedKey> {
  const clientData = bytesOf(response?.response?.clientDataJSON, 'clientDataJSON');
  const object = bytesOf(response.response.attestationObject, 'attestationObject');
  const id = Buffer.from(bytesOf(response.id, 'id'));
  checkClientData(clientData, 'webauthn.create', expected);
  const { format, fields, authData } = readAttestationObject(object);
  const data = readAuthenticatorData(authData, expected.rpId);
  if (data.attested === null) throw new EvidenceRefused('webauthn.authenticator_data', 'found no key');
  if (!id.equals(data.attested.credentialId)) throw new EvidenceRefused('webauthn.credential');
  const clientDataHash = createHash('sha256').update(clientData).digest();
  if (format === 'android-key') {
    const [leaf] = certificatesOf(fields.get('x5c'));
    if (!holdsAndroidKey(leaf!, fields, data.attested.key, Buffer.concat([authData, clientDataHash]))) {
      throw new EvidenceRefused('webauthn.attestation');
    }
  } else if (isVerifiedFormat(format) && fields.has('x5c')) certificatesOf(fields.get('x5c'));
  const limit = limitOf({ format, fields, data, clientDataHash }, expected.metadata, expected.atMs);
  await vendorRegistration(response, expected, {
    // What it would not verify, or not without fetching what a stranger names, it takes as a key without a statement.
    withoutStatement: format === 'android-key' || !isVerifiedFormat(format) ? authData : null,
  });
  return {
    credentialId: id.toString('base64url'),
    publicKey: Buffer.from(data.attested.publicKey).toString('base64url'),
    counter: data.counter,
    aaguid: limit === null ? data.attested.aaguid : null,
    prs: limit === null ? 2 : 1,
    limit,
  };
}

/**
 * What a signature with a registered key proves.
 * @param key as `judgeRegistration` gave it, with the counter seen last
 * @throws {EvidenceRefused}
 */
export async function judgeAssertion(
  response: AuthenticationResponseJSON,
  key: Pick<JudgedKey, 'credentialId' | 'publicKey' | 'counter' | 'aaguid'>,
  expected: WebauthnExpectation,
): Promise<{ prs: 1 | 2; counter: number; limit: EvidenceLimit | null }> {
  const clientData = bytesOf(response?.response?.clientDataJSON, 'clientDataJSON');
  const authData = bytesOf(response.response.authenticatorData, 'authenticatorData');
  bytesOf(response.response.signature, 'signature');
  if (response.id !== key.credentialId) throw new EvidenceRefused('webauthn.credential');
  checkClientData(clientData, 'webauthn.get', expected);
  const data = readAuthenticatorData(authData, expected.rpId);
  await vendorAssertion(response, expected, key);
  // An authenticator counts up or not at all; one that goes back was copied.
  if ((data.counter > 0 || key.counter > 0) && data.counter <= key.counter) {
    throw new EvidenceRefused('webauthn.counter');
  }
  const limit = limitOfAssertion(key.aaguid, data, expected);
  return { prs: limit === null ? 2 : 1, counter: data.counter, limit };
}

function limitOfAssertion(
  aaguid: string | null,
  data: { backupEligible: boolean; userVerified: boolean },
  { metadata, atMs }: Pick<WebauthnExpectation, 'metadata' | 'atMs'>,
): EvidenceLimit | null {
  if (aaguid === null) return 'attestation.unregistered';
  if (metadata === null) return 'attestation.no_metadata';
  const standing = standingOf(metadata, atMs);
  if (standing !== 'current') return `attestation.metadata_${standing}`;
  const model = metadata.models.get(aaguid);
  return model === undefined ? 'attestation.unknown_model' : limitOfModel(model, data, atMs);
}

function readAttestationObject(bytes: Uint8Array): { format: string; fields: CborMap; authData: Uint8Array } {
  let value: unknown;
  try {
    value = readCbor(bytes);
  } catch (cause) {
    if (!(cause instanceof CborError)) throw cause;
    throw new EvidenceRefused('webauthn.attestation', cause.message);
  }
  const [format, fields, authData] =
    value instanceof Map ? [value.get('fmt'), value.get('attStmt'), value.get('authData')] : [];
  if (typeof format !== 'string' || !(fields instanceof Map) || !(authData instanceof Uint8Array)) {
    throw new EvidenceRefused('webauthn.attestation', 'expected fmt, attStmt and authData');
  }
  if (format === 'none' && fields.size > 0)
    throw new EvidenceRefused('webauthn.attestation', 'found a statement under none');
  return { format, fields, authData };
}

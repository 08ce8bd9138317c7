/**
 * What an authenticator says (WebAuthn Level 3, section 6.1): whose page it was for, what the person did, whether the key
 * is copied elsewhere, the counter, and at registration the new key with the model that holds it.
 */
import { createHash } from 'node:crypto';
import { type Cbor, CborError, readCborFirst } from './cbor.js';
import { EvidenceRefused } from './refusal.js';

export interface AuthenticatorData {
  userPresent: boolean;
  userVerified: boolean;
  /** The key may be copied to other devices (a synced passkey). */
  backupEligible: boolean;
  counter: number;
  /** At registration. */
  attested: AttestedKey | null;
}

export interface AttestedKey {
  /** Lower-case with hyphens. */
  aaguid: string;
  credentialId: Uint8Array;
  /** COSE key. */
  publicKey: Uint8Array;
  key: ReadonlyMap<number | string, Cbor>;
}

const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const AT = 0x40;
const ED = 0x80;
const HEAD = 37;
const ATTESTED_HEAD = 18;
/** Bytes of a credential id (WebAuthn, section 4). */
const CREDENTIAL_ID = 1023;

/** @throws {EvidenceRefused} `webauthn.authenticator_data`, `webauthn.rp_id`, `webauthn.presence`, `webauthn.backup_state` */
export function readAuthenticatorData(bytes: Uint8Array, rpId: string): AuthenticatorData {
  if (bytes.length < HEAD) throw refused(`expected at least ${HEAD} bytes`);
  const rpHash = createHash('sha256').update(rpId).digest();
  if (!rpHash.equals(bytes.subarray(0, 32))) throw new EvidenceRefused('webauthn.rp_id');
  const flags = bytes[32]!;
  if ((flags & UP) === 0) throw new EvidenceRefused('webauthn.presence');
  if ((flags & BS) !== 0 && (flags & BE) === 0) throw new EvidenceRefused('webauthn.backup_state');
  let at = HEAD;
  let attested: AttestedKey | null = null;
  if ((flags & AT) !== 0) {
    attested = readAttested(bytes);
    at += ATTESTED_HEAD + attested.credentialId.length + attested.publicKey.length;
  }
  if ((flags & ED) !== 0) {
    const { value, end } = cborAt(bytes, at);
    if (!(value instanceof Map)) throw refused('expected extensions as a map');
    at = end;
  }
  if (at !== bytes.length) throw refused('found bytes behind the data');
  return {
    userPresent: true,
    userVerified: (flags & UV) !== 0,
    backupEligible: (flags & BE) !== 0,
    counter: Buffer.from(bytes).readUInt32BE(33),
    attested,
  };
}

function readAttested(bytes: Uint8Array): AttestedKey {
  if (bytes.length < HEAD + ATTESTED_HEAD) throw refused('found fewer bytes than the key needs');
  const idAt = HEAD + ATTESTED_HEAD;
  const length = bytes[idAt - 2]! * 256 + bytes[idAt - 1]!;
  if (length === 0 || length > CREDENTIAL_ID)
    throw refused(`expected a credential id of 1 to ${CREDENTIAL_ID} bytes`);
  const keyAt = idAt + length;
  const { value, end } = cborAt(bytes, keyAt);
  if (!(value instanceof Map)) throw refused('expected a COSE key');
  const hex = Buffer.from(bytes.subarray(HEAD, HEAD + 16)).toString('hex');
  return {
    aaguid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    credentialId: bytes.subarray(idAt, keyAt),
    publicKey: bytes.subarray(keyAt, end),
    key: value,
  };
}

function cborAt(bytes: Uint8Array, at: number): { value: Cbor; end: number } {
  try {
    return readCborFirst(bytes, at);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw refused(error.message);
  }
}

const refused = (detail: string) => new EvidenceRefused('webauthn.authenticator_data', detail);

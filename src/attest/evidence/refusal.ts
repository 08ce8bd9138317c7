/**
 * Why evidence is refused, and why evidence that is accepted proves no more than it does: one code per check. A refusal
 * is an answer about what a stranger brought, never a fault of ours; docs/evidence.md says what each code means.
 */

export const EVIDENCE_ERRORS = [
  'evidence.malformed',
  'evidence.too_large',
  'evidence.expected',
  'evidence.internal',
  'webauthn.client_data',
  'webauthn.type',
  'webauthn.challenge',
  'webauthn.origin',
  'webauthn.cross_origin',
  'webauthn.authenticator_data',
  'webauthn.rp_id',
  'webauthn.presence',
  'webauthn.backup_state',
  'webauthn.credential',
  'webauthn.counter',
  'webauthn.attestation',
  'webauthn.signature',
  'sd_jwt.malformed',
  'sd_jwt.header',
  'sd_jwt.issuer',
  'sd_jwt.signature',
  'sd_jwt.disclosure',
  'sd_jwt.digest',
  'sd_jwt.claims',
  'sd_jwt.expired',
  'sd_jwt.not_yet_valid',
  'sd_jwt.holder_key',
  'sd_jwt.key_binding',
  'sd_jwt.nonce',
  'sd_jwt.audience',
  'sd_jwt.sd_hash',
  'sd_jwt.status',
] as const;
export type EvidenceError = (typeof EVIDENCE_ERRORS)[number];

/** Why a registered key stays at `prs` 1, and a credential that holds is no proof of uniqueness. */
export const EVIDENCE_LIMITS = [
  'attestation.none',
  'attestation.self',
  'attestation.format',
  'attestation.no_metadata',
  'attestation.metadata_expired',
  'attestation.metadata_future',
  'attestation.unknown_model',
  'attestation.kind',
  'attestation.chain',
  'attestation.status',
  'attestation.software_key',
  'attestation.synced',
  'attestation.unverified_user',
  'attestation.unregistered',
  'credential.type',
  'credential.nullifier',
] as const;
export type EvidenceLimit = (typeof EVIDENCE_LIMITS)[number];

export class EvidenceRefused extends Error {
  override readonly name = 'EvidenceRefused';
  readonly code: EvidenceError;
  /** @param detail what was found and expected; never quotes what a stranger sent */
  constructor(code: EvidenceError, detail?: string, options: { cause?: unknown } = {}) {
    super(detail ?? code, options);
    this.code = code;
  }
}

/**
 * The life of an issued token: valid, suspended and back, superseded, revoked for good. `nextStatus` is the whole state
 * machine; `changeStatus` applies it for those who may, in the document first and in the list after it.
 */
import type { TokenStatus } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import type { AttestationDoc } from '../../schemas/store/documents.js';
import { STATUSES } from '../client/status-list.js';
import type { Issuer } from './issuer.js';
import { ownPlatform } from './platform.js';

export type StatusAction = 'revoke' | 'suspend' | 'reinstate' | 'supersede';

const RESULT = {
  revoke: 'revoked',
  suspend: 'suspended',
  reinstate: 'valid',
  supersede: 'superseded',
} as const satisfies Record<StatusAction, TokenStatus>;

/** From where an action is possible; the state it leads to is always among them, so repeating is harmless. */
const FROM: Readonly<Record<StatusAction, readonly TokenStatus[]>> = {
  revoke: ['valid', 'suspended', 'superseded', 'revoked'],
  suspend: ['valid', 'suspended'],
  reinstate: ['suspended', 'valid'],
  supersede: ['valid', 'superseded'],
};

/** @throws {AssayError} `attest.transition`: nothing leads out of revoked, nor out of superseded but to revoked */
export function nextStatus(current: TokenStatus, action: StatusAction): TokenStatus {
  if (FROM[action].includes(current)) return RESULT[action];
  throw new AssayError('attest.transition', `found ${current}, which cannot ${action}`);
}

/** Tries of a change that another change overtakes. */
const TRIES = 5;

/**
 * Changes the status of a token whose platform this tenant has registered. When it resolves, the list says so too.
 * @param reason kept beside the attestation, for the tenant only
 * @throws {AssayError} `request.not_found`, `attest.not_authorised`, `attest.transition`, `store.conflict`
 */
export async function changeStatus(
  issuer: Issuer,
  tenant: string,
  jti: string,
  action: StatusAction,
  reason: string | null = null,
): Promise<AttestationDoc> {
  for (let tries = 0; tries < TRIES; tries++) {
    const doc = await ownAttestation(issuer, tenant, jti);
    const status = nextStatus(doc.status, action);
    const changed =
      status === doc.status
        ? doc
        : await issuer.collections.attestations.findAndUpdate(
            jti,
            { set: { status, statusReason: reason }, inc: { statusSeq: 1 } },
            { statusSeq: doc.statusSeq },
          );
    if (changed === null) continue;
    // Written again when nothing changed: a process may have died between document and list.
    await issuer.lists.write(changed.list, changed.idx, STATUSES.indexOf(status), changed.statusSeq);
    issuer.verifier.expireLists();
    return changed;
  }
  throw new AssayError('store.conflict');
}

/** An attestation that this tenant's platform control covers. @throws {AssayError} `request.not_found`, `attest.not_authorised` */
export async function ownAttestation(issuer: Issuer, tenant: string, jti: string): Promise<AttestationDoc> {
  const doc = await issuer.collections.attestations.get(jti);
  if (doc === null) throw new AssayError('request.not_found');
  if (doc.tenant !== tenant) throw new AssayError('attest.not_authorised');
  await ownPlatform(issuer, tenant, doc.aud);
  return doc;
}

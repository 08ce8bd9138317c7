/**
 * Changes of an issued token's status, for those who may: in the document first and in the list after it. What may follow
 * what is said in `status-transition.ts`.
 */
import { AssayError } from '../../schemas/errors.js';
import type { AttestationDoc } from '../../schemas/store/documents.js';
import { STATUSES } from '../client/status-list.js';
import type { Issuer } from './issuer.js';
import { ownPlatform } from './platform.js';
import { nextStatus, type StatusAction } from './status-transition.js';

export { nextStatus, type StatusAction };

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
  await ownAttestation(issuer, tenant, jti);
  return applyStatus(issuer, jti, action, reason);
}

/** The change itself, without asking who wants it. @throws {AssayError} `request.not_found`, `attest.transition`, `store.conflict` */
export async function applyStatus(
  issuer: Issuer,
  jti: string,
  action: StatusAction,
  reason: string | null,
): Promise<AttestationDoc> {
  for (let tries = 0; tries < TRIES; tries++) {
    const doc = await issuer.collections.attestations.get(jti);
    if (doc === null) throw new AssayError('request.not_found');
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
    issuer.verifier.expireLists(issuer.lists.uriOf(changed.list));
    return changed;
  }
  throw new AssayError('store.conflict');
}

/** An attestation that this tenant's platform control covers. @throws {AssayError} `request.not_found`, `attest.not_authorised` */
export async function ownAttestation(issuer: Issuer, tenant: string, jti: string): Promise<AttestationDoc> {
  const doc = await issuer.collections.attestations.get(jti);
  if (doc === null) throw new AssayError('request.not_found');
  // Whoever controls the platform now, also over what a tenant before it has issued.
  await ownPlatform(issuer, tenant, doc.aud);
  return doc;
}

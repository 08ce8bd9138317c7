/**
 * Erasure: an author who proves the account once more is forgotten. The subject's key is destroyed first, so that nothing
 * is issued any more; then every token is revoked in its list, and everything that named the author goes. What stays are
 * entries of status lists, which name nobody, and hashes of used proofs until they expire.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { AttestationDoc } from '../../schemas/store/documents.js';
import type { Collection, Doc } from '../../schemas/store/port.js';
import type { Issuer } from './issuer.js';
import { useAccountProof } from './platform-proof.js';
import { applyStatus } from './status.js';

/**
 * @returns how many tokens were revoked
 * @throws {AssayError} `attest.platform_proof`, `attest.not_authorised`, `request.not_found` for an account that is not enrolled
 */
export async function eraseSubject(
  issuer: Issuer,
  tenant: string,
  platform: string,
  proof: string,
): Promise<{ revoked: number }> {
  const { aud, acc } = await useAccountProof(issuer, tenant, platform, proof);
  const { subjects, credentials, challenges, persons } = issuer.collections;
  const where = { tenant, aud, acc };
  const [subject] = (await subjects.page({ index: 'by_account', where, limit: 1 })).docs;
  if (subject === undefined) throw new AssayError('request.not_found');
  const { _id } = subject;
  // A process that dies from here on leaves an author who cannot sign; the same request again finishes.
  await subjects.update(_id, { set: { sealedKey: null, unq: 0, personUntilMs: null } });
  await forget(challenges, _id);
  const revoked = await revokeAll(issuer, _id);
  await forget(credentials, _id);
  await forget(persons, _id);
  await subjects.delete(_id);
  return { revoked };
}

/**
 * Whether the author is gone or going. Who writes something of an author asks this afterwards, and takes it back: erasure
 * destroys the key before it looks for what there is.
 */
export async function isErased(
  { collections }: Pick<Issuer, 'collections'>,
  subject: string,
): Promise<boolean> {
  const now = await collections.subjects.get(subject);
  return now === null || now.sealedKey === null;
}

/**
 * For whoever has just recorded a token: erasure destroys the key before it looks for tokens, and one that was on its way
 * then is found here.
 * @throws {AssayError} `attest.mismatch`
 */
export async function checkNotErased(issuer: Issuer, { _id, subject }: AttestationDoc): Promise<void> {
  if (!(await isErased(issuer, subject))) return;
  await revoke(issuer, _id);
  throw new AssayError('attest.mismatch', 'the author was erased');
}

async function revokeAll(issuer: Issuer, subject: string): Promise<number> {
  const { attestations } = issuer.collections;
  for (let revoked = 0; ; ) {
    const { docs } = await attestations.page({
      index: 'by_subject',
      where: { subject },
      limit: LIMITS.pageMax,
    });
    if (docs.length === 0) return revoked;
    for (const { _id } of docs) {
      await revoke(issuer, _id);
      revoked += 1;
    }
  }
}

/** In the list first. One that is gone was revoked by whoever removed it. */
async function revoke(issuer: Issuer, jti: string): Promise<void> {
  await applyStatus(issuer, jti, 'revoke', null).catch((error: unknown) => {
    if (!(error instanceof AssayError) || error.code !== 'request.not_found') throw error;
  });
  await issuer.collections.attestations.delete(jti);
}

/** Deletes what belongs to a subject. */
async function forget<T extends Doc & { subject: string | null }>(
  collection: Collection<T>,
  subject: string,
): Promise<void> {
  for (;;) {
    const where = { subject } as never;
    const { docs } = await collection.page({ index: 'by_subject', where, limit: LIMITS.pageMax });
    if (docs.length === 0) return;
    await collection.bulk(docs.map(({ _id }) => ({ delete: { id: _id } })));
  }
}

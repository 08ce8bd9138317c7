/**
 * Enrolment: an author who has proven control of a platform account registers a passkey for it.
 *
 *   platform ──account proof──▶ beginEnrolment ──creation options──▶ author's authenticator
 *   author ──enrolment, registration──▶ completeEnrolment ──▶ subject
 */
import { randomBytes } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { ChallengeDoc, CredentialDoc, SubjectDoc } from '../../schemas/store/documents.js';
import { challengeId } from './challenge.js';
import { isErased } from './erase.js';
import { asRefusal, expectationOf } from './evidence/at-issuer.js';
import { judgeRegistration } from './evidence/webauthn.js';
import type { Issuer } from './issuer.js';
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  registrationOptions,
} from './passkey.js';
import { useAccountProof } from './platform-proof.js';

/** Passkeys of one account; more is no person's set of devices. */
const KEYS_PER_SUBJECT = 20;

export interface Enrolment {
  /** Names this enrolment in the second step; single use, five minutes. */
  enrolment: string;
  publicKey: PublicKeyCredentialCreationOptionsJSON;
}

/**
 * Uses up the platform's proof and asks the authenticator for a key. A proof that does not vouch for the account takes
 * back at once what was said before.
 * @throws {AssayError} `attest.platform_proof`, `attest.not_authorised`
 */
export async function beginEnrolment(
  issuer: Issuer,
  tenant: string,
  platform: string,
  proof: string,
): Promise<Enrolment> {
  const { aud, acc, unq, kid } = await useAccountProof(issuer, tenant, platform, proof);
  const subject = await findSubject(issuer, tenant, aud, acc);
  const enrolment = randomBytes(32).toString('base64url');
  const now = issuer.clock();
  // A word that is taken back needs nothing of the author's: the proof is used up, so it is written now or never.
  if (subject && unq === 0) await keepWord(issuer, subject, { unq, vouchedMs: now, vouchedBy: kid });
  await issuer.collections.challenges.insert({
    _id: challengeId(enrolment),
    tenant,
    purpose: 'enrol',
    challenge: enrolment,
    subject: null,
    aud,
    acc,
    can: null,
    h: null,
    w: null,
    n: null,
    salt: null,
    unq,
    vouchedBy: kid,
    createdMs: now,
    expiresMs: now + LIMITS.challengeMs,
  });
  const known = subject ? await keysOf(issuer, subject._id) : [];
  const publicKey = await registrationOptions(issuer, enrolment, acc, `Author on ${aud}`, known);
  return { enrolment, publicKey };
}

/**
 * Registers the key and answers with the subject it belongs to; a second key of the same account joins the first.
 * @throws {AssayError} `attest.challenge` when unknown, used or expired, `attest.assertion`,
 *   `attest.mismatch` for an author who is erased at that moment
 */
export async function completeEnrolment(
  issuer: Issuer,
  tenant: string,
  enrolment: string,
  response: RegistrationResponseJSON,
): Promise<{ subject: string }> {
  const { challenges, credentials } = issuer.collections;
  const id = challengeId(enrolment);
  const challenge = await challenges.get(id);
  if (challenge?.purpose !== 'enrol' || challenge.tenant !== tenant) throw new AssayError('attest.challenge');
  // Consumed before it is checked: an enrolment that failed once is not tried again with another key.
  if ((await challenges.delete(id)).did !== 'deleted') throw new AssayError('attest.challenge');
  if (challenge.expiresMs <= issuer.clock()) throw new AssayError('attest.challenge');
  const { credentialId, publicKey, counter, aaguid } = await asRefusal(() =>
    judgeRegistration(response, expectationOf(issuer, challenge.challenge)),
  );
  const subject = await openSubject(issuer, challenge);
  if ((await keysOf(issuer, subject._id)).length >= KEYS_PER_SUBJECT) {
    throw new AssayError('attest.assertion', `expected at most ${KEYS_PER_SUBJECT} keys for one account`);
  }
  const _id = hashId('credential', credentialId);
  const outcome = await credentials.insert({
    _id,
    tenant,
    subject: subject._id,
    credentialId,
    publicKey,
    counter,
    aaguid,
    lastChallenge: null,
    createdMs: issuer.clock(),
  });
  if (outcome.did !== 'inserted') throw new AssayError('attest.assertion', 'this key is already registered');
  if (await isErased(issuer, subject._id)) {
    await credentials.delete(_id, { subject: subject._id });
    throw new AssayError('attest.mismatch', 'the author was erased');
  }
  return { subject: subject._id };
}

/** The passkeys of a subject. */
export const keysOf = async (issuer: Issuer, subject: string): Promise<CredentialDoc[]> =>
  (
    await issuer.collections.credentials.page({
      index: 'by_subject',
      where: { subject },
      limit: KEYS_PER_SUBJECT,
    })
  ).docs;

async function findSubject(
  issuer: Issuer,
  tenant: string,
  aud: string,
  acc: string,
): Promise<SubjectDoc | null> {
  const where = { tenant, aud, acc };
  const { docs } = await issuer.collections.subjects.page({ index: 'by_account', where, limit: 1 });
  return docs[0] ?? null;
}

/** One subject for each account: the unique index decides between two enrolments at once. */
async function openSubject(
  issuer: Issuer,
  { tenant, aud, acc, unq = 0, vouchedBy = null, createdMs: vouchedMs }: ChallengeDoc,
): Promise<SubjectDoc> {
  const { subjects } = issuer.collections;
  const id = randomBytes(16).toString('base64url');
  const word = { unq, vouchedMs, vouchedBy };
  const subject: SubjectDoc = {
    _id: id,
    tenant,
    sealedKey: issuer.seal.close(randomBytes(32), subjectPlace(id)),
    aud,
    acc,
    ...word,
    createdMs: issuer.clock(),
  };
  if ((await subjects.insert(subject)).did === 'inserted') return subject;
  const existing = await findSubject(issuer, tenant, aud, acc);
  if (existing === null) throw new AssayError('store.conflict');
  await keepWord(issuer, existing, word);
  return existing;
}

/** What the platform says now replaces what it said before, and never what it said later. */
async function keepWord(
  { collections }: Pick<Issuer, 'collections'>,
  { _id }: SubjectDoc,
  word: { unq: number; vouchedMs: number; vouchedBy: string | null },
): Promise<void> {
  const guard = { vouchedMs: { not: { gt: word.vouchedMs } } };
  await collections.subjects.update(_id, { set: word }, { guard });
}

/** Where a subject's key is bound to when it is sealed. */
export const subjectPlace = (subject: string): string => `subject:${subject}`;

/**
 * One person, one author: an author presents a credential, bound to its holder's key, for a nonce of ours. What is kept
 * of it is an HMAC of the issuer's name for the person, so that the same person is not two authors of a platform; the
 * document is dropped.
 *
 *   author ──beginPresentation──▶ nonce, audience
 *   wallet ──SD-JWT with key binding──▶ completePresentation ──▶ `unq` 2 for a time
 */
import { createHmac, randomBytes } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { fetchText } from '../client/fetch.js';
import { challengeId } from './challenge.js';
import { isErased } from './erase.js';
import { type JudgedCredential, judgePresentation } from './evidence/credential.js';
import { countsOn } from './evidence/credential-trust.js';
import { EvidenceRefused } from './evidence/refusal.js';
import { updateFramed } from './framed.js';
import type { Issuer } from './issuer.js';
import { ownSubject } from './sign.js';

const PERSON_KEY = 'attest.person_key';

export interface PresentationRequest {
  /** Single use, five minutes. */
  nonce: string;
  /** The audience of the holder's signature. */
  aud: string;
  /** Milliseconds since the epoch. */
  expiresMs: number;
}

/** @throws {AssayError} as `ownSubject`; `attest.credential` where nobody's credentials count */
export async function beginPresentation(
  issuer: Issuer,
  tenant: string,
  { subject: id, platform }: { subject: string; platform: string },
): Promise<PresentationRequest> {
  const { subject } = await ownSubject(issuer, tenant, id, platform);
  if (issuer.credentials.size === 0) {
    throw new AssayError('attest.credential', 'nobody’s credentials count here');
  }
  const nonce = randomBytes(32).toString('base64url');
  const now = issuer.clock();
  const expiresMs = now + LIMITS.challengeMs;
  await issuer.collections.challenges.insert({
    _id: challengeId(nonce),
    tenant,
    purpose: 'present',
    challenge: nonce,
    subject: subject._id,
    aud: subject.aud,
    acc: subject.acc,
    can: null,
    h: null,
    w: null,
    n: null,
    salt: null,
    createdMs: now,
    expiresMs,
  });
  return { nonce, aud: issuer.iss, expiresMs };
}

/**
 * Judges the presentation and binds the person to this author, for as long as the credential lasts but LIMITS.personMs at
 * most. Presented again by the same author, it counts anew.
 * @throws {AssayError} `attest.challenge`, `attest.credential`, `attest.person_known`
 */
export async function completePresentation(
  issuer: Issuer,
  tenant: string,
  {
    subject: id,
    platform,
    nonce,
    presentation,
  }: { subject: string; platform: string; nonce: string; presentation: string },
): Promise<{ unq: 2; untilMs: number }> {
  const { challenges, subjects } = issuer.collections;
  const { subject } = await ownSubject(issuer, tenant, id, platform);
  const challenge = await challenges.get(challengeId(nonce));
  if (challenge?.purpose !== 'present' || challenge.subject !== subject._id)
    throw new AssayError('attest.challenge');
  // Consumed before it is checked: a nonce is good for one presentation, whatever comes of it.
  if ((await challenges.delete(challenge._id)).did !== 'deleted') throw new AssayError('attest.challenge');
  const now = issuer.clock();
  if (challenge.expiresMs <= now) throw new AssayError('attest.challenge');
  const { issuer: by, person, expS } = await judged(issuer, nonce, presentation);
  if (!countsOn(by, platform))
    throw new AssayError('attest.credential', 'its issuer does not count on this platform');
  await takePerson(issuer, subject, [by.iss, person]);
  const untilMs = Math.min(now + LIMITS.personMs, expS === null ? Number.POSITIVE_INFINITY : expS * 1000);
  const outcome = await subjects.update(subject._id, { set: { personUntilMs: untilMs, personBy: by.iss } });
  if (outcome.did === 'unmatched') throw new AssayError('request.not_found');
  return { unq: 2, untilMs };
}

async function judged(
  issuer: Issuer,
  nonce: string,
  presentation: string,
): Promise<JudgedCredential & { person: string }> {
  const { fetch } = issuer;
  const lists = async (uri: string) =>
    fetch === undefined ? null : fetchText(fetch, uri, LIMITS.statusListTextBytes);
  try {
    const expected = { aud: issuer.iss, nonce, nowS: issuer.clock() / 1000 };
    const found = await judgePresentation(presentation, expected, { trust: issuer.credentials, lists });
    const { person, limit } = found;
    if (person === null) throw new AssayError('attest.credential', `it proves no one person (${limit})`);
    return { ...found, person };
  } catch (cause) {
    if (!(cause instanceof EvidenceRefused)) throw cause;
    throw new AssayError('attest.credential', `found what does not hold (${cause.code})`, { cause });
  }
}

/**
 * One insert decides between two authors who are one person.
 * @throws {AssayError} `attest.person_known`, `request.not_found` for an author who is erased at that moment
 */
async function takePerson(
  issuer: Issuer,
  { _id: subject, tenant, aud }: { _id: string; tenant: string; aud: string },
  person: readonly string[],
): Promise<void> {
  const { persons } = issuer.collections;
  const hmac = createHmac('sha256', await personKey(issuer)).update('assay-person-1\0');
  const _id = updateFramed(hmac, [tenant, aud, ...person]).digest('base64url');
  const doc = { _id, tenant, subject, createdMs: issuer.clock() };
  if ((await persons.insert(doc)).did !== 'inserted') {
    const holder = (await persons.get(_id))?.subject;
    if (holder === subject) return;
    // What an author who is gone has left behind, by a process that died, holds nobody back.
    if (holder === undefined || (await issuer.collections.subjects.get(holder)) !== null)
      throw new AssayError('attest.person_known');
    await persons.delete(_id, { subject: holder });
    if ((await persons.insert(doc)).did !== 'inserted') throw new AssayError('attest.person_known');
  }
  if (!(await isErased(issuer, subject))) return;
  await persons.delete(_id, { subject });
  throw new AssayError('request.not_found');
}

/** The key under which persons are known here, made at the first need and kept sealed: whoever reads the store cannot try names. */
async function personKey({ collections, seal }: Issuer): Promise<Buffer> {
  const kept = await collections.meta.get(PERSON_KEY);
  if (kept === null) {
    await collections.meta.insert({ _id: PERSON_KEY, value: seal.close(randomBytes(32), PERSON_KEY) });
    return personKey({ collections, seal } as Issuer);
  }
  return seal.open(String(kept.value), PERSON_KEY);
}

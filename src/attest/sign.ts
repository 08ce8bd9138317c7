/**
 * The challenge over a text: the server computes the hashes from the submitted text, keeps only them, and asks the
 * author's key to sign them together with platform and account. Hashes are never accepted from outside.
 */
import { randomBytes } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { SubjectDoc } from '../../schemas/store/documents.js';
import { CANONICALISATION, type CanonicalText, canonicalText, type TextFacet } from '../client/canonical.js';
import { hashesOf } from '../client/hash.js';
import { canonicalHtml } from '../client/html.js';
import { challengeId, signChallenge } from './challenge.js';
import { keysOf } from './enrol.js';
import { countsOn } from './evidence/credential-trust.js';
import type { Issuer } from './issuer.js';
import { assertionOptions, type PublicKeyCredentialRequestOptionsJSON } from './passkey.js';
import { ownPlatform } from './platform.js';
import { refuseSuccession } from './succession.js';
import { uniquenessOf } from './vouch.js';

export interface SubmittedText {
  text?: string | undefined;
  html?: string | undefined;
  facets?: readonly TextFacet[] | undefined;
}

export interface SignRequest extends SubmittedText {
  subject: string;
  platform: string;
  /** Private mail: the hashes are HMACs under a salt that travels with the token. */
  private?: boolean | undefined;
  /** The text was edited: this author's earlier token, superseded when the new one is issued. */
  prev?: string | undefined;
  /** The author wants a public text to be found by its hash (`/v1/lookup`). */
  listed?: boolean | undefined;
}

export interface SignChallenge {
  /** Single use, five minutes; comes back with the signature. */
  nonce: string;
  /** What is signed, for the author to see; kept nowhere. */
  canonical: string;
  reported: string[];
  con: { can: string; h: string; w?: string; n: number; salt?: string };
  publicKey: PublicKeyCredentialRequestOptionsJSON;
}

/** @throws {AssayError} `attest.text_rejected`, `attest.not_authorised`, `request.not_found` for an unknown subject or `prev`, `attest.transition` for a `prev` that is suspended, revoked or superseded, `attest.mismatch` for private mail that asks to be listed */
export async function challengeText(
  issuer: Issuer,
  tenant: string,
  request: SignRequest,
): Promise<SignChallenge> {
  const { subject } = await ownSubject(issuer, tenant, request.subject, request.platform);
  const { prev = null, listed = false } = request;
  if (prev !== null) await ownToken(issuer, subject, prev);
  if (listed && request.private) throw new AssayError('attest.mismatch', 'private mail is not listed');
  const canonical = canonicalOf(request);
  const salt = request.private ? randomBytes(16).toString('base64url') : null;
  const { h, w } = await hashesOf(canonical, salt ?? undefined);
  const nonce = randomBytes(32).toString('base64url');
  const { aud, acc } = subject;
  const fields = { nonce, can: CANONICALISATION, h, w, n: canonical.n, aud, acc };
  const challenge = signChallenge(fields).toString('base64url');
  const now = issuer.clock();
  await issuer.collections.challenges.insert({
    _id: challengeId(nonce),
    tenant,
    purpose: 'sign',
    challenge,
    subject: subject._id,
    aud,
    acc,
    can: CANONICALISATION,
    h,
    w,
    n: canonical.n,
    salt,
    prev,
    listed,
    createdMs: now,
    expiresMs: now + LIMITS.challengeMs,
  });
  return {
    nonce,
    canonical: canonical.canonical,
    reported: canonical.reported,
    con: {
      can: CANONICALISATION,
      h,
      ...(w === null ? {} : { w }),
      n: canonical.n,
      ...(salt === null ? {} : { salt }),
    },
    publicKey: await assertionOptions(issuer.rp, challenge, await keysOf(issuer, subject._id)),
  };
}

/** A token of this very author that may still be superseded. */
async function ownToken(issuer: Issuer, subject: SubjectDoc, jti: string): Promise<void> {
  const doc = await issuer.collections.attestations.get(jti);
  if (doc === null) throw new AssayError('request.not_found', 'prev is not known here');
  if (doc.subject !== subject._id) throw new AssayError('attest.not_authorised');
  refuseSuccession(doc);
}

/** The canonical form of a submitted text; an empty one cannot be attested. @throws {AssayError} `attest.text_rejected` */
export function canonicalOf({ text, html, facets }: SubmittedText): CanonicalText {
  if ((text === undefined) === (html === undefined)) {
    throw new AssayError('attest.text_rejected', 'expected exactly one of text and html');
  }
  const canonical = text === undefined ? canonicalHtml(html!) : canonicalText(text, facets);
  if (canonical.n === 0)
    throw new AssayError('attest.text_rejected', 'found a text without a visible character');
  return canonical;
}

/** A subject of this tenant on this platform, and its `unq` as of now. @throws {AssayError} `request.not_found`, `attest.not_authorised`, `attest.mismatch` */
export async function ownSubject(
  issuer: Issuer,
  tenant: string,
  id: string,
  platform: string,
): Promise<{ subject: SubjectDoc; unq: number }> {
  const { keys } = await ownPlatform(issuer, tenant, platform);
  const subject = await issuer.collections.subjects.get(id);
  if (subject === null || subject.tenant !== tenant) throw new AssayError('request.not_found');
  if (subject.aud !== platform)
    throw new AssayError('attest.mismatch', 'the subject is enrolled on another platform');
  const isTrusted = (iss: string): boolean => {
    const known = issuer.credentials.get(iss);
    return known !== undefined && countsOn(known, platform);
  };
  return { subject, unq: uniquenessOf(subject, keys, issuer.clock(), isTrusted) };
}

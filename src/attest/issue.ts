/**
 * Issuance: a nonce and the assertion over its challenge become one token, exactly once. The token's id follows from
 * the nonce, and the insert of its document is the claim: of any number of requests at once, one inserts, and all
 * answer with what was inserted, after a crash and a retry too.
 */
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { AttestationDoc, ChallengeDoc, SubjectDoc } from '../../schemas/store/documents.js';
import { CANONICALISATION } from '../client/canonical.js';
import { hashesOf } from '../client/hash.js';
import { TOKEN_TYPE } from '../client/token.js';
import { challengeId, jtiOf, signChallenge } from './challenge.js';
import { claimsOf } from './claims.js';
import { checkNotErased } from './erase.js';
import { asRefusal, expectationOf } from './evidence/at-issuer.js';
import { judgeAssertion } from './evidence/webauthn.js';
import type { Issuer } from './issuer.js';
import type { AuthenticationResponseJSON } from './passkey.js';
import { takeQuota } from './quota.js';
import { canonicalOf, ownSubject, type SubmittedText } from './sign.js';
import { applyStatus } from './status.js';
import { claimSuccession } from './succession.js';

export interface IssueRequest extends SubmittedText {
  nonce: string;
  subject: string;
  platform: string;
  response: AuthenticationResponseJSON;
}

export interface Issued {
  token: string;
  jti: string;
  /** Milliseconds since the epoch. */
  expiresMs: number;
  hal: number;
}

/** Issuances of one token to one subject running in this process: the second waits for the first instead of drawing an index of its own. */
const running = new WeakMap<Issuer, Map<string, Promise<Issued>>>();

/**
 * @throws {AssayError} `attest.quota`; `attest.transition` for an edited text whose earlier token is suspended or followed by another; `attest.challenge` unknown, used or expired; `attest.mismatch` another text, platform or subject; `attest.assertion` a signature or counter that does not hold; `attest.no_signer`
 */
export async function issueAttestation(
  issuer: Issuer,
  tenant: string,
  request: IssueRequest,
): Promise<Issued> {
  const jti = jtiOf(request.nonce);
  const { subject, unq } = await ownSubject(issuer, tenant, request.subject, request.platform);
  const before = await issuer.collections.attestations.get(jti);
  if (before) return answer(issuer, before, subject);
  const mine = running.get(issuer) ?? new Map<string, Promise<Issued>>();
  running.set(issuer, mine);
  // Only the same subject may wait for it: whoever else holds the nonce is looked at by itself.
  const who = `${jti} ${subject._id}`;
  let issue = mine.get(who);
  if (issue === undefined) {
    issue = issueOnce(issuer, tenant, jti, { subject, unq }, request).finally(() => mine.delete(who));
    mine.set(who, issue);
  }
  return issue;
}

async function issueOnce(
  issuer: Issuer,
  tenant: string,
  jti: string,
  { subject, unq }: { subject: SubjectDoc; unq: number },
  request: IssueRequest,
): Promise<Issued> {
  const { attestations, challenges } = issuer.collections;
  const id = challengeId(request.nonce);
  const challenge = await challenges.get(id);
  if (challenge === null) {
    // Another process may have issued between our first look and now.
    const issued = await attestations.get(jti);
    if (issued) return answer(issuer, issued, subject);
    throw new AssayError('attest.challenge');
  }
  if (challenge.tenant !== tenant || challenge.purpose !== 'sign') throw new AssayError('attest.challenge');
  if (challenge.expiresMs <= issuer.clock()) throw new AssayError('attest.challenge');
  await checkFields(challenge, subject, request);
  const prs = await checkKey(issuer, challenge, request.response);
  if (challenge.prev) await claimSuccession(issuer, challenge.prev, jti);
  const giveBack = await takeQuota(issuer, subject);
  let counts = false;
  try {
    return await issueToken(issuer, jti, challenge, { subject, prs, unq }, () => {
      counts = true;
    });
  } finally {
    // What was not issued, or by another process, counts against nobody.
    if (!counts) await giveBack().catch(() => undefined);
  }
}

/** The token itself: a place in a list, a signature, and the document whose insert decides. */
async function issueToken(
  issuer: Issuer,
  jti: string,
  challenge: ChallengeDoc,
  { subject, prs, unq }: { subject: SubjectDoc; prs: 1 | 2; unq: number },
  inserted: () => void,
): Promise<Issued> {
  const { attestations, challenges } = issuer.collections;
  await issuer.keys.refresh();
  const { signer, list, idx, uri } = await issuer.lists.claim();
  const claims = claimsOf(issuer, jti, challenge, { subject, prs, unq }, { idx, uri });
  const token = await signer.sign(TOKEN_TYPE, claims);
  // Asked after the signature: a key given up later than this finds the token's list, and revokes it.
  if (await issuer.keys.isCompromised(signer.kid)) {
    await issuer.lists.abandon(list, idx);
    await issuer.keys.refresh(true);
    throw new AssayError('attest.no_signer', 'the signing key was just given up; send the request again');
  }
  if (token.length > LIMITS.tokenBytes) throw new AssayError('internal', `token of ${token.length} bytes`);
  const doc: AttestationDoc = {
    _id: jti,
    tenant: challenge.tenant,
    subject: subject._id,
    aud: claims.aud,
    acc: claims.acc,
    h: claims.con.h,
    w: claims.con.w ?? null,
    kid: signer.kid,
    list,
    idx,
    status: 'valid',
    statusSeq: 0,
    statusReason: null,
    hal: claims.hal,
    prev: challenge.prev ?? null,
    lookup: challenge.listed ? Buffer.from(claims.con.h, 'base64url').toString('hex') : null,
    issuedMs: claims.iat * 1000,
    expiresMs: claims.exp * 1000,
    token,
  };
  const outcome = await attestations.insert(doc);
  if (outcome.did === 'inserted') inserted();
  else await issuer.lists.abandon(list, idx);
  await challenges.delete(challenge._id);
  const stored = outcome.did === 'inserted' ? doc : await attestations.get(jti);
  if (stored === null) throw new AssayError('store.conflict');
  await checkNotErased(issuer, stored);
  return answer(issuer, stored, subject);
}

/** Everything the key signed, looked at again: the challenge follows from nonce and fields, and the fields are the subject's and the text's. */
async function checkFields(
  challenge: ChallengeDoc,
  subject: SubjectDoc,
  request: IssueRequest,
): Promise<void> {
  const { can, h, w, n, aud, acc } = challenge;
  if (challenge.subject !== subject._id || aud !== request.platform || acc !== subject.acc) {
    throw new AssayError('attest.mismatch');
  }
  if (can !== CANONICALISATION || h === null || n === null) throw new AssayError('attest.mismatch');
  const again = signChallenge({ nonce: request.nonce, can, h, w, n, aud, acc }).toString('base64url');
  if (again !== challenge.challenge) throw new AssayError('attest.mismatch');
  if (request.text === undefined && request.html === undefined) return;
  const now = await hashesOf(canonicalOf(request), challenge.salt ?? undefined);
  if (now.h !== h) throw new AssayError('attest.mismatch', 'this is not the text that was signed');
}

/** The assertion, then the counter: it must rise, unless the authenticator has none or this very assertion raised it. */
async function checkKey(
  issuer: Issuer,
  challenge: ChallengeDoc,
  response: AuthenticationResponseJSON,
): Promise<1 | 2> {
  const { credentials } = issuer.collections;
  const key = await credentials.get(hashId('credential', String(response.id)));
  if (key === null || key.subject !== challenge.subject) throw new AssayError('attest.assertion');
  const { credentialId, publicKey, aaguid = null } = key;
  const { counter, prs } = await asRefusal(() =>
    // The counter is compared when it is stored: there, two requests at once are told apart.
    judgeAssertion(
      response,
      { credentialId, publicKey, aaguid, counter: 0 },
      expectationOf(issuer, challenge.challenge),
    ),
  );
  if (counter === 0 && key.counter === 0) return prs;
  const raised = await credentials.findAndUpdate(
    key._id,
    { set: { counter, lastChallenge: challenge._id } },
    { counter: { lt: counter } },
  );
  if (raised === null && (await credentials.get(key._id))?.lastChallenge !== challenge._id) {
    throw new AssayError('attest.assertion', 'the counter of the key did not rise');
  }
  return prs;
}

/**
 * A token is given only to the subject it was issued for; what it supersedes is superseded before that, at every repetition,
 * since a process may have died in between. One that was revoked in the meantime stays revoked.
 */
async function answer(issuer: Issuer, doc: AttestationDoc, subject: SubjectDoc): Promise<Issued> {
  if (doc.subject !== subject._id) throw new AssayError('attest.challenge');
  if (doc.prev) {
    await applyStatus(issuer, doc.prev, 'supersede', `edited: ${doc._id}`).catch((error: unknown) => {
      if (!(error instanceof AssayError) || error.code !== 'attest.transition') throw error;
    });
  }
  return { token: doc.token, jti: doc._id, expiresMs: doc.expiresMs, hal: doc.hal };
}

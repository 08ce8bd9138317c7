/**
 * One piece of evidence and what it was asked for, judged: the same judges as enrolment and signing have, without a store,
 * so that anybody can judge them (`assay evidence`, docs/evidence.md). What cannot be read is refused like what does not
 * hold; nothing a stranger writes ends the program.
 */
import { z } from 'zod';
import { signChallenge } from '../challenge.js';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../passkey.js';
import { judgePresentation } from './credential.js';
import type { StatusLists } from './credential-status.js';
import type { CredentialTrust } from './credential-trust.js';
import type { Metadata } from './metadata.js';
import { type EvidenceError, type EvidenceLimit, EvidenceRefused } from './refusal.js';
import { type JudgedKey, judgeAssertion, judgeRegistration, type WebauthnExpectation } from './webauthn.js';

export interface JudgeOptions {
  trust: CredentialTrust;
  lists: StatusLists;
  metadata: Metadata | null;
}

export interface Judgement {
  accepted: boolean;
  prs?: 1 | 2;
  unq?: 0 | 2;
  /** Why not more, where it is accepted. */
  limit?: EvidenceLimit;
  error?: EvidenceError;
}

const text = z.string();
const Signed = z.strictObject({
  nonce: text,
  can: text,
  h: text,
  w: text.nullish(),
  n: z.int().min(0).max(0xffff_ffff),
  aud: text,
  acc: text,
});
const Time = z.union([z.number().min(0), z.iso.datetime({ offset: true })]);
const Expected = z.looseObject({
  challenge: z.union([text, Signed]).optional(),
  registrationChallenge: text.optional(),
  origin: z.union([text, z.array(text)]).optional(),
  rpId: text.optional(),
  aud: text.optional(),
  nonce: text.optional(),
  at: Time.optional(),
});
type Expected = z.infer<typeof Expected>;

const Response = z.looseObject({ id: text, rawId: text, type: text, response: z.looseObject({}) });
const StoredKey = z.looseObject({ id: text, publicKey: text, counter: z.int().min(0).default(0) });
const Webauthn = z.union([
  z
    .looseObject({ registration: Response, assertion: Response.optional() })
    .transform(({ registration, assertion }) => ({ key: null, registration, assertion })),
  z
    .looseObject({ credential: StoredKey, assertion: Response })
    .transform(({ credential, assertion }) => ({ key: credential, registration: null, assertion })),
  Response.transform((registration) => ({ key: null, registration, assertion: undefined })),
]);

const Evidence = z.looseObject({
  kind: z.enum(['webauthn', 'sd-jwt']),
  input: z.unknown(),
  expected: Expected,
});

/** Judges `{kind, input, expected}`. Never throws for what it is given. @param nowMs when `expected.at` is absent */
export async function judgeEvidence(
  evidence: unknown,
  options: JudgeOptions,
  nowMs: number,
): Promise<Judgement> {
  try {
    const { kind, input, expected } = parsed(Evidence, evidence, 'evidence.malformed');
    const atMs = timeOf(expected.at, nowMs);
    return await (kind === 'webauthn'
      ? judgeWebauthn(input, expected, options, atMs)
      : judgeSdJwt(input, expected, options, atMs));
  } catch (error) {
    // Whatever else goes wrong is a bug of ours: it is told as one, and proves nothing.
    return { accepted: false, error: error instanceof EvidenceRefused ? error.code : 'evidence.internal' };
  }
}

async function judgeWebauthn(
  input: unknown,
  given: Expected,
  { metadata }: JudgeOptions,
  atMs: number,
): Promise<Judgement> {
  const found = parsed(Webauthn, input, 'evidence.malformed');
  const { origin, rpId } = given;
  if (given.challenge === undefined || origin === undefined || rpId === undefined) {
    throw new EvidenceRefused('evidence.expected', 'expected challenge, origin and rpId');
  }
  const origins = typeof origin === 'string' ? [origin] : origin;
  const expected = { challenge: challengeOf(given.challenge), origins, rpId, atMs, metadata };
  const assertion = found.assertion as AuthenticationResponseJSON | undefined;
  if (found.key !== null) {
    const { id, publicKey, counter } = found.key;
    // A key that comes without its registration was never seen attested.
    const key = { credentialId: id, publicKey, counter, aaguid: null };
    return answer(await judgeAssertion(assertion!, key, expected));
  }
  const registration = found.registration as unknown as RegistrationResponseJSON;
  if (assertion === undefined) return answer(await judgeRegistration(registration, expected));
  return answer(await judgeBoth(registration, assertion, expected, given.registrationChallenge));
}

/** A signature by the key of a registration: not more than either proves. */
async function judgeBoth(
  registration: RegistrationResponseJSON,
  assertion: AuthenticationResponseJSON,
  expected: WebauthnExpectation,
  challenge: string | undefined,
): Promise<{ prs: 1 | 2; limit: EvidenceLimit | null }> {
  // The statement binds the key to its maker whatever it was asked for, and the assertion shows who holds the key.
  const asked = challenge ?? challengeIn(registration);
  const key: JudgedKey = await judgeRegistration(registration, { ...expected, challenge: asked });
  const { prs, limit } = await judgeAssertion(assertion, key, expected);
  return prs === 2 ? { prs, limit } : { prs, limit: key.limit ?? limit };
}

function challengeIn({ response }: RegistrationResponseJSON): string {
  try {
    return String(JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8')).challenge);
  } catch {
    throw new EvidenceRefused('webauthn.client_data');
  }
}

/** As it stands, or made from what the author was asked to sign (design section 6). */
const challengeOf = (challenge: NonNullable<Expected['challenge']>): string =>
  typeof challenge === 'string'
    ? challenge
    : signChallenge({ ...challenge, w: challenge.w ?? null }).toString('base64url');

async function judgeSdJwt(
  input: unknown,
  { aud, nonce }: Expected,
  { trust, lists }: JudgeOptions,
  atMs: number,
): Promise<Judgement> {
  if (typeof input !== 'string') throw new EvidenceRefused('evidence.malformed', 'expected a compact SD-JWT');
  if (aud === undefined || nonce === undefined) {
    throw new EvidenceRefused('evidence.expected', 'expected aud and nonce');
  }
  const expected = { aud, nonce, nowS: atMs / 1000 };
  const { unq, limit } = await judgePresentation(input, expected, { trust, lists });
  return { accepted: true, unq, ...(limit === null ? {} : { limit }) };
}

const answer = ({ prs, limit }: { prs: 1 | 2; limit: EvidenceLimit | null }): Judgement => ({
  accepted: true,
  prs,
  ...(limit === null ? {} : { limit }),
});

/** Numbers are seconds since the epoch; from 10^11 on (the year 5138) they are milliseconds. */
function timeOf(at: Expected['at'], nowMs: number): number {
  if (at === undefined) return nowMs;
  if (typeof at === 'string') return Date.parse(at);
  return at < 1e11 ? at * 1000 : at;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, code: EvidenceError): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new EvidenceRefused(code, result.error.issues[0]?.message);
  return result.data;
}

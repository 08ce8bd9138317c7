/**
 * The judge of presented credentials: an SD-JWT (RFC 9901) that holds is accepted; it is a proof of one person (`unq` 2)
 * when it is an SD-JWT VC of a type its issuer gives to one person once, and discloses the claim that is that person's
 * alone. Claims leave this file only as that one text, the nullifier: the document is dropped.
 */
import { LIMITS } from '../../../schemas/limits.js';
import { checkCredentialStatus, type StatusLists, signedByOne } from './credential-status.js';
import type { CredentialTrust, KnownCredentialIssuer } from './credential-trust.js';
import { disclosedClaims } from './disclose.js';
import { checkKeyBinding, isTime, type PresentationExpectation } from './key-binding.js';
import { type EvidenceLimit, EvidenceRefused } from './refusal.js';
import { type Disclosure, digester, type Jws, type SdJwt, splitSdJwt } from './sd-jwt.js';

export interface JudgedCredential {
  issuer: KnownCredentialIssuer;
  unq: 0 | 2;
  /** What the issuer calls this person; null unless `unq` is 2. Kept by nobody as it is. */
  person: string | null;
  /** The credential's own end, seconds since the epoch; null when it has none. */
  expS: number | null;
  /** Why `unq` is not 2. */
  limit: EvidenceLimit | null;
}

/** SD-JWT VC; `vc+sd-jwt` is what its drafts up to 06 said. */
const CREDENTIAL_TYPES: ReadonlySet<string> = new Set(['dc+sd-jwt', 'vc+sd-jwt']);
const TYPE = /^(?:application\/)?([A-Za-z0-9.-]+\+sd-jwt)$/;
/** Members of a header that do not change what is signed, or by whom. */
const ALLOWED = new Set(['alg', 'typ', 'kid', 'x5c', 'x5t#S256', 'vctm']);
/** Claims that decide whether the credential counts: never left to the holder to disclose (SD-JWT VC section 3.2.2.2). */
const PLAIN = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'status'] as const;
const NULLIFIER_LENGTH = 1024;

/** @throws {EvidenceRefused} */
export async function judgePresentation(
  presentation: string,
  expected: PresentationExpectation,
  { trust, lists }: { trust: CredentialTrust; lists: StatusLists },
): Promise<JudgedCredential> {
  const sdJwt = splitSdJwt(presentation);
  const type = checkHeader(sdJwt.issued);
  const { payload } = sdJwt.issued;
  const issuer = await issuerOf(sdJwt.issued, trust);
  const claims = disclosedClaims(sdJwt.issued, sdJwt.disclosures);
  if (PLAIN.some((name) => claims[name] !== undefined && !Object.hasOwn(payload, name))) {
    throw new EvidenceRefused('sd_jwt.claims', 'found a claim disclosed that has to be plain');
  }
  checkTimes(payload, expected.nowS);
  await checkKeyBinding(sdJwt, expected);
  await checkCredentialStatus(payload['status'], issuer, lists, expected.nowS);
  const expS = isTime(payload['exp']) ? payload['exp'] : null;
  return { issuer, expS, ...personOf(type, sdJwt, claims, issuer) };
}

/**
 * The trusted issuer who signed. One that does not name itself (W3C's data model does so elsewhere) is known by its key,
 * and its word is then no proof of one person.
 */
async function issuerOf(
  { compact, header, payload }: Jws,
  trust: CredentialTrust,
): Promise<KnownCredentialIssuer> {
  const { iss } = payload;
  const named = typeof iss === 'string' ? trust.get(iss) : undefined;
  if (iss !== undefined && named === undefined) throw new EvidenceRefused('sd_jwt.issuer');
  for (const issuer of named === undefined ? trust.values() : [named]) {
    if (await signedByOne(compact, header['kid'], issuer.keys)) return issuer;
  }
  throw new EvidenceRefused(named === undefined ? 'sd_jwt.issuer' : 'sd_jwt.signature');
}

/** @returns the media type without its `application/` */
function checkHeader({ header }: Jws): string {
  const type = TYPE.exec(String(header['typ']))?.[1];
  if (header['alg'] !== 'ES256' || type === undefined) {
    throw new EvidenceRefused('sd_jwt.header', 'expected an ES256 JWS of a type that ends with +sd-jwt');
  }
  const { kid } = header;
  if (
    Object.keys(header).some((name) => !ALLOWED.has(name)) ||
    (kid !== undefined && typeof kid !== 'string')
  ) {
    throw new EvidenceRefused('sd_jwt.header', 'found a header of another kind');
  }
  return type;
}

function checkTimes({ iat, nbf, exp }: Record<string, unknown>, nowS: number): void {
  if ([iat, nbf, exp].some((time) => time !== undefined && !isTime(time))) {
    throw new EvidenceRefused('sd_jwt.claims', 'expected times as numbers');
  }
  const skew = LIMITS.evidenceSkewS;
  if (((iat as number) ?? 0) > nowS + skew || ((nbf as number) ?? 0) > nowS + skew) {
    throw new EvidenceRefused('sd_jwt.not_yet_valid');
  }
  if (exp !== undefined && (exp as number) + skew <= nowS) throw new EvidenceRefused('sd_jwt.expired');
}

function personOf(
  type: string,
  { issued, disclosures }: SdJwt,
  claims: Record<string, unknown>,
  issuer: KnownCredentialIssuer,
): Pick<JudgedCredential, 'unq' | 'person' | 'limit'> {
  const { iss, vct } = claims;
  const isType = CREDENTIAL_TYPES.has(type) && iss === issuer.iss && typeof vct === 'string' && vct !== '';
  if (!isType || (issuer.types !== null && !issuer.types.has(vct))) {
    return { unq: 0, person: null, limit: 'credential.type' };
  }
  const person = nameOf(claims, issuer, hasHidden(issued, disclosures));
  const isPerson = typeof person === 'string' && person !== '' && person.length <= NULLIFIER_LENGTH;
  return isPerson ? { unq: 2, person, limit: null } : { unq: 0, person: null, limit: 'credential.nullifier' };
}

/**
 * The issuer's name for the person. Which claim that is must not be the holder's choice, who would be two persons with two
 * names: where the trust file does not say, `sub` stands in only for a nullifier that cannot have been kept back.
 */
function nameOf(
  claims: Record<string, unknown>,
  { nullifier }: KnownCredentialIssuer,
  mayHide: boolean,
): unknown {
  const name = nullifier ?? 'nullifier';
  if (Object.hasOwn(claims, name)) return claims[name];
  return nullifier === null && !mayHide && Object.hasOwn(claims, 'sub') ? claims['sub'] : undefined;
}

/** Whether a member of the credential itself may be kept back, or a decoy looks like one. */
function hasHidden(issued: Jws, disclosures: readonly Disclosure[]): boolean {
  const { _sd: digests = [] } = issued.payload;
  const digestOf = digester(issued);
  const shown = new Set<unknown>(disclosures.map(({ encoded }) => digestOf(encoded)));
  return (digests as unknown[]).some((digest) => !shown.has(digest));
}

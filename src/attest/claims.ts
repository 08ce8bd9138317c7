/** What a token says, made from the challenge that was signed and from what was shown. */
import { createHmac } from 'node:crypto';
import type { TokenClaims } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import type { ChallengeDoc, SubjectDoc } from '../../schemas/store/documents.js';
import { CANONICALISATION } from '../client/canonical.js';
import { halOf, notProvenOf } from '../client/levels.js';
import { TOKEN_LIFE_S } from '../client/verify.js';
import { subjectPlace } from './enrol.js';
import type { Issuer } from './issuer.js';

/** @throws {AssayError} `attest.mismatch` for an author who was erased */
export function claimsOf(
  issuer: Issuer,
  jti: string,
  { h, w, n, salt, aud, acc, prev }: ChallengeDoc,
  { subject, prs, unq }: { subject: SubjectDoc; prs: 1 | 2; unq: number },
  status: { idx: number; uri: string },
): TokenClaims {
  if (subject.sealedKey === null) throw new AssayError('attest.mismatch', 'the author was erased');
  const key = issuer.seal.open(subject.sealedKey, subjectPlace(subject._id));
  const iat = Math.floor(issuer.clock() / 1000);
  const lvl = { prs, unq, cmp: 0 };
  return {
    iss: issuer.iss,
    aud,
    sub: createHmac('sha256', key).update(aud).digest().subarray(0, 16).toString('base64url'),
    acc,
    jti,
    iat,
    exp: iat + TOKEN_LIFE_S,
    lvl,
    hal: halOf(lvl),
    evd: evidenceOf(lvl),
    con: {
      can: CANONICALISATION,
      h: h!,
      ...(w === null ? {} : { w }),
      n: n!,
      ...(salt === null ? {} : { salt }),
    },
    ...(prev ? { prev } : {}),
    status: { status_list: status },
    np: notProvenOf(lvl),
  };
}

/** What the levels rest on, by registered codes (docs/attestation.md). */
const evidenceOf = ({ prs, unq }: { prs: number; unq: number }): string[] => [
  'passkey',
  ...(prs > 1 ? ['attested_key'] : []),
  ...(unq === 2 ? ['credential'] : []),
  ...(unq === 1 ? ['platform_vouch'] : []),
];

/**
 * The holder's signature over a presentation (RFC 9901 sections 4.3 and 7.3): by the key that the issuer bound the
 * credential to, for this verifier, this nonce, these very disclosures, and just now. Without it a credential is a paper
 * that anybody may have found.
 */
import { type CryptoKey, compactVerify, importJWK } from 'jose';
import { PublicKey } from '../../../schemas/attestation.js';
import { LIMITS } from '../../../schemas/limits.js';
import { EvidenceRefused } from './refusal.js';
import { digester, type SdJwt } from './sd-jwt.js';

export interface PresentationExpectation {
  /** The one verifier it may be for. */
  aud: string;
  nonce: string;
  /** Seconds since the epoch. */
  nowS: number;
}

const ALLOWED = new Set(['alg', 'typ', 'kid']);
/** By whatever name the wallet calls it. */
const HolderKey = PublicKey.omit({ kid: true });

/** @throws {EvidenceRefused} `sd_jwt.key_binding`, `sd_jwt.holder_key`, `sd_jwt.nonce`, `sd_jwt.audience`, `sd_jwt.sd_hash` */
export async function checkKeyBinding(
  { issued, binding, bound }: SdJwt,
  { aud, nonce, nowS }: PresentationExpectation,
): Promise<void> {
  if (binding === null) throw refused('expected the holder’s signature');
  const { header, payload, compact } = binding;
  if (header['typ'] !== 'kb+jwt' || header['alg'] !== 'ES256')
    throw refused('expected an ES256 JWS of type kb+jwt');
  if (Object.keys(header).some((name) => !ALLOWED.has(name))) throw refused('found a header of another kind');
  const key = await holderKey(issued.payload['cnf']);
  try {
    await compactVerify(compact, key, { algorithms: ['ES256'] });
  } catch (cause) {
    throw new EvidenceRefused('sd_jwt.key_binding', 'the holder’s signature does not hold', { cause });
  }
  if (payload['nonce'] !== nonce) throw new EvidenceRefused('sd_jwt.nonce');
  if (payload['aud'] !== aud) throw new EvidenceRefused('sd_jwt.audience');
  if (payload['sd_hash'] !== digester(issued)(bound)) throw new EvidenceRefused('sd_jwt.sd_hash');
  const { iat, exp, nbf } = payload;
  if (
    !isTime(iat) ||
    iat > nowS + LIMITS.evidenceSkewS ||
    iat + LIMITS.keyBindingS + LIMITS.evidenceSkewS < nowS
  ) {
    throw refused(`expected a signature of the last ${LIMITS.keyBindingS} seconds`);
  }
  if (exp !== undefined && (!isTime(exp) || exp + LIMITS.evidenceSkewS <= nowS))
    throw refused('it has expired');
  if (nbf !== undefined && (!isTime(nbf) || nbf > nowS + LIMITS.evidenceSkewS))
    throw refused('it counts later');
}

export const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** `cnf.jwk` (RFC 7800): a public key on P-256, and nothing that says otherwise. */
async function holderKey(cnf: unknown): Promise<CryptoKey> {
  const { jwk } = (typeof cnf === 'object' && cnf !== null ? cnf : {}) as { jwk?: unknown };
  const parsed = HolderKey.safeParse(jwk);
  if (!parsed.success || 'd' in (jwk as object)) {
    throw new EvidenceRefused('sd_jwt.holder_key', 'expected cnf with a public key on P-256');
  }
  const { kty, crv, x, y } = parsed.data;
  try {
    return (await importJWK({ kty, crv, x, y }, 'ES256')) as CryptoKey;
  } catch (cause) {
    throw new EvidenceRefused('sd_jwt.holder_key', 'expected a point on P-256', { cause });
  }
}

const refused = (detail: string) => new EvidenceRefused('sd_jwt.key_binding', detail);

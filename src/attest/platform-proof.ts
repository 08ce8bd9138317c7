/**
 * A platform's word about one of its accounts: a JWT signed with a key the tenant registered, `{aud, accountId,
 * createdAt, nonce, iat, exp, vouched?}`, valid for at most five minutes and used once. A typed account id proves
 * nothing and is nowhere accepted.
 */
import { compactVerify } from 'jose';
import type { PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { accountBinding } from '../client/hash.js';
import { isHeader, readJson, splitStrict } from '../client/token.js';
import { importIssuer } from '../client/trust.js';
import { ownPlatform, type PlatformRoom } from './platform.js';

export const ACCOUNT_PROOF_TYPE = 'account-proof+jwt';
/** An account this old, for which the platform vouches, gives `unq` 1. Stated in the discovery document. */
export const VOUCHED_AGE_DAYS = 180;
const SKEW_MS = 60_000;

export interface ProvenAccount {
  aud: string;
  acc: string;
  /** 1 for an aged account that the platform vouches for. */
  unq: 0 | 1;
  /** Thumbprint of the platform's key that says so. */
  kid: string;
}

/**
 * Checks a proof and uses it up.
 * @throws {AssayError} `attest.platform_proof` for any proof that is not right, fresh and new; `attest.not_authorised` for a platform of somebody else, `attest.platform_pending`
 */
export async function useAccountProof(
  context: PlatformRoom,
  tenant: string,
  platform: string,
  proof: string,
): Promise<ProvenAccount> {
  const { keys } = await ownPlatform(context, tenant, platform);
  const { kid, claims } = await readProof(proof, keys);
  const now = context.clock();
  const { aud, accountId, createdAt, nonce, iat, exp, vouched } = claims;
  if (aud !== platform) throw refused('the proof is for another platform');
  if (typeof accountId !== 'string' || accountId === '' || accountId.length > LIMITS.idLength) {
    throw refused('accountId is missing or too long');
  }
  if (typeof nonce !== 'string' || nonce.length < 16 || nonce.length > 128) {
    throw refused('expected a nonce of 16 to 128 characters');
  }
  const createdMs = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN;
  if (Number.isNaN(createdMs)) throw refused('createdAt is not a date');
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) throw refused('iat or exp is missing');
  const [from, until] = [(iat as number) * 1000, (exp as number) * 1000];
  if (until <= from || until - from > LIMITS.platformProofMs)
    throw refused('the proof lives longer than 5 minutes');
  if (from > now + SKEW_MS || until + SKEW_MS <= now) throw refused('the proof is not current');
  const used = await context.collections.usedProofs.insert({
    _id: hashId('account-proof', tenant, platform, nonce),
    tenant,
    expiresMs: until + 2 * SKEW_MS,
  });
  if (used.did !== 'inserted') throw refused('the proof was used before');
  const aged = now - createdMs >= VOUCHED_AGE_DAYS * 86_400_000;
  return {
    aud: platform,
    acc: await accountBinding(platform, accountId),
    unq: vouched === true && aged ? 1 : 0,
    kid,
  };
}

/** Header and signature; then the claims as they stand. */
async function readProof(
  proof: string,
  keys: PublicKey[],
): Promise<{ kid: string; claims: Record<string, unknown> }> {
  const parts = proof.length > LIMITS.tokenReadBytes ? null : splitStrict(proof);
  const header = parts === null ? null : readJson(parts[0]);
  if (parts === null || header === null || !isHeader(header, ACCOUNT_PROOF_TYPE)) {
    throw refused(`expected a compact ES256 JWS of type ${ACCOUNT_PROOF_TYPE} with alg, typ and kid`);
  }
  const { tokenKeys } = await importIssuer({
    iss: 'platform',
    audiences: [],
    token_keys: keys,
    status_keys: [],
    status_origins: [],
  });
  const kid = header['kid'] as string;
  const key = tokenKeys.get(kid);
  if (key === undefined) throw refused('the proof is signed with a key that is not registered');
  try {
    await compactVerify(proof, key, { algorithms: ['ES256'] });
  } catch (cause) {
    throw refused('the signature does not hold', cause);
  }
  const claims = readJson(parts[1]);
  if (claims === null) throw refused('the claims are not a JSON object');
  return { kid, claims };
}

const refused = (detail: string, cause?: unknown) =>
  new AssayError('attest.platform_proof', detail, { cause });

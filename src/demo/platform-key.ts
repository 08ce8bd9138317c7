/**
 * The demo platform's own key, as a real platform would hold it: the service knows only its public part, and the
 * platform signs a proof for each account that asks for one.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PublicKey } from '../../schemas/attestation.js';

export interface AccountProofRequest {
  aud: string;
  /** Immutable account id. */
  accountId: string;
  /** RFC 3339. */
  createdAt: string;
  /** The platform's explicit word that it knows the account as an aged, ordinary one. */
  vouched?: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface PlatformKey {
  publicJwk: PublicKey;
  /** A proof for `POST /v1/subjects/enrol/options`: valid five minutes, once. */
  signAccountProof(request: AccountProofRequest): string;
}

/** A fresh key pair. */
export function createPlatformKey(): PlatformKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const publicJwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
  return {
    publicJwk,
    signAccountProof({ now, ...account }) {
      const iat = Math.floor(now / 1000);
      const nonce = randomBytes(16).toString('base64url');
      const claims = { nonce, iat, exp: iat + 300, ...account };
      return compactJws(privateKey, { alg: 'ES256', typ: 'account-proof+jwt', kid }, claims);
    },
  };
}

/** RFC 7515 compact serialisation, ES256. */
function compactJws(key: KeyObject, header: object, claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

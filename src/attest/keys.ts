/**
 * The issuer's signing keys: one set for tokens, another for status lists, ES256, created on first start and sealed at
 * rest. The newest active key of a set signs; every key of a set verifies.
 */
import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { PublicKey } from '../../schemas/attestation.js';
import type { SigningKeyDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import type { Clock } from '../context.js';
import type { Seal } from './seal.js';

type Use = SigningKeyDoc['use'];

/** A key that signs: its thumbprint, and the act of signing, so that the private part may live elsewhere. */
export interface Signer {
  kid: string;
  /** Compact JWS, ES256, header exactly `{alg, typ, kid}`. */
  sign(typ: string, claims: object): Promise<string>;
}

export interface KeySet {
  signer: Signer;
  /** All public keys of the set, with kid, alg and use. */
  publicKeys: PublicKey[];
}

export interface Keys {
  token: KeySet;
  status: KeySet;
}

/** Keys of a set that are looked at: the newest hundred, far beyond any rotation schedule. */
const KEYS_PER_SET = 100;

/** Opens the keys, or creates them on first start. @throws {AssayError} `attest.key_locked` for another secret */
export async function openKeys(
  collection: Collection<SigningKeyDoc>,
  seal: Seal,
  clock: Clock,
): Promise<Keys> {
  const [token, status] = await Promise.all([
    openSet(collection, seal, clock, 'token'),
    openSet(collection, seal, clock, 'status'),
  ]);
  return { token, status };
}

async function openSet(
  collection: Collection<SigningKeyDoc>,
  seal: Seal,
  clock: Clock,
  use: Use,
): Promise<KeySet> {
  const query = { index: 'by_use', where: { use }, order: 'desc', limit: KEYS_PER_SET } as const;
  let { docs } = await collection.page(query);
  if (!docs.some(({ state }) => state === 'active')) {
    await collection.insert(await createKey(seal, clock, use));
    docs = (await collection.page(query)).docs;
  }
  const active = docs.find(({ state }) => state === 'active')!;
  const privateJwk = JSON.parse(
    seal.open(active.sealedPrivateKey, placeOf(use, active._id)).toString(),
  ) as JWK;
  return {
    signer: signerOf(active._id, (await importJWK(privateJwk, 'ES256')) as CryptoKey),
    publicKeys: docs.map(({ publicJwk }) => publicJwk as unknown as PublicKey),
  };
}

const placeOf = (use: Use, kid: string) => `signing-key:${use}:${kid}`;

async function createKey(seal: Seal, clock: Clock, use: Use): Promise<SigningKeyDoc> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const privateJwk = await exportJWK(privateKey);
  const { kty, crv, x, y } = privateJwk;
  const kid = await calculateJwkThumbprint({ kty, crv, x, y } as JWK);
  return {
    _id: kid,
    use,
    publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' },
    sealedPrivateKey: seal.close(Buffer.from(JSON.stringify(privateJwk)), placeOf(use, kid)),
    createdMs: clock(),
    state: 'active',
  };
}

function signerOf(kid: string, key: CryptoKey): Signer {
  const encoder = new TextEncoder();
  return {
    kid,
    sign: (typ, claims) =>
      new CompactSign(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'ES256', typ, kid })
        .sign(key),
  };
}

/**
 * The port for whoever holds the private keys: this process, with the keys sealed in the store, or a device or service
 * outside (PKCS#11, a KMS), whose keys never come here. A holder signs bytes; what is signed, and with which key, is
 * decided in `keys.ts`. docs/attestation.md section 7 tells what an adapter must do.
 */
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Seal } from './seal.js';

export type KeyUse = 'token' | 'status';

/** A public key on P-256, and how its holder finds the private part again. */
export interface HeldKey {
  publicJwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string };
  /** Kept in the store; says nothing to anybody but the holder. At most 4,096 characters. */
  reference: string;
}

/** ECDSA on P-256 over the SHA-256 of `input`: r ‖ s, 64 bytes (RFC 7518 section 3.4), not DER. */
export type SignBytes = (input: Uint8Array) => Promise<Uint8Array>;

export interface KeyHolder {
  /** Kept beside each key, so that a key is looked for where it is. At most 64 characters; `sealed` is ours. */
  readonly name: string;
  /** Makes a key that cannot be used for anything else. */
  createKey(use: KeyUse): Promise<HeldKey>;
  /** Opens a key for signing; called once for each key and process. @throws {AssayError} `attest.key_locked` when it cannot */
  openKey(use: KeyUse, reference: string): Promise<SignBytes>;
  /** Destroys the private part, as far as the holder can. Destroying it twice is no error. */
  destroyKey(use: KeyUse, reference: string): Promise<void>;
}

/** Where a sealed key is bound to, so that one moved to another use does not open. */
const placeOf = (use: KeyUse) => `signing-key:${use}`;

/** Name of the holder that is this process. */
export const SEALED = 'sealed';

/** Keys sealed under the operator's secret: the private part lies in the reference itself, and goes when that goes. */
export const sealedKeys = (seal: Seal): KeyHolder => ({
  name: SEALED,
  async createKey(use) {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const privateJwk = await exportJWK(privateKey);
    const { x, y } = privateJwk as { x: string; y: string };
    const reference = seal.close(Buffer.from(JSON.stringify(privateJwk)), placeOf(use));
    return { publicJwk: { kty: 'EC', crv: 'P-256', x, y }, reference };
  },
  async openKey(use, reference) {
    const privateJwk = JSON.parse(seal.open(reference, placeOf(use)).toString()) as JWK;
    const key = (await importJWK(privateJwk, 'ES256')) as CryptoKey;
    return async (input) => {
      const bytes = input as Uint8Array<ArrayBuffer>;
      return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes));
    };
  },
  async destroyKey() {},
});

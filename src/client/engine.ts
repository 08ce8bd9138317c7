/**
 * Signatures, digests and base64url by the quickest way there is. WebCrypto is everywhere, but each of its answers passes
 * several layers of checks and promises; Node's own crypto does the same work with a third less time around it. It is asked
 * for by name and never imported, so that this module loads in browsers and workers as it is. Both say the same of any
 * input (test/src/client/engine.test.ts).
 */
import { base64url, type CryptoKey } from 'jose';
import { sha256 } from './sha256.js';

export interface Engine {
  /** Whether r ‖ s, 64 bytes, is the key's ES256 signature of the input. What is no signature at all is none of the key's. */
  verify(key: CryptoKey, signature: Uint8Array, input: Uint8Array): Promise<boolean>;
  /** SHA-256. The bytes may be overwritten as soon as the call returns. */
  digest(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  encode(bytes: Uint8Array): string;
  /** Of a text that is base64url in its only spelling. */
  decode(text: string): Uint8Array;
  /** The bytes of a text of ASCII characters. */
  ascii(text: string): Uint8Array;
}

const ES256 = { name: 'ECDSA', hash: 'SHA-256' };
const SIGNATURE_BYTES = 64;
/** Bytes up to which plain code is quicker than the way to WebCrypto and back (measured: about 3,000 in Node 20). */
const SHORT = 2_048;

const encoder = new TextEncoder();

/** With what browsers, workers and every other runtime have. */
export const webEngine: Engine = {
  async verify(key, signature, input) {
    if (signature.length !== SIGNATURE_BYTES) return false;
    const bytes = signature as Uint8Array<ArrayBuffer>;
    return crypto.subtle.verify(ES256, key, bytes, input as Uint8Array<ArrayBuffer>).catch(() => false);
  },
  digest(bytes) {
    if (bytes.length <= SHORT) return sha256(bytes);
    return crypto.subtle.digest('SHA-256', bytes.slice()).then((digest) => new Uint8Array(digest));
  },
  encode: (bytes) => base64url.encode(bytes),
  decode: (text) => base64url.decode(text),
  ascii: (text) => encoder.encode(text),
};

type NodeModules = {
  crypto: Pick<typeof import('node:crypto'), 'hash' | 'KeyObject' | 'verify'>;
  buffer: Pick<typeof import('node:buffer'), 'Buffer'>;
};

/** With Node's modules: signatures on its thread pool, digests at once. */
export function nodeEngine({
  crypto: { hash, KeyObject, verify },
  buffer: { Buffer: Bytes },
}: NodeModules): Engine {
  const keys = new WeakMap<CryptoKey, { key: import('node:crypto').KeyObject; dsaEncoding: 'ieee-p1363' }>();
  const keyOf = (key: CryptoKey) => {
    let known = keys.get(key);
    if (known === undefined) {
      known = {
        key: KeyObject.from(key as import('node:crypto').webcrypto.CryptoKey),
        dsaEncoding: 'ieee-p1363',
      };
      keys.set(key, known);
    }
    return known;
  };
  return {
    verify: (key, signature, input) =>
      new Promise((resolve) => {
        if (signature.length !== SIGNATURE_BYTES) return resolve(false);
        // A runtime may only look like Node: what it cannot do is left to WebCrypto.
        const leave = () => resolve(webEngine.verify(key, signature, input));
        try {
          verify('sha256', input, keyOf(key), signature, (error, holds) =>
            error ? leave() : resolve(holds),
          );
        } catch {
          leave();
        }
      }),
    digest: (bytes) => hash('sha256', bytes, 'buffer'),
    encode: (bytes) => Bytes.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url'),
    decode: (text) => Bytes.from(text, 'base64url'),
    ascii: (text) => Bytes.from(text, 'latin1'),
  };
}

interface NodeProcess {
  versions?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}

/** Node's modules, where this is Node itself and not a runtime that looks like it. */
export function nodeModules(runtime: NodeProcess | undefined): NodeModules | null {
  const { node, bun, deno, electron } = runtime?.versions ?? {};
  if (!node || bun || deno || electron || !runtime?.getBuiltinModule) return null;
  const crypto = runtime.getBuiltinModule('node:crypto') as NodeModules['crypto'] | undefined;
  const buffer = runtime.getBuiltinModule('node:buffer') as NodeModules['buffer'] | undefined;
  return crypto?.hash && buffer ? { crypto, buffer } : null;
}

const found = nodeModules((globalThis as { process?: NodeProcess }).process);

export const engine: Engine = found === null ? webEngine : nodeEngine(found);

/**
 * Secrets at rest: AES-256-GCM under a key derived (scrypt) from the operator's secret. The place of use is bound in as
 * associated data, so that a sealed value moved to another document does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { AssayError } from '../../schemas/errors.js';
import type { MetaDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';

const NONCE = 12;
const TAG = 16;
/** About 60 ms and 32 MB, once per start: the secret may be a passphrase. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const SALT_ID = 'attest.seal_salt';

export interface Seal {
  /** base64url of nonce ‖ ciphertext ‖ tag. */
  close(secret: Buffer, place: string): string;
  /** @throws {AssayError} `attest.key_locked` when the secret, the place or a byte is another */
  open(sealed: string, place: string): Buffer;
}

/** Derives the key; the salt is made on first start and kept beside the sealed values. */
export async function openSeal(meta: Collection<MetaDoc>, operatorSecret: string): Promise<Seal> {
  await meta.insert({ _id: SALT_ID, value: randomBytes(16).toString('base64url') });
  const salt = Buffer.from(String((await meta.get(SALT_ID))?.value), 'base64url');
  const derive = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt);
  return sealUnder(await derive(operatorSecret.normalize('NFC'), salt, 32, COST));
}

function sealUnder(key: Buffer): Seal {
  return {
    close(secret, place) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      );
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), {
          authTagLength: TAG,
        });
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(bytes.length - TAG));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
      } catch (cause) {
        throw new AssayError('attest.key_locked', undefined, { cause });
      }
    },
  };
}

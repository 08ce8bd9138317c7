/**
 * A key holder for `ASSAY_KEY_HOLDER`: signing keys in files of a folder, outside of Assay's store. It shows what an adapter
 * for a device or a KMS has to do; it is as safe as the folder is, and no safer.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';

const FOLDER = new URL('./keys/', import.meta.url);

/** A reference names the use as well, so that a key is not opened for another one. */
function fileOf(use, reference) {
  if (!/^(?:token|status)-[0-9a-f]{32}$/.test(reference) || !reference.startsWith(`${use}-`)) {
    throw new Error('this is no reference of ours');
  }
  return new URL(`${reference}.pem`, FOLDER);
}

export default async function openFileKeys() {
  await mkdir(FOLDER, { recursive: true, mode: 0o700 });
  return {
    name: 'files',
    async createKey(use) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
      const reference = `${use}-${randomBytes(16).toString('hex')}`;
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
      await writeFile(fileOf(use, reference), pem, { mode: 0o600, flag: 'wx' });
      return { publicJwk: { kty, crv, x, y }, reference };
    },
    async openKey(use, reference) {
      const key = createPrivateKey(await readFile(fileOf(use, reference)));
      // r ‖ s in 64 bytes; many devices answer in DER, which has to be unpacked.
      return async (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
    },
    async destroyKey(use, reference) {
      await rm(fileOf(use, reference), { force: true });
    },
  };
}

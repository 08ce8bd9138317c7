/** A trust list as a file: which issuers' attestations count, and with which keys. */
import { readFile } from 'node:fs/promises';
import { TrustList } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import { parseAs } from '../../schemas/problem.js';

/** A file that the command line or a setting names. @throws {AssayError} `config.invalid` when it cannot be read */
export async function readNamedFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AssayError('config.invalid', `${path} cannot be read (${code}).`, { cause });
  }
}

/** @throws {AssayError} `config.invalid` for a file that cannot be read or is not a trust list */
export async function readTrust(path: string): Promise<TrustList> {
  try {
    return parseAs(TrustList, parseJson(await readNamedFile(path)), 'request.invalid');
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === 'config.invalid') throw error;
    const where = error.violations.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    const found = where === '' ? error.message : where;
    throw new AssayError('config.invalid', `${path} is not a trust list: ${found}`, { cause: error });
  }
}

/**
 * The sealing secret of a demo: made on its first start and kept beside its data, readable by its user alone. A service
 * gets its secret from the environment instead, so that it does not lie beside what it seals.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';

export interface KeptSecret {
  secret: string;
  file: string;
  /** True when it was made just now. */
  created: boolean;
}

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** @throws {AssayError} `config.invalid` when the file holds something else */
export function keptSecret(home: string): KeptSecret {
  mkdirSync(home, { recursive: true });
  const file = join(home, 'secret');
  const fresh = randomBytes(32).toString('base64url');
  let created = true;
  try {
    // Fails when the file is there: two starts at once agree on one secret.
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    created = false;
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (!FORM.test(secret)) {
    throw new AssayError(
      'config.invalid',
      `expected the secret that Assay wrote in ${file}, found something else`,
    );
  }
  return { secret, file, created };
}

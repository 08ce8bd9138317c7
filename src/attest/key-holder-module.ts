/**
 * A key holder that the operator brings along: a module whose default export is a `KeyHolder`, or a function that opens
 * one. It runs with all rights of this process, as the operator's own code does.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssayError } from '../../schemas/errors.js';
import { type KeyHolder, SEALED } from './key-holder.js';

const ACTS = ['createKey', 'openKey', 'destroyKey'] as const;

const invalid = (path: string, detail: string, cause?: unknown) =>
  new AssayError('config.invalid', `ASSAY_KEY_HOLDER: ${path} ${detail}`, { cause });

/** @param path from the working folder @throws {AssayError} `config.invalid` */
export async function loadKeyHolder(path: string): Promise<KeyHolder> {
  let holder: Partial<KeyHolder> | undefined;
  try {
    const { default: made } = await import(pathToFileURL(resolve(path)).href);
    holder = typeof made === 'function' ? await made() : made;
  } catch (cause) {
    throw invalid(path, `cannot be opened: ${(cause as Error).message}`, cause);
  }
  const missing = ACTS.filter((act) => typeof holder?.[act] !== 'function');
  if (missing.length > 0) throw invalid(path, `is no key holder: expected ${missing.join(', ')}`);
  const { name } = holder as KeyHolder;
  if (typeof name === 'string' && /^[\x21-\x7e]{1,64}$/.test(name) && name !== SEALED)
    return holder as KeyHolder;
  throw invalid(path, `expected a name of 1 to 64 visible ASCII characters, other than ${SEALED}`);
}

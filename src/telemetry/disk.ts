/** How much room is left where the data lies. */
import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { AssayError } from '../../schemas/errors.js';

/** Megabytes an ordinary user can still write in a folder. */
export async function freeMegabytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / 1e6);
}

/**
 * Creates the data folder, and refuses to start where there is too little room to keep what comes in.
 * @throws {AssayError} `disk.full` with found and expected
 */
export async function requireRoom(folder: string, minFreeMb: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const free = await freeMegabytes(folder);
  if (free >= minFreeMb) return;
  throw new AssayError(
    'disk.full',
    `There is not enough disk space in ${folder}: expected at least ${minFreeMb} MB free, found ${free}. ` +
      'Free some, or name another folder with ASSAY_HOME or --home.',
  );
}

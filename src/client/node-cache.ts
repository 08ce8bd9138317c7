/**
 * `client/node-cache`: what a verifier has fetched, kept as files, so that a restart works offline and several
 * processes share it. A folder filled here is a status directory as `assay verify --status` reads one:
 * `<sha256 hex of the list uri>.jwt`. Lists are signed; discovery documents are not, so the folder must be the reader's own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Fetch, VerifierCache } from './fetch.js';

/** The longest text a verifier ever keeps is a status list. */
const KEPT_BYTES = LIMITS.statusListTextBytes;

export interface FileCacheOptions {
  /** Told when a file cannot be read or written; the verifier goes on without it. */
  onError?(error: unknown): void;
}

/** The file of a uri: lists end in `.jwt`, discovery documents in `.json`. */
export const cacheFile = (uri: string): string => {
  const kind = /\/\.well-known\/human-author$/.test(uri) ? 'json' : 'jwt';
  return `${createHash('sha256').update(uri).digest('hex')}.${kind}`;
};

/**
 * The text of a file, null where there is none. White space around it is the file's own.
 * @throws {AssayError} `request.too_large` for more than LIMITS.statusListTextBytes, of which no more is ever read;
 * `request.invalid` for what is no file, such as a pipe that never ends
 */
export async function readKept(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new AssayError('request.invalid', `${path}: expected a file`);
    if (found.size > KEPT_BYTES) throw tooLarge(path);
    const chunks: Buffer[] = [];
    // It may grow while it is read.
    for await (const chunk of createReadStream(path, { end: KEPT_BYTES })) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (bytes.length > KEPT_BYTES) throw tooLarge(path);
    return bytes.toString('utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const tooLarge = (path: string): AssayError =>
  new AssayError('request.too_large', `${path}: expected at most ${KEPT_BYTES} bytes, found more`);

/** Written beside its place and then moved, so that no reader ever sees half a file. */
async function writeKept(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * A cache for `createVerifier` in a folder, which is made when missing. Never throws: a full disk or a file that
 * cannot be read costs a fetch, not a verification.
 */
export function fileCache(
  folder: string,
  { onError = () => undefined }: FileCacheOptions = {},
): VerifierCache {
  return {
    async get(uri) {
      try {
        return await readKept(join(folder, cacheFile(uri)));
      } catch (error) {
        onError(error);
        return null;
      }
    },
    async set(uri, text) {
      try {
        await writeKept(folder, cacheFile(uri), text);
      } catch (error) {
        onError(error);
      }
    },
  };
}

/**
 * A status directory that somebody else keeps filled, as the verifier's network: a list is read again after its ttl,
 * so a long-running process notices a newer file, and nothing ever leaves the machine.
 */
export const folderFetch =
  (folder: string): Fetch =>
  async (uri) => {
    const text = await readKept(join(folder, cacheFile(uri)));
    return new Response(text, { status: text === null ? 404 : 200 });
  };

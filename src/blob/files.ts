/**
 * Blobs as files, named by their SHA-256, in 256 folders. A file appears under its name only when all of it is on
 * disk (written aside, flushed, renamed), so a name that exists always has its whole content.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import type { BlobStore } from '../../schemas/store/port.js';
import { flushFolder, writeDurably } from '../durable-file.js';
import { isBlobRef, readVerified } from './address.js';

const hasCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException)?.code === code;

function translate(error: unknown): unknown {
  if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) return error;
  return new AssayError('disk.full', 'There is not enough disk space left to store a blob.', {
    cause: error,
  });
}

/**
 * Opens the blob store in a folder of its own, which is created; what a dead process left half written is removed.
 * `put` throws {@link AssayError} `disk.full`; `get` throws `internal` when a file no longer has its hash.
 */
export async function openBlobFiles(folder: string): Promise<BlobStore> {
  const aside = join(folder, 'incoming');
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  const pathOf = (ref: string): string => join(folder, ref.slice(0, 2), ref);

  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const done = { sha256, size: bytes.length, ref: sha256 };
      const path = pathOf(sha256);
      if (await stat(path).catch(() => null)) return done;
      const part = join(aside, randomUUID());
      try {
        await writeDurably(part, bytes, 'wx');
        await mkdir(dirname(path), { recursive: true });
        await rename(part, path);
        await flushFolder(dirname(path));
        await flushFolder(folder);
      } catch (error) {
        await rm(part, { force: true });
        throw translate(error);
      }
      return done;
    },
    async get(ref) {
      if (!isBlobRef(ref)) return null;
      const bytes = await readFile(pathOf(ref)).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) return null;
        throw error;
      });
      return bytes && readVerified(ref, bytes);
    },
    async delete(ref) {
      if (!isBlobRef(ref)) return;
      await rm(pathOf(ref), { force: true });
      await flushFolder(dirname(pathOf(ref))).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error;
      });
    },
  };
}

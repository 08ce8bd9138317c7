/**
 * Blobs in MongoDB: chunks of 1 MiB under `<sha256>:<n>`, and a header written last, so that a blob with a header is
 * whole. Both have ids made of the content: storing again, also by two at once, writes the same documents.
 */
import { createHash } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { BlobStore } from '../../../schemas/store/port.js';
import { isBlobRef, readVerified } from '../../blob/address.js';
import { attempt, duplicateIndex } from './errors.js';

interface Header {
  _id: string;
  size: number;
  chunks: number;
}

interface Chunk {
  _id: string;
  data: Buffer;
}

const CHUNK_BYTES = 1024 * 1024;

const chunkIds = ({ _id, chunks }: Header): string[] =>
  Array.from({ length: chunks }, (_, n) => `${_id}:${n}`);

/** `put` is acknowledged by a majority; `get` throws `internal` when the bytes no longer have their hash. */
export function openBlobChunks(connection: Connection): BlobStore {
  const db = connection.getClient().db(connection.name);
  const headers = db.collection<Header>('blobs');
  const chunks = db.collection<Chunk>('blob_chunks', { promoteBuffers: true });

  /** Inserts what is not there yet. */
  const ensure = async (insert: () => Promise<unknown>): Promise<void> => {
    try {
      await attempt('write', insert);
    } catch (error) {
      if (duplicateIndex(error as Error) === undefined) throw error;
    }
  };
  const header = (ref: string) => attempt('read', () => headers.findOne({ _id: ref }));

  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const own: Header = { _id: sha256, size: bytes.length, chunks: Math.ceil(bytes.length / CHUNK_BYTES) };
      if ((await header(sha256)) === null) {
        for (const [n, _id] of chunkIds(own).entries()) {
          const data = bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES);
          await ensure(() => chunks.insertOne({ _id, data }));
        }
        await ensure(() => headers.insertOne(own));
      }
      return { sha256, size: bytes.length, ref: sha256 };
    },
    async get(ref) {
      if (!isBlobRef(ref)) return null;
      const found = await header(ref);
      if (found === null) return null;
      const parts: Buffer[] = [];
      for (const _id of chunkIds(found)) {
        const chunk = await attempt('read', () => chunks.findOne({ _id }));
        if (chunk === null) break;
        parts.push(chunk.data);
      }
      // A blob that is being deleted loses its header first.
      if (parts.length < found.chunks && (await header(ref)) === null) return null;
      return readVerified(ref, Buffer.concat(parts));
    },
    async delete(ref) {
      if (!isBlobRef(ref)) return;
      const found = await header(ref);
      if (found === null) return;
      await attempt('write', () => headers.deleteOne({ _id: ref }));
      await attempt('write', () => chunks.deleteMany({ _id: { $in: chunkIds(found) } }));
    },
  };
}

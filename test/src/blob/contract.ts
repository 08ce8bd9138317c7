/** The contract of the blob port, run on files and on the chunked collection. */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BlobStore } from '../../../schemas/store/port.js';

export function blobContract(open: () => Promise<{ blobs: BlobStore; close(): Promise<void> }>): void {
  describe('blobs', () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    it.each([
      ['nothing', 0],
      ['one byte', 1],
      ['exactly one chunk', 1024 * 1024],
      ['a chunk and a byte', 1024 * 1024 + 1],
      ['ten MiB', 10 * 1024 * 1024],
    ])('gives back %s as it was stored, under its hash', async (_, size) => {
      const bytes = Buffer.alloc(size, 'assay \0\xff');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(await opened.blobs.put(bytes)).toEqual({ sha256, size, ref: expect.any(String) });
      const { ref } = await opened.blobs.put(bytes);
      expect((await opened.blobs.get(ref))?.equals(bytes)).toBe(true);
    });

    it('stores the same bytes once, also when many store them at once', async () => {
      const bytes = Buffer.alloc(3_000_000, 'x');
      const all = await Promise.all(Array.from({ length: 8 }, () => opened.blobs.put(bytes)));
      expect(new Set(all.map(({ ref }) => ref)).size).toBe(1);
      expect((await opened.blobs.get(all[0]!.ref))?.length).toBe(3_000_000);
    });

    it('a deleted blob is gone, deleting again changes nothing, storing again brings it back', async () => {
      const bytes = Buffer.from('short-lived');
      const { ref } = await opened.blobs.put(bytes);
      await opened.blobs.delete(ref);
      expect(await opened.blobs.get(ref)).toBeNull();
      await opened.blobs.delete(ref);
      await opened.blobs.put(bytes);
      expect(await opened.blobs.get(ref)).toEqual(bytes);
    });

    it.each(['', '../../etc/passwd', '0'.repeat(63), 'F'.repeat(64), '0'.repeat(64)])(
      'has nothing under %j',
      async (ref) => {
        expect(await opened.blobs.get(ref)).toBeNull();
        await expect(opened.blobs.delete(ref)).resolves.toBeUndefined();
      },
    );
  });
}

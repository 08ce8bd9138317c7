/** Blobs as files keep the contract, survive what a dead process left, and notice damage. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openBlobFiles } from '../../../src/blob/files.js';
import { blobContract } from './contract.js';

describe('blob files', () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-blobs-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  blobContract(async () => ({
    blobs: await openBlobFiles(join(root, 'contract')),
    close: async () => undefined,
  }));

  it('removes what was half written when it is opened again', async () => {
    const folder = join(root, 'crashed');
    mkdirSync(join(folder, 'incoming'), { recursive: true });
    writeFileSync(join(folder, 'incoming', 'part'), 'half a mail');
    await openBlobFiles(folder);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });

  it('refuses to give out a file whose bytes are not those stored', async () => {
    const folder = join(root, 'damaged');
    const blobs = await openBlobFiles(folder);
    const { ref } = await blobs.put(Buffer.from('whole'));
    writeFileSync(join(folder, ref.slice(0, 2), ref), 'other');
    await expect(blobs.get(ref)).rejects.toMatchObject({ code: 'internal' });
  });

  it('leaves nothing aside when a blob cannot be put in its place', async () => {
    const folder = join(root, 'blocked');
    const blobs = await openBlobFiles(folder);
    const { ref } = await blobs.put(Buffer.from('blocked'));
    await blobs.delete(ref);
    rmSync(join(folder, ref.slice(0, 2)), { recursive: true });
    writeFileSync(join(folder, ref.slice(0, 2)), 'a file where the folder should be');
    await expect(blobs.put(Buffer.from('blocked'))).rejects.toThrow('EEXIST');
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });
});

/** The embedded store keeps the contract of the port. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import { openEmbeddedStore } from '../../../src/store/embedded/open.js';
import { storeContract } from './contract.js';

describe('the embedded store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  let files = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  storeContract({
    open: async (collections) => openEmbeddedStore({ file: join(folder, `${++files}.db`), collections }),
    sortsByCodePoint: true,
    rounds: 60,
  });
});

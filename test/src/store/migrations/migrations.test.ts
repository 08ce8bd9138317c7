/** Migrations on the embedded store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MIGRATIONS } from '../../../../src/store/migrations/list.js';
import { openStore } from '../../../../src/store/open.js';
import { migrationContract } from './contract.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const settings = (dataFolder: string) => ({ mongoUrl: null, dataFolder });

migrationContract(
  () => {
    folders.push(mkdtempSync(join(tmpdir(), 'assay-migrate-')));
    return openStore(settings(folders.at(-1) as string));
  },
  async ({ store }) => {
    await store.close();
    return openStore(settings(folders.at(-1) as string));
  },
);

describe('the list of migrations', () => {
  it('rises by one', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, at) => at + 2));
    for (const { name } of MIGRATIONS) expect(name).not.toBe('');
  });
});

/** A key holder that the operator brings along as a module, the one under examples/ first of all. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KeyHolder } from '../../../src/attest/key-holder.js';
import { loadKeyHolder } from '../../../src/attest/key-holder-module.js';
import { openRig } from './rig.js';

let folder: string;
let example: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-holder-'));
  example = join(folder, 'file-keys.mjs');
  copyFileSync('examples/key-holder/file-keys.js', example);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = () => readdirSync(join(folder, 'keys'));

describe('the key holder of the examples', () => {
  test('holds the keys of an issuer, finds them after a restart, and destroys them', async () => {
    const holder = await loadKeyHolder(relative('.', example));
    const rig = await openRig({ keyHolder: holder });
    const { token } = await (await rig.author()).attest({ text: 'Kept in a file.' });
    const found = { text: 'Kept in a file.', platform: 'forum', author: 'ann-1' };
    const again = await rig.reopen({ keyHolder: await loadKeyHolder(example) });
    expect((await again.verifier.verify(token, found)).errors).toEqual([]);
    expect(again.keys.token.signer.kid).toBe(rig.issuer.keys.token.signer.kid);
    expect(keys()).toHaveLength(2);
    const { docs } = await rig.opened.collections.signingKeys.page({ index: 'by_use', limit: 9 });
    for (const { use, reference } of docs) await holder.destroyKey(use, reference);
    expect(keys()).toEqual([]);
    await rig.close();
  });

  test('keeps token and status keys apart, and opens nothing but keys', async () => {
    const holder = (await loadKeyHolder(example)) as KeyHolder;
    const { reference } = await holder.createKey('token');
    await expect(holder.openKey('status', reference)).rejects.toThrow('no reference');
    await expect(holder.openKey('token', '../../etc/passwd')).rejects.toThrow('no reference');
    await holder.destroyKey('token', reference);
    await holder.destroyKey('token', reference);
    await expect(holder.openKey('token', reference)).rejects.toThrow();
  });
});

describe('a module', () => {
  const all = 'createKey() {}, openKey() {}, destroyKey() {}';
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  test('may export the holder itself', async () => {
    const path = put('plain.mjs', `export default { name: 'plain', ${all} };`);
    expect((await loadKeyHolder(path)).name).toBe('plain');
  });

  test.each([
    ['that is not there', null, 'cannot be opened'],
    ['that fails', `export default () => { throw new Error('no such slot'); };`, 'no such slot'],
    ['that exports nothing', 'export const holder = 1;', 'expected createKey, openKey, destroyKey'],
    [
      'that is half a holder',
      `export default { name: 'half', createKey() {} };`,
      'expected openKey, destroyKey',
    ],
    ['without a name', `export default { ${all} };`, 'expected a name'],
    ['under our own name', `export default { name: 'sealed', ${all} };`, 'other than sealed'],
    ['with a name too long', `export default { name: 'x'.repeat(65), ${all} };`, 'expected a name'],
  ])('%s is refused, and it is said why', async (title, text, message) => {
    const name = `${title.replaceAll(' ', '-')}.mjs`;
    const path = text === null ? join(folder, name) : put(name, text);
    const refused = loadKeyHolder(path);
    await expect(refused).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(refused).rejects.toThrow(message);
  });
});

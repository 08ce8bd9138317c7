/** The signing keys from the command line. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openIssuer } from '../../../src/attest/issuer.js';
import { openStore } from '../../../src/store/open.js';
import { assay } from './terminal.js';

let home: string;
let env: Record<string, string>;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'assay-signing-'));
  env = { ASSAY_HOME: home, ASSAY_SECRET: 'correct horse battery staple, thirty-two bytes' };
  const opened = await openStore({ mongoUrl: null, dataFolder: home });
  const context = { collections: opened.collections, clock: Date.now };
  const rp = { id: 'assay.example', name: 'Assay', origins: ['https://assay.example'] };
  await openIssuer(context, { iss: 'https://assay.example', secret: env['ASSAY_SECRET']!, rp });
  await opened.store.close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (...argv: string[]) => assay(['keys', ...argv], { env });
const keys = async () => (await run('signing', '--json')).json;

describe('assay keys', () => {
  it('lists, rotates, retires and gives up signing keys', async () => {
    const first = await keys();
    expect(first.map(({ set, role, holder }) => `${set} ${role} ${holder}`).sort()).toEqual([
      'status signs sealed',
      'token signs sealed',
    ]);
    const { kid } = first.find(({ set }) => set === 'token');
    const rotated = await run('rotate');
    expect(rotated.out).toMatch(/^\S{43} {2}token {2}next {2}from \d{4}-/);
    const again = await run('rotate', '--json');
    expect(again.json[0]).toMatchObject({ set: 'token', role: 'next' });
    expect(again.err).toContain('published already');
    expect((await run('rotate', '--set', 'status', '--json')).json[0]).toMatchObject({ set: 'status' });
    expect((await run('signing')).out.split('\n')).toHaveLength(5);
    const inUse = await run('retire', kid);
    expect([inUse.code, inUse.err]).toEqual([1, expect.stringContaining('This key signs')]);
    const next = again.json[0].kid;
    const meant = await run('compromise', kid);
    expect([meant.code, meant.err]).toEqual([2, expect.stringContaining('--yes')]);
    expect((await run('compromise', kid, '--yes', '--json')).json[0]).toEqual({
      kid,
      role: 'compromised',
      listsRevoked: 0,
      destroyed: true,
      successor: next,
    });
    expect((await run('compromise', kid, '--yes')).out).toContain(`${next} signs now`);
    expect((await run('retire', kid, '--json')).json[0]).toMatchObject({ kid, role: 'compromised' });
    expect((await keys()).find((each) => each.kid === next)).toMatchObject({ role: 'signs' });
  });

  it('knows the key holder of the settings, and says what one it does not know has kept', async () => {
    const module = join(home, 'file-keys.mjs');
    copyFileSync('examples/key-holder/file-keys.js', module);
    const held = { ...env, ASSAY_KEY_HOLDER: module };
    const of = async (...argv: string[]) => assay(['keys', ...argv], { env: held });
    const status = (await keys()).filter(({ set }) => set === 'status');
    const signs = status.find(({ role }) => role === 'signs')!.kid;
    const next = status.find(({ role }) => role === 'next')!.kid;
    for (const kid of [next, signs]) expect((await of('compromise', kid, '--yes')).code).toBe(0);
    const outside = (await keys()).find(({ set, role }) => set === 'status' && role === 'signs')!;
    expect(outside.holder).toBe('files');
    const blind = await run('compromise', outside.kid, '--yes', '--json');
    expect(blind.json[0]).toMatchObject({ role: 'compromised', destroyed: false });
    expect(blind.err).toContain('ASSAY_KEY_HOLDER');
    expect(readdirSync(join(home, 'keys'))).toHaveLength(1);
    const again = await of('compromise', outside.kid, '--yes', '--json');
    expect(again.json[0]).toMatchObject({ destroyed: true, successor: blind.json[0].successor });
    expect(readdirSync(join(home, 'keys'))).toEqual([]);
    const broken = await assay(['keys', 'signing'], {
      env: { ...env, ASSAY_KEY_HOLDER: join(home, 'none.mjs') },
    });
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('cannot be opened')]);
  });

  it('needs the secret that seals them', async () => {
    const without = await assay(['keys', 'signing'], { env: { ASSAY_HOME: home } });
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('ASSAY_SECRET')]);
    const slip = { ...env, ASSAY_SECRET: 'correct horse battery stable, thirty-two bytes' };
    const before = await keys();
    for (const set of ['token', 'status']) {
      const refused = await assay(['keys', 'rotate', '--set', set, '--json'], { env: slip });
      // A next key that is there already is only named.
      if (before.some((each) => each.set === set && each.role === 'next')) continue;
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('attest.key_locked')]);
    }
    expect(await keys()).toEqual(before);
    expect((await run('rotate', '--set', 'other')).code).toBe(2);
    expect((await run('retire', 'nobody')).err).toContain('There is no signing key nobody');
  });
});

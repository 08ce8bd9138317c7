/** The file cache: a restart without a network, a shared folder, and files that cannot be trusted to be whole. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createVerifier, type VerifierOptions } from '../../../src/client/index.js';
import { cacheFile, fileCache, folderFetch } from '../../../src/client/node-cache.js';
import { FOUND, ISS, type Kit, LIST, makeKey, makeKit, NOW, NOW_S, network } from './kit.js';

const WELL_KNOWN = `${ISS}/.well-known/human-author`;
const HOUR = 3_600_000;

let kit: Kit;
let token: string;
let folder: string;
let now = NOW;
let errors: unknown[];
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token({ exp: NOW_S + 30 * 86_400 });
});
beforeEach(() => {
  now = NOW;
  errors = [];
  folder = mkdtempSync(join(tmpdir(), 'assay-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cache = () => fileCache(join(folder, 'kept'), { onError: (error) => errors.push(error) });
const list = (change: object = {}, values: Record<number, number> = {}) =>
  kit.list({ values, claims: { exp: NOW_S + 86_400, ...change } });
const document = (change: object = {}) => JSON.stringify({ ...kit.trust.issuers[0], ...change });
/** A new process: nothing in memory, only the folder. */
const restarted = (options: VerifierOptions) =>
  createVerifier({ issuers: [ISS], cache: cache(), clock: () => now, ...options });
const unreachable = () => Promise.reject(new Error('no route'));
const found = { ...FOUND, now: undefined };

describe('a restart without a network', () => {
  test('verifies for a day with what the last process kept, and says that it is stale', async () => {
    const fetch = network({ [WELL_KNOWN]: document(), [LIST]: await list() });
    expect(await restarted({ fetch }).verify(token, found)).toMatchObject({ valid: true, stale: false });
    for (const hours of [1, 12, 23]) {
      now = NOW + hours * HOUR;
      const open = restarted({ fetch: unreachable, policy: { onStale: 'open' } });
      expect(await open.verify(token, found)).toMatchObject({
        valid: true,
        hal: 2,
        status: 'valid',
        statusAsOf: new Date((NOW_S - 10) * 1000).toISOString(),
        stale: true,
      });
      const closed = restarted({ fetch: unreachable, policy: { onStale: 'closed' } });
      expect(await closed.verify(token, found)).toMatchObject({
        valid: false,
        stale: true,
        errors: ['status.stale'],
      });
    }
    now = NOW + 25 * HOUR;
    const after = restarted({ fetch: unreachable, policy: { onStale: 'open' } });
    expect((await after.verify(token, found)).errors).toEqual(['token.unknown_key']);
  });

  test('still knows a revocation, and refuses an older list afterwards', async () => {
    const fetch = network({ [WELL_KNOWN]: document(), [LIST]: await list({}, { 5: 1 }) });
    await restarted({ fetch }).verify(token, found);
    const open = { policy: { onStale: 'open' as const } };
    expect((await restarted(open).verify(token, found)).errors).toEqual(['status.revoked']);
    const rolledBack = network({ [WELL_KNOWN]: document(), [LIST]: await list({ iat: NOW_S - 3_600 }) });
    expect((await restarted({ fetch: rolledBack }).verify(token, found)).errors).toEqual(['status.revoked']);
    expect((await restarted(open).verify(token, found)).errors).toEqual(['status.revoked']);
  });

  test('notices a removed key as soon as the issuer can be reached again', async () => {
    await restarted({ fetch: network({ [WELL_KNOWN]: document(), [LIST]: await list() }) }).verify(
      token,
      found,
    );
    const removed = document({ token_keys: [(await makeKey()).jwk] });
    const fetch = network({ [WELL_KNOWN]: removed, [LIST]: await list() });
    expect((await restarted({ fetch }).verify(token, found)).errors).toEqual(['token.unknown_key']);
    const offline = restarted({ fetch: unreachable, policy: { onStale: 'open' } });
    expect((await offline.verify(token, found)).errors).toEqual(['token.unknown_key']);
  });
});

describe('a file of the cache', () => {
  test('is named by the hash of its address, whole, and readable by its owner alone', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, count) => cache().set(LIST, `${count}`.repeat(100_000))));
    await cache().set(WELL_KNOWN, '{}');
    const kept = join(folder, 'kept');
    const listFile = `${createHash('sha256').update(LIST).digest('hex')}.jwt`;
    expect(readdirSync(kept).sort()).toEqual([listFile, cacheFile(WELL_KNOWN)].sort());
    expect(readFileSync(join(kept, listFile), 'utf8')).toMatch(/^(\d)\1{99999}$/);
    expect(statSync(join(kept, listFile)).mode & 0o777).toBe(0o600);
    expect(cacheFile(WELL_KNOWN)).toMatch(/^[0-9a-f]{64}\.json$/);
    expect(errors).toEqual([]);
  });

  test('that is damaged counts as not kept', async () => {
    await restarted({ fetch: network({ [WELL_KNOWN]: document(), [LIST]: await list() }) }).verify(
      token,
      found,
    );
    writeFileSync(join(folder, 'kept', cacheFile(LIST)), (await list()).slice(0, -9));
    expect((await restarted({}).verify(token, found)).errors).toEqual(['status.unavailable']);
    writeFileSync(join(folder, 'kept', cacheFile(WELL_KNOWN)), '{');
    expect((await restarted({}).verify(token, found)).errors).toEqual(['token.unknown_key']);
  });

  test('that is larger than any list is not read', async () => {
    await cache().set(LIST, 'x');
    writeFileSync(join(folder, 'kept', cacheFile(LIST)), Buffer.alloc(6 * 1024 * 1024, 65));
    expect(await cache().get(LIST)).toBeNull();
    expect(String(errors[0])).toContain('expected at most');
  });

  test('that cannot be written or read costs a fetch, not a verification', async () => {
    writeFileSync(join(folder, 'kept'), 'a file where the folder should be');
    const fetch = network({ [WELL_KNOWN]: document(), [LIST]: await list() });
    expect((await restarted({ fetch }).verify(token, found)).valid).toBe(true);
    expect(errors.length).toBeGreaterThan(0);
    const quiet = fileCache(join(folder, 'kept'));
    await quiet.set(LIST, 'x');
    expect(await quiet.get(LIST)).toBeNull();
  });

  test('that cannot take its place leaves no draft behind', async () => {
    mkdirSync(join(folder, 'kept', cacheFile(LIST)), { recursive: true });
    await cache().set(LIST, 'x');
    expect(errors).toHaveLength(1);
    expect(readdirSync(join(folder, 'kept'))).toEqual([cacheFile(LIST)]);
  });

  test('that does not exist is no error', async () => {
    expect(await cache().get(LIST)).toBeNull();
    expect(errors).toEqual([]);
  });
});

describe('a status directory as network', () => {
  test('is read again after the ttl, so a long-running process sees a newer list', async () => {
    const path = join(folder, cacheFile(LIST));
    const verifier = createVerifier({ trust: kit.trust, fetch: folderFetch(folder), clock: () => now });
    expect((await verifier.verify(token, found)).errors).toEqual(['status.unavailable']);
    writeFileSync(path, `${await list()}\n`);
    now += 5_000;
    expect((await verifier.verify(token, found)).valid).toBe(true);
    writeFileSync(path, await list({ iat: NOW_S }, { 5: 1 }));
    now += 59_000;
    expect((await verifier.verify(token, found)).valid).toBe(true);
    now += 1_000;
    expect((await verifier.verify(token, found)).errors).toEqual(['status.revoked']);
  });
});

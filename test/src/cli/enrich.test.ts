/** `assay enrich` on the embedded log: once, and until a signal. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../../src/cli/main.js';
import { cacheFile } from '../../../src/client/node-cache.js';
import { openEmbeddedLog } from '../../../streams/log/embedded.js';
import type { Log } from '../../../streams/log/port.js';
import { type Kit, LIST, makeKit } from '../client/kit.js';
import { json, post, put, written } from '../enrich/rig.js';
import { judgingDouble } from '../judging-double.js';
import { assay, terminal } from './terminal.js';

let folder: string;
let kit: Kit;
let token: string;
let trust: string;
const nowS = () => Math.floor(Date.now() / 1000);
const now = () => new Date().toISOString();

/** Works on the log while no command does. */
async function onLog<T>(work: (log: Log) => Promise<T>): Promise<T> {
  const log = openEmbeddedLog({ folder: join(folder, 'home', 'log') });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
const flags = (...more: string[]) => [
  'enrich',
  ...['--from', 'posts', '--to', 'attested', '--trust', trust, '--status', folder],
  ...['--home', join(folder, 'home')],
  ...more,
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-cli-enrich-'));
  kit = await makeKit();
  token = await kit.token({ iat: nowS(), exp: nowS() + 3_600 });
  const list = await kit.list({ claims: { iat: nowS(), exp: nowS() + 3_600 } });
  writeFileSync(join(folder, cacheFile(LIST)), `${list}\n`);
  trust = join(folder, 'trust.json');
  writeFileSync(trust, JSON.stringify(kit.trust));
  await onLog(async (log) => {
    await log.ensureTopics([{ name: 'posts', partitions: 6, retentionMs: 7 * 24 * 3_600_000 }]);
    await put(log, 'posts', post({ attestation: token, publishedAt: now() }));
    await put(log, 'posts', post({ id: 'p2', text: 'Edited.', attestation: token, publishedAt: now() }), {
      ce_id: 'e2',
    });
    await put(log, 'posts', post({ id: 'p3', publishedAt: now() }), { ce_id: 'e3' });
    await put(log, 'posts', '{', { ce_id: 'e4' });
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('assay enrich', () => {
  it('writes what lies on the topic once, offline, and counts what became of it', async () => {
    const { code, json: out, err } = await assay(flags('--once', '--json'));
    expect([code, err]).toEqual([0, '']);
    expect(out).toEqual([{ valid: 1, invalid: 1, unchecked: 0, none: 1, rejected: 1 }]);
    const records = await onLog((log) => written(log, 'attested'));
    expect(records.map(({ headers }) => headers['ce_attestation']).sort()).toEqual([
      'invalid',
      'none',
      'valid',
    ]);
    expect(json(records[0]!).attestationResult).toMatchObject({ valid: true, status: 'valid' });
    const letters = await assay(['dead-letters', 'list', '--home', join(folder, 'home'), '--json']);
    expect(letters.json).toMatchObject([{ code: 'request.malformed_json', topic: 'posts' }]);
    const again = await assay(flags('--once'));
    expect(again.out).toBe('0 valid, 0 invalid, 0 unchecked, 0 none, 0 rejected\n');
  });

  it('holds a list that is too old for the reader against the post, unless told otherwise', async () => {
    const strict = await assay(flags('--once', '--json', '--group', 'strict', '--max-status-age', '0'));
    expect(strict.json[0]).toMatchObject({ valid: 0, unchecked: 1, invalid: 1 });
    const open = await assay(
      flags('--once', '--json', '--group', 'open', '--max-status-age', '0', '--accept-stale'),
    );
    expect(open.json[0]).toMatchObject({ valid: 1, invalid: 1 });
  });

  it('runs until a signal, and takes what comes meanwhile', async () => {
    const { io, signals, outcome } = terminal('');
    const ended = main(flags('--group', 'running', '--json'), { io, openJudging: judgingDouble().open });
    for (let turn = 0; !outcome(0).err.includes('Posts of posts go to attested'); turn++) {
      if (turn === 500) throw new Error(`not started: ${outcome(0).err}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    signals.emit('SIGTERM', 'SIGTERM');
    expect(await ended).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcome(0).json).toHaveLength(1);
  });

  it('says before it begins what it cannot work with', async () => {
    const missing = await assay(flags('--once', '--trust', '/nonexistent'));
    expect([missing.code, missing.err]).toEqual([
      expect.any(Number),
      expect.stringContaining('cannot be read'),
    ]);
    const unfit = join(folder, 'unfit.json');
    const issuer = { ...kit.trust.issuers[0]!, status_keys: [kit.tokenKey.jwk] };
    writeFileSync(unfit, JSON.stringify({ issuers: [issuer] }));
    const both = await assay(flags('--once', '--trust', unfit));
    expect(both.err).toContain('signs both tokens and lists');
    const round = await assay(flags('--once', '--to', 'posts'));
    expect(round.err).toContain('expected two topics');
    expect((await assay(flags('--once', '--from', 'nowhere'))).err).toContain('nowhere');
    expect((await assay(['enrich', '--from', 'posts'])).code).not.toBe(0);
  });
});

/** The example platform as a process of its own, with the library installed as a package, against a real list server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { accountBinding } from '../../src/client/index.js';
import { type Kit, makeKit, TEXT } from '../src/client/kit.js';
import { installInto, ROOT } from '../src/client/shipped.js';

let folder: string;
let lists: Server;
let platform: ChildProcess;
let url: string;
let kit: Kit;
let listUrl: string;
const revoked = new Set<number>();

const nowS = () => Math.floor(Date.now() / 1000);
const token = (idx: number, change: object = {}) =>
  kit.token({
    iat: nowS(),
    exp: nowS() + 3_600,
    jti: `${String.fromCharCode(65 + idx).repeat(21)}A`,
    status: { status_list: { idx, uri: listUrl } },
    ...change,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-platform-'));
  kit = await makeKit();
  lists = createServer(async (_request, response) => {
    const values = Object.fromEntries([...revoked].map((idx) => [idx, 1]));
    response.end(await kit.list({ uri: listUrl, values, claims: { iat: nowS(), exp: nowS() + 3_600 } }));
  });
  await new Promise<void>((resolve) => lists.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`;
  listUrl = `${origin}/status/1`;
  installInto(folder, ['jose', 'parse5', 'entities', 'express']);
  const trust = { issuers: [{ ...kit.trust.issuers[0]!, status_origins: [origin] }] };
  writeFileSync(join(folder, 'trust.json'), JSON.stringify(trust));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  copyFileSync(join(ROOT, 'examples/feed-platform/server.js'), join(folder, 'server.js'));
  platform = spawn(process.execPath, ['server.js'], { cwd: folder, env: { ...process.env, PORT: '0' } });
  let said = '';
  platform.stderr!.on('data', (text) => {
    said += text;
  });
  url = await new Promise<string>((resolve, reject) => {
    platform.stdout!.once('data', (line) => resolve(String(line).trim()));
    platform.once('exit', () => reject(new Error(`the platform ended: ${said}`)));
  });
}, 60_000);
afterAll(async () => {
  if (platform?.exitCode === null) {
    const ended = new Promise((resolve) => platform.once('exit', resolve));
    platform.kill();
    await ended;
  }
  lists?.close();
  rmSync(folder, { recursive: true, force: true });
});

const send = (account: string | null, body: object) =>
  fetch(`${url}/posts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(account ? { 'x-account': account } : {}) },
    body: JSON.stringify(body),
  });
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
const feed = async (show?: string): Promise<any> =>
  (await fetch(`${url}/feed${show ? `?show=${show}` : ''}`)).json();

test('its feed shows a reader what the reader asked for, and says why', async () => {
  const vouched = await token(1);
  const key = { lvl: { prs: 1, unq: 0, cmp: 0 }, hal: 1, acc: await accountBinding('forum', 'cid') };
  revoked.add(3);
  await send('ann', { text: TEXT, attestation: vouched });
  await send('bob', { text: TEXT, attestation: vouched });
  await send('ann', { text: 'Something else.', attestation: await token(2) });
  await send('cid', { text: TEXT, attestation: await token(4, key) });
  await send('ann', { text: TEXT, attestation: await token(3) });
  await send('dan', { text: 'No token.' });
  await send('ann', { text: TEXT, attestation: vouched });
  expect((await feed()).map((each: { id: string }) => each.id)).toEqual(['1']);
  expect(await feed('approved')).toMatchObject([
    { id: '1', label: 'account_vouched', hal: 2 },
    { id: '4', label: 'approved_by_account_key', hal: 1 },
  ]);
  expect((await feed('all')).map((each: { reason: string }) => each.reason)).toEqual([
    'meets_policy',
    'other_account',
    'edited',
    'meets_policy',
    'revoked',
    'no_token',
    'reused',
  ]);
  expect(await feed('strict')).toEqual([]);
  expect((await fetch(`${url}/feed?show=everything`)).status).toBe(400);
  expect((await send(null, { text: TEXT })).status).toBe(401);
  expect((await send('ann', { text: 7, attestation: vouched })).status).toBe(400);
  expect((await send('ann', { text: TEXT, attestation: 7 })).status).toBe(201);
  expect((await feed()).map((each: { id: string }) => each.id)).toEqual(['1']);
}, 30_000);

test('it has about thirty lines, as the documentation says', () => {
  const lines = readFileSync(join(ROOT, 'examples/feed-platform/server.js'), 'utf8').trim().split('\n');
  expect(lines.length).toBeLessThanOrEqual(36);
});

/** Runs every block of JavaScript in docs/client.md, with the library installed as a package, and compares what it prints. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeKit, TEXT } from '../src/client/kit.js';
import { clientEntries, installInto, ROOT } from '../src/client/shipped.js';

const text = readFileSync(join(ROOT, 'docs/client.md'), 'utf8');
const blocks = [...text.matchAll(/```js\n([\s\S]*?)```\n```output\n([\s\S]*?)```/g)].map(
  ([, code, output]) => [code!, output!] as const,
);

let folder: string;
let lists: Server;
const nowS = () => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-docs-'));
  const kit = await makeKit();
  let uri = '';
  lists = createServer(async (_request, response) => {
    response.end(await kit.list({ uri, claims: { iat: nowS(), exp: nowS() + 86_400 } }));
  });
  await new Promise<void>((resolve) => lists.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`;
  uri = `${origin}/status/1`;
  const claims = { iat: nowS(), exp: nowS() + 86_400, status: { status_list: { idx: 5, uri } } };
  const post = { author: { id: 'ann' }, text: TEXT, attestation: await kit.token(claims) };
  const trust = { issuers: [{ ...kit.trust.issuers[0]!, status_origins: [origin] }] };
  writeFileSync(join(folder, 'trust.json'), JSON.stringify(trust));
  writeFileSync(join(folder, 'post.json'), JSON.stringify(post));
  installInto(folder, ['jose', 'parse5', 'express', 'fastify', 'hono']);
}, 60_000);
afterAll(() => {
  lists?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(blocks.map(([code, output], index) => [index + 1, code, output] as const))(
  'block %i prints what the documentation says',
  async (index, code, output) => {
    const file = join(folder, `block-${index}.mjs`);
    writeFileSync(file, code);
    const run = await promisify(execFile)(process.execPath, [file], { cwd: folder, timeout: 15_000 });
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe(output);
  },
);

test('no block of JavaScript is left without its output, and every entry is described', () => {
  expect(blocks.length).toBe(text.match(/```js\n/g)!.length);
  expect(blocks.length).toBeGreaterThan(5);
  for (const name of Object.keys(clientEntries())) {
    const entry = name.replace('./', 'assay/');
    expect(text.includes(entry) || text.includes(`…${entry.slice('assay/client'.length)}`)).toBe(true);
  }
});

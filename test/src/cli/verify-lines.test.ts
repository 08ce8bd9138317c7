/** Lines of `assay verify --jsonl`: whatever stands in them, each gets its answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { LineVerifier, listFile, statusFolder } from '../../../src/cli/verify-lines.js';
import { createVerifier } from '../../../src/client/html.js';
import { type Kit, LIST, makeKit, NOW, TEXT } from '../client/kit.js';

let kit: Kit;
let folder: string;
let token: string;
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token();
  folder = mkdtempSync(join(tmpdir(), 'assay-lists-'));
  writeFileSync(join(folder, listFile(LIST)), `${await kit.list()}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const lines = () =>
  new LineVerifier(createVerifier({ trust: kit.trust, cache: statusFolder(folder), clock: () => NOW }));
const place = () => ({ token, text: TEXT, platform: 'forum', author: 'ann' });
const answer = (line: unknown) => lines().answer(Buffer.from(JSON.stringify(line)), 7);

test('a token that holds is answered with its id, or with its line where it has none', async () => {
  expect(await answer({ id: 'a', ...place() })).toMatchObject({ id: 'a', valid: true, reused: false });
  expect(await answer({ id: 5, ...place() })).toMatchObject({ id: 5, valid: true });
  expect(await answer(place())).toMatchObject({ line: 7, valid: true });
});

test('HTML and entities are looked at', async () => {
  expect(await answer({ ...place(), text: undefined, html: `<p>${TEXT}</p>` })).toMatchObject({
    valid: true,
  });
  const facets = [{ start: 0, end: 1, type: 'link', uri: 'https://evil.example/' }];
  expect(await answer({ ...place(), facets })).toMatchObject({ errors: ['content.different'] });
  for (const odd of [[5], [null], [{ ...facets[0], start: '0' }], [{ ...facets[0], uri: 5 }], 'x'])
    expect(await answer({ ...place(), facets: odd })).toMatchObject({ errors: ['content.unchecked'] });
  expect(await answer({ ...place(), facets: null })).toMatchObject({ valid: true });
});

describe('members of the wrong type', () => {
  test.each([
    ['a token', { token: { payload: 'x' } }, 'token.malformed'],
    ['no token', { token: undefined }, 'token.malformed'],
    ['a text', { text: 5 }, 'content.unchecked'],
    ['an author', { author: 5 }, 'author.unchecked'],
    ['an author’s id', { author: { id: ['ann'] } }, 'author.unchecked'],
    ['a platform', { platform: 5 }, 'token.audience'],
  ])('%s is no error but an answer', async (_name, change, code) => {
    expect(await answer({ id: 'a', ...place(), ...change })).toMatchObject({ valid: false, errors: [code] });
  });
});

test('a line that is no object, no JSON or no UTF-8 is answered with what is wrong', async () => {
  const bad: [string | Buffer, string][] = [
    ['[]', 'request.invalid'],
    ['null', 'request.invalid'],
    ['{', 'request.malformed_json'],
    [Buffer.from([0x22, 0xff, 0x22]), 'request.invalid_utf8'],
    ['['.repeat(50) + ']'.repeat(50), 'request.too_deep'],
  ];
  for (const [text, code] of bad) {
    expect(await lines().answer(Buffer.from(text), 3)).toEqual({
      line: 3,
      error: { code, message: expect.any(String) as never },
    });
  }
});

test('a list that is not in the folder is not known', async () => {
  const elsewhere = await kit.token({ status: { status_list: { idx: 5, uri: `${LIST}1` } } });
  expect(await answer({ ...place(), token: elsewhere })).toMatchObject({ errors: ['status.unavailable'] });
});

test('a list file that is longer than any list, or no file, is told once and its tokens have no status', async () => {
  const told: Error[] = [];
  const odd = [`${LIST}/large`, `${LIST}/folder`];
  writeFileSync(join(folder, listFile(odd[0]!)), Buffer.alloc(LIMITS.statusListTextBytes + 1, 0x41));
  mkdirSync(join(folder, listFile(odd[1]!)));
  let now = NOW;
  const cache = statusFolder(folder, (error) => told.push(error));
  const verifier = new LineVerifier(createVerifier({ trust: kit.trust, cache, clock: () => now }));
  for (let turn = 0; turn < 3; turn++, now += 5_000) {
    for (const uri of odd) {
      const elsewhere = await kit.token({ status: { status_list: { idx: 5, uri } } });
      const line = Buffer.from(JSON.stringify({ ...place(), token: elsewhere }));
      expect(await verifier.answer(line, 1)).toMatchObject({ errors: ['status.unavailable'] });
    }
    expect(await verifier.answer(Buffer.from(JSON.stringify({ id: 'good', ...place() })), 2)).toMatchObject({
      valid: true,
    });
  }
  expect(told.map((error) => (error as { code?: string }).code)).toEqual([
    'request.too_large',
    'request.invalid',
  ]);
  expect(told[0]!.message).toContain(`at most ${LIMITS.statusListTextBytes} bytes`);
});

test('a trust list that is not usable ends the run', async () => {
  const trust = { issuers: [{ ...kit.trust.issuers[0]!, status_origins: ['data:x'] }] };
  const broken = new LineVerifier(createVerifier({ trust, clock: () => NOW }));
  await expect(broken.answer(Buffer.from('{"token":"e30.e30.AA"}'), 1)).resolves.toMatchObject({
    errors: ['token.header'],
  });
  const line = Buffer.from(JSON.stringify(place()));
  await expect(broken.answer(line, 2)).rejects.toMatchObject({ code: 'config.invalid' });
});

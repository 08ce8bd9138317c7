import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kit, LIST, makeKit, TEXT } from '../client/kit.js';
import { assay } from './terminal.js';

let folder: string;
let kit: Kit;
let flags: string[];
let token: string;

const nowS = () => Math.floor(Date.now() / 1000);

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const fresh = (change: object = {}) => kit.token({ iat: nowS(), exp: nowS() + 3_600, ...change });

const putList = async (values: Record<number, number> = {}) => {
  const list = await kit.list({ values, claims: { iat: nowS(), exp: nowS() + 3_600 } });
  put(`${createHash('sha256').update(LIST).digest('hex')}.jwt`, `${list}\n`);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-verify-'));
  kit = await makeKit();
  token = await fresh();
  const trust = put('trust.json', JSON.stringify(kit.trust));
  flags = ['verify', '--trust', trust, '--status', folder, '--platform', 'forum', '--author', 'ann'];
  await putList();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('assay verify', () => {
  it('finds a token valid for its text, author and platform, without a network', async () => {
    const { code, json } = await assay([...flags, '--token', token, '--json'], { input: TEXT });
    expect(json[0]).toMatchObject({
      valid: true,
      author: 'match',
      content: 'exact',
      status: 'valid',
      errors: [],
    });
    expect(code).toBe(0);
    const file = put('text.txt', TEXT);
    const words = await assay([...flags, '--token-file', put('token', `${token}\n`), file]);
    expect(words.out).toMatch(/^valid: /);
    expect(words.out).toContain('author match, content exact');
  });

  it('tells what is wrong, with exit code 1 and nothing on standard error', async () => {
    const { code, out, err } = await assay([...flags, '--token', token], { input: 'Another text.' });
    expect(out).toContain('not valid: content.different');
    expect([code, err]).toEqual([1, '']);
    const html = await assay([...flags, '--token', token, '--html', '--json'], { input: `<p>${TEXT}</p>` });
    expect(html.json[0]).toMatchObject({ content: 'exact', reported: [] });
    const hidden = await assay([...flags, '--token', token, '--html'], {
      input: `<p>${TEXT}<i hidden>!</i></p>`,
    });
    expect(hidden.out).toContain('reported hidden_text');
    const strict = await assay([...flags, '--token', token, '--min-hal', '3', '--json'], { input: TEXT });
    expect(strict.json[0].errors).toContain('policy.hal');
  });

  it('accepts a token without its status list only when told to', async () => {
    const bare = flags.filter((flag) => flag !== '--status' && flag !== folder);
    const closed = await assay([...bare, '--token', token, '--json'], { input: TEXT });
    expect(closed.json[0]).toMatchObject({ valid: false, errors: ['status.unavailable'] });
    const missing = await assay([...bare, '--status', '/nonexistent', '--token', token], { input: TEXT });
    expect(missing.out).toContain('status.unavailable');
    const open = await assay([...bare, '--accept-stale', '--token', token], { input: TEXT });
    expect(open.code).toBe(0);
    expect(open.out).toContain('status unknown (stale)');
  });

  it('says on standard error which list it would not read, and goes on', async () => {
    const uri = `${LIST}/large`;
    put(`${createHash('sha256').update(uri).digest('hex')}.jwt`, 'A'.repeat(6_000_000));
    const lost = await fresh({ status: { status_list: { idx: 5, uri } } });
    const words = await assay([...flags, '--token', lost], { input: TEXT });
    expect(words.out).toContain('not valid: status.unavailable');
    expect(words.err).toMatch(
      /^assay: .*expected at most 5657942 bytes, found more \(request\.too_large\)\n$/,
    );
    const place = { text: TEXT, platform: 'forum', author: 'ann' };
    const input = [lost, token, lost].map((each) => JSON.stringify({ token: each, ...place })).join('\n');
    const { json, err } = await assay([...flags, '--jsonl'], { input });
    expect(json.map(({ errors }) => errors)).toEqual([['status.unavailable'], [], ['status.unavailable']]);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'request.too_large' } });
  });

  it('reads many from one file, and goes on behind a bad line', async () => {
    const good = { token, text: TEXT, platform: 'forum', author: { id: 'ann' } };
    const lines = [{ id: 'a', ...good }, '{', { ...good, text: 'x' }, 'z'.repeat(17 * 1024 * 1024)];
    const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    const { code, json, err } = await assay([...flags, '--jsonl'], { input });
    expect(json).toMatchObject([
      { id: 'a', valid: true },
      { line: 2, error: { code: 'request.malformed_json' } },
      { line: 3, valid: false },
      { line: 4, error: { code: 'request.too_large' } },
    ]);
    expect([code, err]).toEqual([1, '']);
    expect((await assay([...flags, '--jsonl'], { input: JSON.stringify(good) })).code).toBe(0);
  });

  it('verifies as of another time, and by another age of lists', async () => {
    const later = new Date(Date.now() + 200_000).toISOString();
    const at = async (...more: string[]) =>
      (await assay([...flags, '--token', token, '--json', '--at', ...more], { input: TEXT })).json[0].errors;
    expect(await at(later)).toEqual([]);
    expect(await at(later, '--max-status-age', '100')).toEqual(['status.stale']);
    expect(await at(String(nowS() + 400))).toEqual(['status.stale']);
    expect(await at('2031-01-01T00:00:00+01:00')).toContain('token.expired');
  });

  it('says when the command itself makes no sense', async () => {
    const cases: [string[], string][] = [
      [[...flags], '--token'],
      [[...flags, '--token', 'x', '--token-file', 'y'], 'cannot be used with'],
      [[...flags, '--token-file', '/nonexistent'], 'cannot be read'],
      [['verify', '--token', token], '--trust'],
      [['verify', '--trust', '/nonexistent', '--token', token], 'cannot be read'],
      [['verify', '--trust', put('bad.json', '{"issuers":[{}]}'), '--token', token], '/issuers/0/iss'],
      [['verify', '--trust', put('none.json', 'nothing'), '--token', token], 'not a trust list'],
      [[...flags, '--min-hal', '4', '--token', token], 'from 0 to 3'],
      [[...flags, '--at', 'tomorrow', '--token', token], 'expected a time'],
      [[...flags, '--at', '2030-13-45T00:00:00Z', '--token', token], 'expected a time'],
      [[...flags, '/nonexistent', '--token', token], 'cannot be read'],
    ];
    for (const [argv, words] of cases) {
      const { code, err, out } = await assay(argv, { input: TEXT });
      expect(err).toContain(words);
      expect([code, out]).toEqual([2, '']);
    }
  });

  it('sees a revocation in the status folder', async () => {
    await putList({ [kit.claims.status.status_list.idx]: 1 });
    const { json } = await assay([...flags, '--token', token, '--json'], { input: TEXT });
    expect(json[0]).toMatchObject({ valid: false, status: 'revoked' });
  });
});

/** The command itself; what it says of evidence is test/evidence/'s matter. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { listFile } from '../../../src/cli/verify-lines.js';
import { pem } from '../../evidence/certificate.js';
import { judgeFiles } from '../../evidence/corpus.js';
import { NONCE, NOW, presentation, STATUS_URI, VERIFIER } from '../../evidence/credentials.js';
import { rootOf } from '../../evidence/models.js';
import { assay } from './terminal.js';

let folder: string;
const path = (name: string) => join(folder, name);
const put = (name: string, text: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-evidence-cli-'));
  for (const [name, content] of judgeFiles()) if (!name.includes('/')) put(name, content);
  put('foreign.pem', pem(rootOf('good').bytes));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (flags: readonly string[], input = '') =>
  assay(['evidence', '--jsonl', '--trust', path('trust.json'), ...flags], { input });
const line = (more: object = {}) =>
  JSON.stringify({
    kind: 'sd-jwt',
    input: presentation(),
    expected: { aud: VERIFIER, nonce: NONCE, at: NOW },
    ...more,
  });

describe('assay evidence', () => {
  it('answers line by line, in their order, by id or by number, and reads on behind a bad one', async () => {
    const input = [line({ id: 'a' }), '{', '', line(), line({ id: 7, kind: 'x' })].join('\n');
    const { code, json, err } = await run([], input);
    expect(json).toEqual([
      { id: 'a', accepted: true, unq: 2 },
      { line: 2, accepted: false, error: 'evidence.malformed' },
      { line: 4, accepted: true, unq: 2 },
      { id: 7, accepted: false, error: 'evidence.malformed' },
    ]);
    expect([code, err]).toEqual([1, '']);
  });

  it('never takes the number of a line for an id that another line has', async () => {
    const { json } = await run([], [line({ id: 2 }), line(), line({ id: null })].join('\n'));
    expect(json).toEqual([
      { id: 2, accepted: true, unq: 2 },
      { line: 2, accepted: true, unq: 2 },
      { line: 3, accepted: true, unq: 2 },
    ]);
  });

  it('ends with 0 when every line could be read, whatever was refused', async () => {
    expect((await run([], line({ input: 'x' }))).code).toBe(0);
    expect((await run([], '')).code).toBe(0);
  });

  it('takes times as seconds, milliseconds and RFC 3339', async () => {
    const at = [
      NOW,
      NOW * 1000,
      new Date(NOW * 1000).toISOString(),
      '2030-01-15T13:00:00+01:00',
      NOW + 86_401,
    ];
    const lines = at.map((each) => line({ expected: { aud: VERIFIER, nonce: NONCE, at: each } }));
    const { json } = await run([], lines.join('\n'));
    expect(json.map(({ accepted }) => accepted)).toEqual([true, true, true, true, false]);
    const [now] = (await run([], line({ expected: { aud: VERIFIER, nonce: NONCE } }))).json;
    expect(now).toMatchObject({ accepted: false });
  });

  it('passes over a line that is too long', async () => {
    const { json, code } = await run([], `${'x'.repeat(LIMITS.batchBodyBytes + 1)}\n${line()}`);
    expect(json).toEqual([
      { line: 1, accepted: false, error: 'evidence.too_large' },
      { line: 2, accepted: true, unq: 2 },
    ]);
    expect(code).toBe(1);
  });

  it('says when a status list cannot be read', async () => {
    put(listFile(STATUS_URI), 'x'.repeat(LIMITS.statusListTextBytes + 1));
    const status = { status: { status_list: { idx: 1, uri: STATUS_URI } } };
    const { json, err } = await run(['--status', folder], line({ input: presentation({ claims: status }) }));
    expect(json).toEqual([{ line: 1, accepted: false, error: 'sd_jwt.status' }]);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'request.too_large' } });
  });

  it.each<[string, () => string[], string]>([
    ['metadata without a root', () => ['--metadata', path('metadata.jwt')], 'together'],
    ['a root without metadata', () => ['--metadata-root', path('metadata-root.pem')], 'together'],
    [
      'metadata of another root',
      () => ['--metadata', path('metadata.jwt'), '--metadata-root', path('foreign.pem')],
      'configured root',
    ],
    [
      'a root that is none',
      () => ['--metadata', path('metadata.jwt'), '--metadata-root', path('trust.json')],
      'PEM',
    ],
    [
      'a missing file',
      () => ['--metadata', path('none'), '--metadata-root', path('metadata-root.pem')],
      'cannot be read',
    ],
  ])('does not begin with %s', async (_what, flags, message) => {
    const { code, out, err } = await run(flags(), line());
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  const issuer = { iss: 'https://a.example', token_keys: [] };
  it.each<[string, unknown, string]>([
    ['a list that is none', { issuers: [{ iss: 'x' }] }, 'is not a trust list: /issuers/0/token_keys'],
    ['an issuer twice', { issuers: [issuer, issuer] }, 'stands twice'],
    [
      'a key that is none',
      { issuers: [{ ...issuer, token_keys: [{ kty: 'EC', crv: 'P-256', x: 'A', y: 'A' }] }] },
      'token_keys',
    ],
  ])('does not begin with %s', async (_what, trust, message) => {
    const { code, err } = await assay(
      ['evidence', '--jsonl', '--trust', put('odd.json', JSON.stringify(trust))],
      { input: '' },
    );
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('wants its lines as lines, and a trust list', async () => {
    expect((await assay(['evidence', '--trust', path('trust.json')])).code).toBe(2);
    expect((await assay(['evidence', '--jsonl'])).code).toBe(2);
  });
});

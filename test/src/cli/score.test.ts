import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { main } from '../../../src/cli/main.js';
import { judgingDouble } from '../judging-double.js';
import { assay, terminal } from './terminal.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-score-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const jsonl = (...lines: unknown[]): string =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');

const letter = 'From: ann@example.com\r\nSubject: Hi\r\n\r\nA machine wrote this letter.\r\n';

describe('assay score', () => {
  it('says in words what it thinks of a text, and why', async () => {
    const { code, out, err } = await assay(['score'], { input: 'a machine wrote this' });
    expect(code).toBe(0);
    expect(out).toContain('machine: probability 98.2% (95% 0.0% to 100.0%) at prior 0.5');
    expect(out).toContain('+4.00  sentence of word');
    expect(out).toContain('detector word@1');
    expect(err).toBe('');
    expect((await assay(['score'], { input: 'a person' })).out).toContain('-4.00  sentence of word');
  });

  it('reads a file, HTML, a letter, and says the same as JSON', async () => {
    const file = join(folder, 'letter.eml');
    writeFileSync(file, letter);
    const { json } = await assay(['score', file, '--raw', '--json']);
    expect(json).toEqual([
      {
        probability: expect.closeTo(0.982, 3),
        llr: 4,
        band: 'machine',
        symbols: [expect.objectContaining({ name: 'text.word', contribution: 4 })],
        detector: 'word@1',
      },
    ]);
    expect((await assay(['score', '--html', '--json'], { input: '<p>a person' })).json[0].llr).toBe(-4);
    const email = await assay(['score', '--kind', 'email', '--json'], { input: 'a machine' });
    expect(email.json[0].llr).toBe(4);
  });

  it('takes another prior', async () => {
    const { json } = await assay(['score', '--json', '--prior', '.01'], { input: 'neither' });
    expect(json[0].probability).toBeCloseTo(0.01);
  });

  it.each([
    [['score', join('/nonexistent', 'file')], '', 2, 'cannot be read (ENOENT)'],
    [['score'], Buffer.from([0xff, 0xfe, 0x41]), 1, 'expected UTF-8'],
    [['score'], 'x'.repeat(LIMITS.textCodePoints + 1), 1, 'code points'],
    [['score', '--raw'], 'no letter', 1, 'header fields'],
    [['score'], 'x'.repeat(LIMITS.mailBytes + 1), 1, 'bytes, found more'],
    [['score', '--prior', '1'], '', 2, 'above 0 and below 1'],
    [['score', '--prior', 'x'], '', 2, 'above 0 and below 1'],
    [['score', '--detector', 'best'], '', 2, 'first-stage'],
    [['score', '--raw', '--html'], '', 2, 'cannot be used with'],
  ])('refuses %j with a sentence and an exit code', async (argv, input, code, words) => {
    const outcome = await assay(argv, { input });
    expect(outcome.code).toBe(code);
    expect(outcome.err).toContain(words);
    expect(outcome.out).toBe('');
  });
});

describe('assay score --jsonl', () => {
  it('answers line by line in the order of the input, for posts, bare mail texts and raw letters', async () => {
    const input = jsonl(
      { id: 'a', kind: 'post', text: 'a machine', label: 'ignored' },
      { id: 7, kind: 'email', text: 'a person' },
      { kind: 'post', html: '<b>neither</b>' },
      { id: 'd', kind: 'email', raw: letter },
      { id: 'e', kind: 'email', raw: Buffer.from(letter).toString('base64') },
    );
    const { code, json, err } = await assay(['score', '--jsonl', '-'], { input });
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(json.map(({ id, llr, band }) => [id, llr, band])).toEqual([
      ['a', 4, 'machine'],
      [7, -4, 'no_machine_signs'],
      [3, 0, 'uncertain'],
      ['d', 4, 'machine'],
      ['e', 4, 'machine'],
    ]);
    expect(Object.keys(json[0]).sort()).toEqual(['band', 'detector', 'id', 'llr', 'probability', 'symbols']);
  });

  it('reports bad lines with their number, goes on, and ends with 1', async () => {
    const bad = [
      '{not json',
      { kind: 'post' },
      { kind: 'post', text: 'x', html: 'y' },
      { kind: 'post', raw: letter },
      { kind: 'essay', text: 'x' },
      { kind: 'post', text: '\ud800' },
      { kind: 'email', raw: 'no letter' },
      '[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]',
    ];
    const input = jsonl({ id: 'first', kind: 'post', text: 'a person' }, ...bad, '', {
      id: 'last',
      kind: 'post',
      text: 'a machine',
    });
    const { code, json, err } = await assay(['score', '--jsonl'], { input });
    expect(code).toBe(1);
    expect(json.map(({ id }) => id)).toEqual(['first', 'last']);
    const lines = err.trim().split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((n) => `line ${n}`));
    expect(err).not.toContain('not json');
    const asJson = await assay(['score', '--jsonl', '--json'], { input });
    expect(JSON.parse(asJson.err.split('\n')[0] as string)).toEqual({
      line: 2,
      error: { code: 'request.malformed_json', message: expect.any(String) },
    });
  });

  it('bounds a line, and reads on behind one that is too long', async () => {
    const pieces = new PassThrough();
    const long = Buffer.alloc(1024 * 1024, 0x78);
    for (let at = 0; at < 17; at++) pieces.write(long);
    pieces.end(`\n${JSON.stringify({ id: 'after', kind: 'post', text: 'a person' })}`);
    const { code, json, err } = await assay(['score', '--jsonl'], { input: pieces });
    expect(code).toBe(1);
    expect(json.map(({ id }) => id)).toEqual(['after']);
    expect(err).toContain('line 1: expected at most');
  });

  it('reads no further than it can write, and loses nothing', async () => {
    const count = 3_000;
    let made = 0;
    async function* lines() {
      for (; made < count; made++)
        yield Buffer.from(`${JSON.stringify({ id: made, kind: 'post', text: 'a person' })}\n`);
    }
    const { Readable } = await import('node:stream');
    const { io } = terminal(Readable.from(lines(), { objectMode: false }));
    const slow = new PassThrough({ highWaterMark: 1_024 });
    const finished = main(['score', '--jsonl'], {
      io: { ...io, out: slow },
      openJudging: judgingDouble().open,
    });
    for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(count);
    let text = '';
    slow.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    expect(await finished).toBe(0);
    const ids = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual(Array.from({ length: count }, (_none, at) => at));
  });

  it('closes the detector, also after a failure of its own', async () => {
    const double = judgingDouble();
    await assay(['score'], { input: 'poison', openJudging: double.open });
    expect(double.closed).toBe(1);
  });
});

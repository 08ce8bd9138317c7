/** `assay canonicalise`: answers in order, reasons for texts without a canonical form, and bad lines that cost only themselves. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { main } from '../../../src/cli/main.js';
import { assay, terminal } from './terminal.js';

interface Vector {
  name: string;
  input: object;
  expected: { error?: string; canonical: string; h: string; w: string | null; reported: string[] };
}
const { cases } = JSON.parse(readFileSync(new URL('../../vectors/hpt-1.json', import.meta.url), 'utf8')) as {
  cases: Vector[];
};

const lines = (...each: unknown[]) =>
  each.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');

describe('assay canonicalise --jsonl', () => {
  it('answers every vector, in the order of the input', async () => {
    const input = lines(...cases.map(({ name, input: one }) => ({ id: name, platform: 'any', ...one })));
    const { code, json, err } = await assay(['canonicalise', '--jsonl'], { input });
    expect(json).toEqual(
      cases.map(({ name, expected: { error, canonical, h, w, reported } }) =>
        error === undefined ? { id: name, h, w, canonical, reported } : { id: name, error },
      ),
    );
    expect([code, err]).toEqual([0, '']);
  });

  it('goes on behind a line that cannot be read, and says so with the exit code', async () => {
    const input = lines(
      { id: 'a', text: 'one' },
      '{"id": "b", "text": ',
      { id: 'c', text: 5 },
      { text: 'two' },
      { id: 7, text: 'x', html: 'x' },
      { id: 'none' },
      { id: 'f', text: 'ab', facets: [{ start: 0, end: 1, type: 'other' }] },
    );
    const { code, json } = await assay(['canonicalise', '--jsonl'], { input });
    expect(json).toMatchObject([
      { id: 'a', canonical: 'one' },
      { line: 2, error: 'request.malformed_json' },
      { id: 'c', error: 'request.invalid' },
      { line: 4, canonical: 'two' },
      { id: 7, error: 'not_one_text' },
      { id: 'none', error: 'not_one_text' },
      { id: 'f', error: 'request.invalid' },
    ]);
    expect(code).toBe(1);
  });

  it('refuses a line longer than a batch and a text longer than any post', async () => {
    const input = lines('x'.repeat(17 * 1024 * 1024), { id: 'long', text: 'x'.repeat(100_001) });
    const { code, json } = await assay(['canonicalise', '--jsonl'], { input });
    expect(json).toEqual([
      { line: 1, error: 'request.too_large' },
      { id: 'long', error: 'too_long' },
    ]);
    expect(code).toBe(1);
  });

  it('answers a line before the next one is there', async () => {
    const source = new Readable({ read() {} });
    const shell = terminal(source);
    const done = main(['canonicalise', '--jsonl'], { io: shell.io });
    source.push(`${JSON.stringify({ id: 1, text: 'first' })}\n`);
    const deadline = Date.now() + 10_000;
    while (!shell.written.includes('"id":1') && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(shell.written).toContain('"canonical":"first"');
    source.push(null);
    expect(await done).toBe(0);
  });
});

describe('assay canonicalise', () => {
  it('shows one text in words, or as JSON', async () => {
    const words = await assay(['canonicalise'], { input: 'Hel\u200blo,   you.\n' });
    expect(words.out).toMatch(/^Hello, you\.\n\nh [\w-]{43}\nw [\w-]{43}\nreported zero_width\n$/);
    const bare = await assay(['canonicalise'], { input: '?!' });
    expect(bare.out).toMatch(/^\?!\n\nh [\w-]{43}\nw -\n$/);
    const html = await assay(['canonicalise', '--html', '--json'], { input: '<p>a<br>b</p>' });
    expect(html.json[0]).toMatchObject({ canonical: 'a\nb', reported: [] });
  });

  it('says why a text has no canonical form', async () => {
    const words = await assay(['canonicalise'], { input: 'a\u0000b' });
    expect([words.code, words.out, words.err]).toEqual([1, '', 'no canonical form: control_character\n']);
    const json = await assay(['canonicalise', '--json'], { input: 'a\u0000b' });
    expect([json.code, json.json]).toEqual([1, [{ error: 'control_character' }]]);
  });
});

/** The suite against verifiers made for the purpose: each way to fail is told apart. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AttackRun, attackRun } from '../../../src/cli/attack-run.js';
import { endGroup, endWithUs } from '../../../src/cli/process-group.js';
import { assay } from './terminal.js';

let folder: string;
let corpus: string;
const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-suite's-"));
  corpus = join(folder, 'corpus');
  for (const name of ['', 'status', 'older']) mkdirSync(join(corpus, name), { recursive: true });
  const run = { at: '2030-01-15T00:00:00Z', maxStatusAgeS: 300, trust: 'trust.json', status: 'status' };
  const runs = [
    { ...run, name: 'main', lines: 'main.jsonl' },
    { ...run, name: 'turn', lines: 'turn.jsonl', replaced: { after: 1, by: 'older' } },
    { ...run, name: 'bad', lines: 'bad.jsonl', trust: 'bad.json', mayRefuse: true },
  ];
  const attack = { valid: false, codes: ['token.header', 'token.malformed'] };
  const cases = [
    { id: 'good', run: 'main', title: 'a good line', valid: true, codes: [] },
    { id: 'evil', run: 'main', title: 'a bad line', ...attack },
    { id: 'first', run: 'turn', title: 'before', ...attack },
    { id: 'second', run: 'turn', title: 'after', ...attack },
    { id: 'trust', run: 'bad', title: 'a bad trust list', ...attack },
  ];
  put('corpus/corpus.json', JSON.stringify({ corpus: 'assay-attacks-1', runs, cases }));
  put('corpus/trust.json', '{}');
  put('corpus/bad.json', '{"bad":true}');
  put('corpus/status/list', 'newer');
  put('corpus/older/list', 'older');
  for (const [name, ids] of [
    ['main', ['good', 'evil']],
    ['turn', ['first', 'second']],
    ['bad', ['trust']],
  ] as const) {
    put(`corpus/${name}.jsonl`, ids.map((id) => `${JSON.stringify({ id, token: 'x' })}\n`).join(''));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A verifier that answers each line by a function of its id, the list it found, and its options. */
const verifier = (name: string, answer: string, start = '') => {
  const path = put(
    `${name}.mjs`,
    `import { readFileSync } from 'node:fs';
     import { createInterface } from 'node:readline';
     const option = (name) => process.argv[process.argv.indexOf(name) + 1];
     const trust = JSON.parse(readFileSync(option('--trust'), 'utf8'));
     ${start}
     for await (const line of createInterface({ input: process.stdin })) {
       const { id } = JSON.parse(line);
       const list = readFileSync(option('--status') + '/list', 'utf8');
       const answer = (${answer})(id, list);
       if (answer) console.log(JSON.stringify({ id, ...answer }));
     }`,
  );
  return `node "${path}"`;
};
const suite = (command: string, ...more: string[]) =>
  assay(['attack-suite', '--corpus', corpus, '--verifier', command, ...more]);

const RIGHT = `(id) => id === 'good' ? { valid: true, errors: [] } : { valid: false, errors: ['token.malformed'] }`;

describe('assay attack-suite', () => {
  it('passes a verifier that answers every line rightly, options and order of files included', async () => {
    const command = verifier(
      'right',
      RIGHT,
      `if (trust.bad) process.exit(2);
       if (option('--at') !== '2030-01-15T00:00:00Z' || option('--max-status-age') !== '300') process.exit(3);`,
    );
    const { code, out } = await suite(command);
    expect(out).toBe('5 of 5 cases passed\n');
    expect(code).toBe(0);
  });

  it('says which attack was accepted, and what was refused that holds', async () => {
    const { code, out } = await suite(verifier('wrong', `(id) => ({ valid: id !== 'good', errors: [] })`));
    expect(code).toBe(1);
    expect(out).toContain('good: REFUSED A LINE THAT HOLDS (a good line; expected valid, found none)');
    expect(out).toContain(
      'evil: ACCEPTED AN ATTACK (a bad line; expected token.header or token.malformed, found none)',
    );
    expect(out).toContain('trust: ACCEPTED AN ATTACK');
    expect(out).toMatch(/0 of 5 cases passed, 1 refused a line that holds, 4 accepted an attack\n$/);
  });

  it('replaces files only when the lines before were answered', async () => {
    const command = verifier(
      'turning',
      `(id, list) => id === 'good' ? { valid: true, errors: [] } : { valid: list === 'older', errors: list === 'older' ? [] : ['token.header'] }`,
    );
    const { json } = await suite(command, '--json');
    expect(json.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'good passed',
      'evil passed',
      'first passed',
      'second accepted',
      'trust passed',
    ]);
  });

  it('tells another code, errors by line and missing answers apart', async () => {
    const command = verifier(
      'odd',
      `(id) => ({ good: { valid: true, errors: ['policy.hal'] }, evil: { error: { code: 'token.header' } }, first: { valid: false, errors: ['token.claims'] }, trust: { valid: false, errors: 5 } })[id]`,
      `console.log('ready'); console.log('{"id":5}');`,
    );
    const { json, err } = await suite(command, '--json');
    expect(json.map(({ outcome }) => outcome)).toEqual([
      'refused',
      'passed',
      'other_code',
      'no_answer',
      'other_code',
    ]);
    expect(err).toMatch(/^1 of 5 cases passed/);
  });

  it('a command that does not run passes nothing, not even what may refuse to start', async () => {
    const { code, out } = await suite('/nonexistent/verifier');
    expect(code).toBe(1);
    expect(out).toMatch(/0 of 5 cases passed, 5 no answer\n$/);
  });

  it('holds who answers twice to the worse of the two answers', async () => {
    const command = verifier(
      'twofold',
      RIGHT,
      `process.stdin.on('end', () => console.log('{"id":"good","valid":false,"errors":["token.malformed"]}'));
       console.log('{"id":"evil","valid":true,"errors":[]}');`,
    );
    const { out } = await suite(command);
    expect(out).toContain('good: REFUSED A LINE THAT HOLDS');
    expect(out).toContain('evil: ACCEPTED AN ATTACK');
  });

  it('a verifier that does not end is ended with all it started, not only its shell', async () => {
    const survived = join(folder, 'survived');
    const silent = put(
      'silent.mjs',
      `import { writeFileSync } from 'node:fs';
       setTimeout(() => { writeFileSync(${JSON.stringify(survived)}, ''); process.exit(); }, 8_000);`,
    );
    const { runs, cases } = JSON.parse(readFileSync(join(corpus, 'corpus.json'), 'utf8'));
    const [main] = runs as AttackRun[];
    // The pipe to the verifier ends with the last process that holds it.
    const reports = await attackRun(corpus, `true && node "${silent}"`, main!, cases.slice(0, 2), 1_000);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['no_answer', 'no_answer']);
    expect(existsSync(survived)).toBe(false);
  });

  it('needs a corpus of its own version', async () => {
    for (const [text, words] of [
      [null, 'holds no attack corpus'],
      ['{"corpus":"assay-attacks-0"}', 'another version'],
    ] as const) {
      const other = mkdtempSync(join(tmpdir(), 'assay-corpus-'));
      if (text !== null) writeFileSync(join(other, 'corpus.json'), text);
      const { code, err } = await assay(['attack-suite', '--corpus', other, '--verifier', 'true']);
      expect([code, err.includes(words)]).toEqual([2, true]);
      rmSync(other, { recursive: true });
    }
    expect((await assay(['attack-suite'])).code).toBe(2);
  });
});

describe('a program in a group of its own', () => {
  const start = () => spawn('sleep 30 & echo started; wait', { shell: true, detached: true });

  it('ends when this one is told to end, which then goes on ending', async () => {
    const child = start();
    await once(child.stdout, 'data');
    const told: unknown[] = [];
    const own = Object.assign(new EventEmitter(), { pid: 7, kill: (...what: unknown[]) => told.push(what) });
    endWithUs(child, own as never);
    own.emit('SIGTERM', 'SIGTERM');
    await once(child, 'close');
    expect([child.signalCode, told, own.eventNames()]).toEqual(['SIGKILL', [[7, 'SIGTERM']], []]);
  });

  it('is left alone once it has ended', async () => {
    const child = start();
    await once(child.stdout, 'data');
    const own = new EventEmitter();
    const release = endWithUs(child, own as never);
    expect(own.eventNames()).toEqual(['SIGINT', 'SIGTERM']);
    release();
    expect(own.eventNames()).toEqual([]);
    endGroup(child);
    await once(child, 'close');
    endGroup(child);
    endGroup(spawn('/nonexistent/program').on('error', () => undefined));
  });
});

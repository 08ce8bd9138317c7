/**
 * A second implementation of `hpt-1` and of the token check, in Python, agrees with this one on every vector: proof
 * that the specification suffices. Without Python 3.11 or newer the vectors are reported as skipped, with their number.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { TrustList } from '../../schemas/attestation.js';
import type { Found } from '../../src/client/html.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const vectors = (name: string) => JSON.parse(readFileSync(path(`../vectors/${name}`), 'utf8'));

interface TokenVectors {
  now: number;
  trust: TrustList;
  cases: { name: string; token: string; found: Found; expected: object }[];
}
const tokens = vectors('tokens-1.json') as TokenVectors;
const texts = vectors('hpt-1.json') as { cases: object[] };

const version = spawnSync('python3', ['-c', 'import sys; print(sys.version_info >= (3, 11))'], {
  encoding: 'utf8',
});
const python = version.stdout?.trim() === 'True';
const skipped = (count: number) => (python ? '' : ` (skipped, ${count} vectors: no Python 3.11 or newer)`);

/** What a check says of the vectors. */
function ask(check: string, file: string): { cases: number; differing: unknown[] } {
  const { stdout, stderr, status } = spawnSync('python3', [path(check), path(`../vectors/${file}`)], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${check} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

describe('a second implementation, in Python', () => {
  const when = python ? test : test.skip;

  when(`agrees on every vector of the canonical text${skipped(texts.cases.length)}`, () => {
    const { cases, differing } = ask('check_text.py', 'hpt-1.json');
    expect(differing).toEqual([]);
    expect(cases).toBe(texts.cases.length);
  });

  when(
    `agrees on every vector of the token check${skipped(tokens.cases.length)}`,
    () => {
      const { cases, differing } = ask('check_tokens.py', 'tokens-1.json');
      expect(differing).toEqual([]);
      expect(cases).toBe(tokens.cases.length);
    },
    120_000,
  );
});

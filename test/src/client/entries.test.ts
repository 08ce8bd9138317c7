/** What each entry of the verifier library needs, read from the modules as they are shipped. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { clientEntries, ROOT, shipped } from './shipped.js';

const entries = clientEntries();
const needs = (name: string) => [...shipped(entries[name]!).outside.keys()].sort();

describe('the entry', () => {
  test('exports name sources that are there', () => {
    for (const source of Object.values(entries)) expect(existsSync(join(ROOT, source))).toBe(true);
  });

  test.each([
    ['./client', ['jose']],
    ['./client/html', ['jose', 'parse5']],
    ['./client/express', []],
    ['./client/fastify', []],
    ['./client/hono', []],
    ['./client/badge', []],
  ])('%s needs %j and nothing of Node', (name, packages) => {
    expect(needs(name)).toEqual(packages);
  });

  test('./client/node-cache needs Node and no package', () => {
    const found = needs('./client/node-cache');
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  test('no entry is left out here', () => {
    expect(Object.keys(entries).sort()).toEqual([
      './client',
      './client/badge',
      './client/express',
      './client/fastify',
      './client/hono',
      './client/html',
      './client/node-cache',
    ]);
  });

  test('modules for browsers and workers use no global of Node', () => {
    const sources = Object.entries(entries).filter(([name]) => name !== './client/node-cache');
    for (const [source, code] of shipped(...sources.map(([, path]) => path)).files) {
      const bare = code.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'/g, '');
      expect([
        source,
        bare.match(/\b(?:process|Buffer|__dirname|__filename|require|setImmediate)\s*[.([]/),
      ]).toEqual([source, null]);
    }
  });

  test('the walk sees what it is to refuse', () => {
    expect([...shipped('src/cli/verify-lines.ts').outside.keys()]).toEqual(
      expect.arrayContaining(['node:crypto', 'node:fs/promises']),
    );
    expect(shipped('schemas/attestation.ts').outside.has('zod')).toBe(true);
  });
});

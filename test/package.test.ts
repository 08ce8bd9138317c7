/** What package.json offers has something behind it. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Manifest {
  bin: Record<string, string>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const {
  bin,
  scripts,
  dependencies,
  optionalDependencies = {},
} = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

describe('package.json', () => {
  it.each(Object.entries(scripts))('npm run %s', (_name, command) => {
    const files = command.match(/\b(?:bin|bench|scripts|training)\/[\w./-]+\.(?:js|ts)\b/g) ?? [];
    for (const file of files) expect(existsSync(file)).toBe(true);
    for (const [, other] of command.matchAll(/npm run (\S+)/g))
      expect(scripts).toHaveProperty([other as string]);
    expect(files.length > 0 || /^(?:tsc|biome) |npm run /.test(command)).toBe(true);
  });

  it('depends at run time on what docs/dependencies.md gives a reason for, and on nothing else', () => {
    const rows = readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)` \| \S/gm);
    const named = [...rows].map(([, name]) => name);
    expect(named).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort());
  });

  it('names a command that starts with a line for the shell and is executable in a clone', () => {
    expect(readFileSync(bin['assay'] as string, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
  });
});

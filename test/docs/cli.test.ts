/** docs/cli.md says what the program says: every command and flag, and no other; every exit code. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { EXIT } from '../../src/cli/exit-codes.js';
import { createProgram, type Parts } from '../../src/cli/main.js';
import { SIGNAL_CODES } from '../../src/main.js';
import { terminal } from '../src/cli/terminal.js';

const page = readFileSync('docs/cli.md', 'utf8');
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] as string, section]),
);

const leaves = (command: Command, path: string): [string, Command][] =>
  command.commands.length === 0
    ? [[path, command]]
    : command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`));

const program = createProgram({ io: terminal().io } as Parts, () => undefined);
const commands = leaves(program, 'assay');

describe('docs/cli.md', () => {
  it('has a section for each command, and for no other', () => {
    expect([...sections.keys()].sort()).toEqual(commands.map(([path]) => path).sort());
  });

  it.each(commands)('%s: every flag with its value, and no other', (path, command) => {
    const section = sections.get(path) as string;
    const table = section.split('\n').filter((line) => line.startsWith('| `--'));
    const documented = table.flatMap((line) =>
      [...(line.split('|')[1] as string).matchAll(/`([^`]+)`/g)].map(([, flag]) => flag),
    );
    expect(documented.sort()).toEqual(command.options.map(({ flags }) => flags).sort());
  });

  it('names every exit code', () => {
    const codes = page.split('## Settings')[0] as string;
    for (const code of [...Object.values(EXIT), ...Object.values(SIGNAL_CODES)]) {
      expect(codes).toMatch(new RegExp(`^\\|.*\\b${code}\\b.*\\|`, 'm'));
    }
  });
});

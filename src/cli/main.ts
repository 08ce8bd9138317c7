/**
 * The command line: one file per command, all listed here. Whatever goes wrong becomes one short message on standard
 * error and an exit code; a stack is for bugs only, and those are asked for with ASSAY_LOG_LEVEL=debug.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { AssayError } from '../../schemas/errors.js';
import { openJudging } from '../judging.js';
import { addAttackSuite } from './attack-suite.js';
import { addCanonicalise } from './canonicalise.js';
import type { AddCommand, Cli } from './command.js';
import { addCounters } from './counters.js';
import { addDeadLetters } from './dead-letters.js';
import { addDemo, runDemo } from './demo.js';
import { addDoctor } from './doctor.js';
import { addEnrich } from './enrich.js';
import { addEvidence } from './evidence.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { type Io, processIo, quietAfterEpipe, writeJson } from './io.js';
import { addKeys } from './keys.js';
import { addLink } from './link.js';
import { addReplay } from './replay.js';
import { addScore } from './score.js';
import { addServe } from './serve.js';
import { addStress } from './stress.js';
import { addVerify } from './verify.js';
import { addWebhooks } from './webhooks.js';

const COMMANDS: readonly AddCommand[] = [
  addServe,
  addDemo,
  addScore,
  addVerify,
  addCanonicalise,
  addEvidence,
  addAttackSuite,
  addEnrich,
  addKeys,
  addLink,
  addDeadLetters,
  addWebhooks,
  addCounters,
  addReplay,
  addStress,
  addDoctor,
];

/** From the sources and from dist/ the manifest is not equally far away. */
function version(): string {
  const places = ['../../package.json', '../../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const manifest = places.find((place) => existsSync(place));
  return manifest === undefined ? 'unknown' : String(JSON.parse(readFileSync(manifest, 'utf8')).version);
}

/** What commands are made of besides the process; tests bring doubles. */
export type Parts = Omit<Cli, 'act'>;

/** The program with all its commands; `finish` gets the exit code of the one that ran. */
export function createProgram(parts: Parts, finish: (code: number) => void): Command {
  const { io } = parts;
  const program = new Command('assay')
    .description(
      'Was this written by a machine, is it part of a campaign, and did a human being stand behind it?',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
    })
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true });
  program.version(version(), '--version', 'print the version').action(() => {
    const [command] = program.args;
    if (command === undefined) program.help({ error: true });
    program.error(`error: unknown command '${command}' (assay --help lists them)`);
  });
  const cli: Cli = {
    ...parts,
    act:
      (act) =>
      async (...args) =>
        finish(await act(...args)),
  };
  for (const add of COMMANDS) add(program, cli);
  // Only now, since commands inherit it: what is too much here is the name of a command that does not exist.
  program.allowExcessArguments();
  return program;
}

async function report(io: Io, argv: readonly string[], error: unknown): Promise<number> {
  const ours = error instanceof AssayError;
  const message = ours ? error.message : `a bug in Assay: ${(error as Error).message}`;
  const code = ours ? error.code : 'internal';
  if (argv.includes('--json')) await writeJson(io.err, { error: { code, message } });
  else io.err.write(`assay: ${message}\n`);
  if (!ours && /^(?:debug|trace)$/.test(io.env['ASSAY_LOG_LEVEL'] ?? '')) {
    io.err.write(`${(error as Error).stack}\n`);
  }
  return exitCodeOf(error);
}

/** Runs one command. @param argv arguments after `assay` @returns the exit code (docs/cli.md) */
export async function main(argv: readonly string[], parts: Partial<Parts> = {}): Promise<number> {
  const { io = processIo() } = parts;
  quietAfterEpipe(io);
  let code: number = EXIT.ok;
  try {
    const program = createProgram({ io, openJudging, runDemo, ...parts }, (finished) => {
      code = finished;
    });
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(io, argv, error);
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

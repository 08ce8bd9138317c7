/**
 * `assay attack-suite`: runs the attack corpus against any verifier that reads and writes the lines of `assay verify
 * --jsonl`. The corpus is the one of this repository; test/attacks/README.md tells what stands in it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssayError } from '../../schemas/errors.js';
import { type AttackCase, type AttackRun, attackRun, type CaseReport } from './attack-run.js';
import type { AddCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { jsonOption } from './settings.js';

export interface SuiteFlags {
  json?: boolean;
  verifier: string;
  corpus?: string;
}

/** From the sources and from dist/ the corpus is not equally far away. */
function ownCorpus(): string {
  const places = ['../../', '../../../'].map((up) =>
    fileURLToPath(new URL(`${up}test/vectors/attacks`, import.meta.url)),
  );
  return places.find((place) => existsSync(join(place, 'corpus.json'))) ?? places[0]!;
}

function readManifest(corpus: string): { runs: AttackRun[]; cases: AttackCase[] } {
  try {
    const manifest = JSON.parse(readFileSync(join(corpus, 'corpus.json'), 'utf8'));
    if (manifest.corpus === 'assay-attacks-1') return manifest;
  } catch (cause) {
    throw new AssayError('config.invalid', `${corpus} holds no attack corpus.`, { cause });
  }
  throw new AssayError('config.invalid', `${corpus} holds a corpus of another version.`);
}

const WORDS = {
  passed: 'ok',
  accepted: 'ACCEPTED AN ATTACK',
  refused: 'REFUSED A LINE THAT HOLDS',
  other_code: 'other code',
  no_answer: 'no answer',
} as const satisfies Record<CaseReport['outcome'], string>;

async function tell(io: Io, report: CaseReport, json: boolean): Promise<void> {
  const { id, run, title, outcome, codes, found } = report;
  if (json) return writeJson(io.out, { id, run, outcome, expected: codes, found });
  if (outcome === 'passed') return;
  const expected = codes.length === 0 ? 'valid' : codes.join(' or ');
  const line = `${id}: ${WORDS[outcome]} (${title}; expected ${expected}, found ${found ?? 'none'})`;
  await write(io.out, `${line}\n`);
}

export async function attackSuite(io: Io, flags: SuiteFlags): Promise<number> {
  const corpus = flags.corpus ?? ownCorpus();
  const { runs, cases } = readManifest(corpus);
  const counts = new Map<CaseReport['outcome'], number>();
  for (const run of runs) {
    const reports = await attackRun(
      corpus,
      flags.verifier,
      run,
      cases.filter((each) => each.run === run.name),
    );
    for (const report of reports) {
      counts.set(report.outcome, (counts.get(report.outcome) ?? 0) + 1);
      await tell(io, report, flags.json === true);
    }
  }
  const passed = counts.get('passed') ?? 0;
  const failed = [...counts].filter(([outcome]) => outcome !== 'passed');
  const said = failed.map(([outcome, count]) => `, ${count} ${WORDS[outcome].toLowerCase()}`).join('');
  await write(flags.json ? io.err : io.out, `${passed} of ${cases.length} cases passed${said}\n`);
  return passed === cases.length ? EXIT.ok : EXIT.failed;
}

export const addAttackSuite: AddCommand = (program, { io, act }) => {
  program
    .command('attack-suite')
    .description('run the attack corpus against a verifier, and report every case')
    .requiredOption(
      '--verifier <command>',
      'command that reads and writes the lines of `assay verify --jsonl`; --jsonl --trust --status --at --max-status-age are put behind it',
    )
    .option('--corpus <folder>', 'another corpus than the one that comes with Assay')
    .addOption(jsonOption())
    .action(act((flags: SuiteFlags) => attackSuite(io, flags)));
};

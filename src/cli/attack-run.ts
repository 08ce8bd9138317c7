/**
 * One start of a verifier under attack: the lines of a run go in, its answers come back, and each case is held against
 * them. The program is a stranger: what it writes is bounded, and how long it takes.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { readLines } from './lines.js';
import { endGroup, endWithUs } from './process-group.js';

/** One start of a verifier in `corpus.json` (test/attacks/README.md). Paths are relative to the corpus. */
export interface AttackRun {
  name: string;
  at: string;
  maxStatusAgeS: number;
  trust: string;
  status: string;
  lines: string;
  /** After this many answers, the files of this folder take the place of those of the same name in the status directory. */
  replaced?: { after: number; by: string };
  /** A verifier may refuse to start with this trust list. It must not accept a line. */
  mayRefuse?: true;
}

export interface AttackCase {
  id: string;
  run: string;
  title: string;
  valid: boolean;
  /** Codes of which the first reported must be one. */
  codes: readonly string[];
}

export type Outcome =
  | 'passed'
  /** An attack was accepted. */
  | 'accepted'
  /** A line that holds was refused. */
  | 'refused'
  /** Refused, with another code than expected. */
  | 'other_code'
  | 'no_answer';

export interface CaseReport extends AttackCase {
  outcome: Outcome;
  /** The first error that was reported. */
  found: string | null;
}

interface Answer {
  valid: boolean;
  error: string | null;
}

/** By the id of the case, as they came. */
type Answers = Map<string, Answer[]>;

const LINE_BYTES = 1024 * 1024;
/** Milliseconds for a whole run, and for the answer to a line before files are replaced. */
const RUN_MS = 120_000;
const ANSWER_MS = 20_000;

/**
 * Starts the command once and reports on every case of the run.
 * @param command for the shell; the options are put behind it
 * @param limitMs after which the command is ended, with everything it started
 */
export async function attackRun(
  corpus: string,
  command: string,
  run: AttackRun,
  cases: readonly AttackCase[],
  limitMs = RUN_MS,
): Promise<CaseReport[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'assay-attack-'));
  try {
    const status = join(scratch, 'status');
    cpSync(join(corpus, run.status), status, { recursive: true });
    const child = start(command, corpus, run, status);
    const { answers, exit } = await converse(child, corpus, run, status, limitMs);
    // 126 and 127 are the shell's: it found no such command, or none that it may run.
    const started = answers.size > 0 || exit === 0 || exit === 126 || exit === 127;
    return cases.map((each) => judge(each, answers.get(each.id) ?? [], run.mayRefuse === true && !started));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Feeds the lines and collects the answers until the program has ended, or is ended when its time is up. */
async function converse(child: Child, corpus: string, run: AttackRun, status: string, limitMs: number) {
  const release = endWithUs(child);
  const timer = setTimeout(() => endGroup(child), limitMs);
  try {
    const answers: Answers = new Map();
    const ended = collect(child.stdout, answers);
    const lines = readFileSync(join(corpus, run.lines), 'utf8').trimEnd().split('\n');
    const { after, by } = run.replaced ?? { after: lines.length, by: '' };
    await feed(child.stdin, lines.slice(0, after));
    if (run.replaced) {
      await answered(answers, after, child);
      cpSync(join(corpus, by), status, { recursive: true });
      await feed(child.stdin, lines.slice(after));
    }
    child.stdin.end();
    await ended;
    return { answers, exit: await closed(child) };
  } finally {
    clearTimeout(timer);
    release();
    if (!isGone(child)) endGroup(child);
  }
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

function start(command: string, corpus: string, run: AttackRun, status: string): Child {
  const options = [
    '--jsonl',
    ...['--trust', join(corpus, run.trust)],
    ...['--status', status],
    ...['--at', run.at],
    ...['--max-status-age', String(run.maxStatusAgeS)],
  ];
  const quoted = options.map((option) => `'${option.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn(`${command} ${quoted}`, {
    shell: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    // The shell leads a group of its own, so that what it starts can be ended with it.
    detached: true,
  });
  // A verifier that ends early closes its input; what it did not read is "no answer".
  child.stdin.on('error', () => {});
  child.on('error', () => {});
  return child;
}

async function feed(input: Writable, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    if (input.destroyed) return;
    if (input.write(`${line}\n`)) continue;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        input.off('drain', done).off('close', done);
        resolve();
      };
      input.on('drain', done).on('close', done);
    });
  }
}

/** Reads answers until the output ends; a line that is no answer is passed over. */
async function collect(output: Readable, answers: Answers): Promise<void> {
  for await (const line of readLines(output, LINE_BYTES)) {
    if ('tooLong' in line) continue;
    const answer = readAnswer(line.bytes);
    if (answer !== null) answers.set(answer.id, [...(answers.get(answer.id) ?? []), answer]);
  }
}

function readAnswer(bytes: Buffer): (Answer & { id: string }) | null {
  try {
    const { id, valid, errors, error } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    if (typeof id !== 'string') return null;
    const [first] = Array.isArray(errors) ? errors : [(error as { code?: unknown } | undefined)?.code];
    return { id, valid: valid === true, error: typeof first === 'string' ? first : null };
  } catch {
    return null;
  }
}

/** Waits until there are so many answers, the verifier is gone, or long enough: it may answer only at the end. */
async function answered(answers: Answers, count: number, child: Child): Promise<void> {
  const until = Date.now() + ANSWER_MS;
  while (answers.size < count && !isGone(child) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

const isGone = (child: Child): boolean => child.exitCode !== null || child.signalCode !== null;

const closed = (child: Child): Promise<number | null> =>
  isGone(child) ? Promise.resolve(child.exitCode) : new Promise((resolve) => child.once('close', resolve));

/**
 * What came of a case. Who answers twice is held to the worse of the two: whatever reads the answers may take either.
 * @param refusedToStart where that was allowed
 */
function judge(each: AttackCase, answers: readonly Answer[], refusedToStart: boolean): CaseReport {
  const reports = answers.map((answer) => judgeAnswer(each, answer, false));
  return (
    reports.find(({ outcome }) => outcome === 'accepted') ??
    reports.find(({ outcome }) => outcome !== 'passed') ??
    reports[0] ??
    judgeAnswer(each, undefined, refusedToStart)
  );
}

function judgeAnswer(each: AttackCase, answer: Answer | undefined, refusedToStart: boolean): CaseReport {
  const found = answer?.error ?? null;
  const outcome = (): Outcome => {
    if (answer === undefined) return refusedToStart ? 'passed' : 'no_answer';
    if (answer.valid) return each.valid && found === null ? 'passed' : each.valid ? 'refused' : 'accepted';
    if (each.valid) return 'refused';
    return found !== null && each.codes.includes(found) ? 'passed' : 'other_code';
  };
  return { ...each, outcome: outcome(), found };
}

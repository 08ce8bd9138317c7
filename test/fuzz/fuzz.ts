/**
 * Fuzzes the parsers of texts, tokens and status lists: `node scripts/run.js test/fuzz/fuzz.ts [--runs N] [--seed S]
 * [--target NAME]`. Each run has a seed of its own, so `--runs 1 --seed S` repeats a finding. Reports how many inputs
 * were read and refused, and the slowest; exit code 1 with a finding.
 */
import { parseArgs } from 'node:util';
import { Random } from './random.js';
import { type Run, targets } from './targets.js';

export interface Outcome {
  target: string;
  runs: number;
  refused: number;
  seconds: number;
  /** Milliseconds of the slowest run, and its seed. */
  slowest: { ms: number; seed: number };
  findings: { seed: number; message: string }[];
}

/** Findings after which a target is given up. */
const ENOUGH = 10;

export async function fuzz(target: string, run: Run, runs: number, seed: number): Promise<Outcome> {
  const outcome: Outcome = {
    target,
    runs: 0,
    refused: 0,
    seconds: 0,
    slowest: { ms: 0, seed },
    findings: [],
  };
  const begun = performance.now();
  for (let each = seed; each < seed + runs && outcome.findings.length < ENOUGH; each++) {
    const start = performance.now();
    try {
      const answer = run(new Random(each));
      if (typeof answer === 'boolean' ? answer : await answer) outcome.refused++;
    } catch (error) {
      outcome.findings.push({ seed: each, message: (error as Error).message });
    }
    const ms = performance.now() - start;
    if (ms > outcome.slowest.ms) outcome.slowest = { ms, seed: each };
    outcome.runs++;
  }
  outcome.seconds = (performance.now() - begun) / 1000;
  return outcome;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string' },
    },
  });
  const all = Object.entries(await targets());
  const chosen = all.filter(([name]) => values.target === undefined || values.target === name);
  if (chosen.length === 0) throw new Error(`expected one of ${all.map(([name]) => name).join(', ')}`);
  for (const [name, run] of chosen) {
    const outcome = await fuzz(name, run, Number(values.runs), Number(values.seed));
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    if (outcome.findings.length > 0) process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && /[/\\]fuzz\.js$/.test(process.argv[1])) await main();

/**
 * `npm run bench [-- --only NAME[,NAME]] [--servers] [--seed N] [--write]`: the JSON report on standard output, a table on
 * standard error; --write also keeps the report in bench/report.json and makes docs/benchmarks.md from it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attest } from './attest.js';
import type { Bench, Figures } from './bench.js';
import { encoder } from './encoder.js';
import { evidence } from './evidence.js';
import { commit, machine } from './machine.js';
import { pipeline } from './pipeline.js';
import { asPage, asTable, type Report } from './report.js';
import { status } from './status.js';

/** Benchmarks whose parts are not in every build are loaded when they are there. */
async function firstStage(): Promise<Bench[]> {
  if (!existsSync(new URL('./first-stage.js', import.meta.url))) return [];
  const module = './first-stage.js';
  return [((await import(module)) as { firstStage: Bench }).firstStage];
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    servers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const benches: Bench[] = [...(await firstStage()), encoder, pipeline, attest, evidence, status];
const wanted = values.only?.split(',') ?? benches.map(({ name }) => name);
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = benches.map(({ name }) => name).join(', ');
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}; there are ${known}.\n`);
  process.exit(2);
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const kept = join(root, 'bench', 'report.json');
const where = { machine: machine(), date: new Date().toISOString(), commit: commit() };
const options = {
  seed: Number(values.seed),
  servers: values.servers,
  progress: (line: string) => void process.stderr.write(`${line}\n`),
};
const measured: Record<string, Figures> = {};
for (const bench of benches) if (wanted.includes(bench.name)) measured[bench.name] = await bench.run(options);

const report: Report = { ...where, seed: options.seed, benches: measured };
process.stderr.write(`\n${asTable(report)}\n`);
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
if (values.write) {
  if (values.only !== undefined && existsSync(kept)) {
    const before = (JSON.parse(readFileSync(kept, 'utf8')) as Report).machine;
    if (before.cpu !== report.machine.cpu || before.node !== report.machine.node) {
      process.stderr.write('The kept report was measured elsewhere: run all benchmarks, without --only.\n');
      process.exit(1);
    }
    report.benches = { ...(JSON.parse(readFileSync(kept, 'utf8')) as Report).benches, ...measured };
  }
  writeFileSync(kept, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(root, 'docs', 'benchmarks.md'), asPage(report));
}

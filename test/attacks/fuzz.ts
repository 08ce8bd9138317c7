/**
 * Fuzzes each parser of the verifier: `node scripts/run.js test/attacks/fuzz.ts [RUNS] [SEED]`, a million runs each by
 * default. Nothing may crash and nothing mutated may be accepted. CI makes a short run of it (fuzz.test.ts).
 */
import { pathToFileURL } from 'node:url';
import { type Fuzzer, fuzzers } from './fuzzers.js';

async function run({ name, once }: Fuzzer, runs: number): Promise<void> {
  const begun = Date.now();
  for (let turn = 0; turn < runs; turn++) await once();
  process.stdout.write(`${name}: ${runs} runs in ${Date.now() - begun} ms\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [runs = '1000000', seed = '1'] = process.argv.slice(2);
  for (const each of await fuzzers(Number(seed))) await run(each, Number(runs));
}

/**
 * `npm run crash-matrix [-- --posts N] [--only TEXT] [--embedded] [--write]`: every failure of the crash matrix over N posts
 * (default 10,000) with their edits and deletions; a table on standard output. --write keeps it in docs/crash-matrix.md, beside
 * the rows of failures that this run left out, so that the long ones may be run one by one.
 * Exit code 1 when one of them lost, doubled or left out anything. Needs Java and Maven for the servers.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from '../bench/machine.js';
import { EMBEDDED } from '../test/e2e/matrix/embedded.js';
import { type Outcome, runCase } from '../test/e2e/matrix/run.js';
import { SERVERS } from '../test/e2e/matrix/servers.js';
import { makeFeed } from '../test/e2e/matrix/stream.js';
import { startKafka } from '../test/servers/kafka.js';
import { startMongo } from '../test/servers/mongo.js';

const { values } = parseArgs({
  options: {
    posts: { type: 'string', default: '10000' },
    only: { type: 'string' },
    embedded: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const posts = Number(values.posts);
const wanted = (name: string): boolean => values.only === undefined || name.includes(values.only);

async function onServers(run: (typeof SERVERS)[number]): Promise<Outcome> {
  const [kafka, mongo] = await Promise.all([startKafka(), startMongo()]);
  try {
    const env = { ASSAY_PARTITIONS: '4', KAFKA_BROKERS: kafka.brokers, MONGO_URL: `${mongo.url}/matrix` };
    const servers = { env, kafka, mongo: { port: mongo.port, database: 'matrix' } };
    const lengths = { downMs: 30_000, stormMs: 60_000 };
    return await runCase(env, makeFeed(posts, 'in order'), () => run.suffer(servers, lengths));
  } finally {
    await Promise.all([kafka.stop(), mongo.stop()]);
  }
}

async function onFiles({ order, suffer }: (typeof EMBEDDED)[number]): Promise<Outcome> {
  const home = mkdtempSync(join(tmpdir(), 'assay-matrix-'));
  try {
    const env = { ASSAY_HOME: home, ASSAY_PARTITIONS: '4' };
    return await runCase(env, makeFeed(posts, order), (own) => suffer(own, posts));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

interface Row extends Outcome {
  name: string;
  engines: string;
}

const rows: Row[] = [];
async function note(name: string, engines: string, work: () => Promise<Outcome>): Promise<void> {
  if (!wanted(name)) return;
  process.stderr.write(`${engines}: ${name} …\n`);
  const row = { name, engines, ...(await work()) };
  for (const fault of row.faults.slice(0, 20)) process.stderr.write(`  ${fault}\n`);
  process.stderr.write(`  ${row.faults.length} faults, ${row.seconds} s\n`);
  rows.push(row);
}

for (const one of EMBEDDED) await note(one.name, 'embedded', () => onFiles(one));
if (!values.embedded)
  for (const one of SERVERS) await note(one.name, 'Kafka, Mongo-wire', () => onServers(one));

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const kept = join(root, 'docs', 'crash-matrix.md');
const { cpu, cores, memoryGb, node } = machine();
const day = new Date().toISOString().slice(0, 10);
const number = (value: number): string => value.toLocaleString('en-US');

const measured = new Map(
  rows.map(
    ({ name, engines, suffered, records, deadLetters, repeated, seconds, faults }): [string, string] => [
      name,
      `| ${name} | ${engines} | ${suffered} | ${number(records)} | ${deadLetters} | ${repeated} | ${seconds} | ${day} | ${faults.length} |`,
    ],
  ),
);
/** Rows of the kept page by failure; without the head of the table. */
const before = new Map(
  (values.write && existsSync(kept) ? readFileSync(kept, 'utf8').split('\n') : [])
    .filter((line) => /^\| (?!failure)\S/.test(line))
    .map((line): [string, string] => [line.split(' | ')[0]!.slice(2), line]),
);
const table = [...EMBEDDED, ...SERVERS].flatMap(({ name }) => measured.get(name) ?? before.get(name) ?? []);
const page = [
  '# Crash matrix',
  '',
  'Made by `npm run crash-matrix -- --write`; do not edit. Each failure is suffered by workers that are processes of their own,',
  'over posts with their edits and deletions: 10,000 posts unless the run was told otherwise, see `records`. Afterwards the books are',
  'opened: every text that was appended has exactly the verdicts it should have, revisions without gaps, an item, and an',
  'announcement under a stable id; the counters are what a count of the items gives; dead letters are exactly the poisoned texts;',
  'and, once the judge is repaired, replaying the dead letters brings their verdicts. `faults` counts whatever is not so.',
  '`announced again` is allowed: delivery is at least once. Seconds depend on what else the machine does.',
  '',
  `Measured on: ${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}.`,
  'One broker; three brokers that lose their leader were not run. The store is a Mongo-wire server, not MongoDB itself.',
  '',
  '| failure | engines | what happened | records | dead letters | announced again | seconds | day | faults |',
  '|---|---|---|---:|---:|---:|---:|---|---:|',
  ...table,
  '',
].join('\n');
process.stdout.write(page);
if (values.write) writeFileSync(kept, page);
process.exit(rows.some(({ faults }) => faults.length > 0) ? 1 : 0);

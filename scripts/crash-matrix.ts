/**
 * `npm run crash-matrix [-- --posts N] [--only TEXT] [--embedded] [--write]`: every failure of the crash matrix over N posts
 * (default 10,000) with their edits and deletions; a table on standard output, which --write keeps in docs/crash-matrix.md.
 * Exit code 1 when one of them lost, doubled or left out anything. Needs Java and Maven for the servers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const { cpu, cores, memoryGb, node, loadBefore } = machine();
const page = [
  '# Crash matrix',
  '',
  'Made by `npm run crash-matrix -- --write`; do not edit. Each failure is suffered by workers that are processes of their own,',
  `over ${posts.toLocaleString('en-US')} posts with their edits and deletions. Afterwards the books are opened: every text that was appended has exactly the`,
  'verdicts it should have, revisions without gaps, an item, and an announcement under a stable id; the counters are what a',
  'count of the items gives; dead letters are exactly the poisoned texts; and, once the judge is repaired, replaying the dead',
  'letters brings their verdicts. `faults` counts whatever is not so. `announced again` is allowed: delivery is at least once.',
  '',
  `Measured on: ${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}; load before the run ${loadBefore}; ${new Date().toISOString()}.`,
  'One broker; three brokers that lose their leader were not run. The store is a Mongo-wire server, not MongoDB itself.',
  '',
  '| failure | engines | what happened | records | dead letters | announced again | seconds | faults |',
  '|---|---|---|---:|---:|---:|---:|---:|',
  ...rows.map(
    ({ name, engines, suffered, records, deadLetters, repeated, seconds, faults }) =>
      `| ${name} | ${engines} | ${suffered} | ${records.toLocaleString('en-US')} | ${deadLetters} | ${repeated} | ${seconds} | ${faults.length} |`,
  ),
  '',
].join('\n');
process.stdout.write(page);
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
if (values.write) writeFileSync(join(root, 'docs', 'crash-matrix.md'), page);
process.exit(rows.some(({ faults }) => faults.length > 0) ? 1 : 0);

/**
 * `assay stress`: appends posts at a rate, follows them to their announcements, and says what was lost, what came twice and
 * how long it took; ends with 1 where that is not what was asked for. On the embedded engines in a folder of its own, which
 * is deleted afterwards; with KAFKA_BROKERS and MONGO_URL on those servers.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import type { DetectorName } from '../../detectors/detector.js';
import { loadOptionsOf } from '../judging.js';
import { SIGNALS } from '../main.js';
import { stress as runStress, type StressReport, stressTenants } from '../stress/stress.js';
import { StatusLine } from '../telemetry/status-line.js';
import type { AddCommand, Cli } from './command.js';
import { withContext } from './data.js';
import { EXIT } from './exit-codes.js';
import { write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings, wholeNumber } from './settings.js';

export interface StressFlags extends SettingFlags {
  json?: boolean;
  events: number;
  rate: number;
  maxDrop: number;
  maxP95Ms?: number;
  tenants: number;
  detector?: DetectorName;
}

async function measure(
  { io, openJudging }: Pick<Cli, 'io' | 'openJudging'>,
  flags: StressFlags,
  home: string,
): Promise<StressReport> {
  const { config, secrets } = settings(io, { ...flags, home });
  const options = loadOptionsOf(config);
  const judging = await openJudging(
    flags.detector === undefined ? options : { ...options, detector: flags.detector },
  );
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of SIGNALS) io.signals.on(signal, onSignal);
  let seen = { appended: false, announced: 0, waiting: 0 };
  const line = new StatusLine(
    io.err,
    () => `${seen.announced} announced · ${seen.waiting} on the way${seen.appended ? ' · all appended' : ''}`,
  );
  const tenants = stressTenants(flags.tenants);
  try {
    return await withContext(io, { ...config, tenants }, secrets, (context) =>
      runStress(context, judging, {
        run: randomBytes(6).toString('hex'),
        ...{ events: flags.events, rate: flags.rate, maxDrop: flags.maxDrop },
        maxP95Ms: flags.maxP95Ms ?? null,
        ...{ tenants, batch: config.batch, prior: config.prior },
        signal: stop.signal,
        onProgress: (now) => {
          seen = now;
        },
      }),
    );
  } finally {
    line.end();
    for (const signal of SIGNALS) io.signals.off(signal, onSignal);
    await judging.detector.close();
  }
}

export async function stress(cli: Pick<Cli, 'io' | 'openJudging'>, flags: StressFlags): Promise<number> {
  const { io } = cli;
  const own = flags.home === undefined ? await mkdtemp(join(tmpdir(), 'assay-stress-')) : null;
  try {
    const report = await measure(cli, flags, flags.home ?? (own as string));
    if (flags.json) await writeJson(io.out, report);
    else await write(io.out, `${JSON.stringify(report, null, 2)}\n`);
    for (const miss of report.misses) await write(io.err, `missed: ${miss}\n`);
    return report.misses.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    if (own !== null) await rm(own, { recursive: true, force: true });
  }
}

export const addStress: AddCommand = (program, cli) => {
  program
    .command('stress')
    .description('load test: posts at a rate through the whole pipeline, every one accounted for')
    .option('--events <number>', 'posts to append', wholeNumber(1, 100_000_000), 10_000)
    .option('--rate <number>', 'posts a second', wholeNumber(1, 1_000_000), 200)
    .option('--max-drop <number>', 'most posts that may be missing', wholeNumber(0, 100_000_000), 0)
    .option(
      '--max-p95-ms <number>',
      'largest 95th percentile of the latency to the announcement',
      wholeNumber(1, 3_600_000),
    )
    .option('--tenants <number>', 'tenants that the posts are spread over', wholeNumber(1, 1_000), 1)
    .addOption(
      new Option('--detector <name>', 'detector to judge with (default: ASSAY_DETECTOR)').choices([
        'cascade',
        'first-stage',
      ]),
    )
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(cli.act((flags: StressFlags) => stress(cli, flags)));
};

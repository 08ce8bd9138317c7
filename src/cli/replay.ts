/**
 * `assay replay`: what another detector would have said of what came in, and, with --promote, what it says from now on.
 * A replay that ends early, however it ends, is gone on with by the same command.
 */
import { join } from 'node:path';
import { Option } from 'commander';
import type { DetectorName } from '../../detectors/detector.js';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { Announcer } from '../../streams/5-announce.js';
import { OUTBOX_SHARDS_MAX } from '../../streams/records.js';
import {
  beginReplay,
  type ReplayQuestion,
  type ReplayState,
  replay as runReplay,
} from '../../streams/replay/replay.js';
import type { Config } from '../config/config.js';
import type { Context } from '../context.js';
import { decideWith, type Judging, loadOptionsOf } from '../judging.js';
import { SIGNALS } from '../main.js';
import { leasesOf } from '../outbox-leases.js';
import { replayReport } from '../replay/report.js';
import { differs, readState, writeState } from '../replay/state-file.js';
import { StatusLine } from '../telemetry/status-line.js';
import type { AddCommand, Cli } from './command.js';
import { tenantOf, withContext } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings, wholeNumber } from './settings.js';
import { parseTime } from './verify.js';

export interface ReplayFlags extends SettingFlags {
  json?: boolean;
  from: number;
  to: number;
  detector?: DetectorName;
  promote?: boolean;
  rate?: number;
  state?: string;
  tenant?: string;
}

/** The kept state where it asks the same, else a new one. @throws {AssayError} `config.invalid` when another replay is unfinished */
async function stateFor(file: string, asked: ReplayQuestion, io: Io): Promise<ReplayState> {
  const kept = await readState(file);
  if (kept === null || kept.done) {
    return beginReplay(asked, hashId('replay', asked.detectorSet, Date.now(), process.pid));
  }
  const difference = differs(kept, asked);
  if (difference !== null) {
    throw new AssayError(
      'config.invalid',
      `${file} keeps another replay, unfinished after ${kept.items} items (${difference}). ` +
        'Finish it with its own flags, or keep this one elsewhere with --state.',
    );
  }
  await write(io.err, `going on after ${kept.items} items\n`);
  return kept;
}

interface Run {
  io: Io;
  config: Config;
  judging: Judging;
  file: string;
  flags: ReplayFlags;
}

async function replayOn(context: Context, state: ReplayState, run: Run): Promise<boolean> {
  const { io, config, judging, file, flags } = run;
  const announcer = new Announcer({ ...context, leases: leasesOf(context) });
  const parts = {
    ...context,
    judge: judging.detector,
    decide: decideWith(judging, config.prior),
    outboxShards: OUTBOX_SHARDS_MAX,
  };
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of SIGNALS) io.signals.on(signal, onSignal);
  const line = new StatusLine(
    io.err,
    () =>
      `${state.items} items · ${state.comparison.compared} compared · ${state.comparison.changed} change their band`,
  );
  try {
    // Before the first verdict: whoever goes on has to record them under the same run.
    await writeState(file, state);
    if (state.promote) await announcer.drain();
    return await runReplay(state, parts, {
      rate: flags.rate ?? null,
      signal: stop.signal,
      save: (kept) => writeState(file, kept),
      onPage: () => (state.promote ? announcer.drain() : undefined),
    });
  } finally {
    await announcer.stop();
    for (const signal of SIGNALS) io.signals.off(signal, onSignal);
    line.end();
  }
}

export async function replay(
  { io, openJudging }: Pick<Cli, 'io' | 'openJudging'>,
  flags: ReplayFlags,
): Promise<number> {
  if (flags.from >= flags.to) {
    throw new AssayError('config.invalid', 'expected --from before --to, found the same time or a later one');
  }
  const { config, secrets } = settings(io, flags);
  const tenants =
    flags.tenant === undefined
      ? config.tenants.map(({ tenant }) => tenant)
      : [tenantOf(config, flags.tenant)];
  const options = loadOptionsOf(config);
  const judging = await openJudging(
    flags.detector === undefined ? options : { ...options, detector: flags.detector },
  );
  const file = flags.state ?? join(config.home, 'replay.json');
  try {
    const asked: ReplayQuestion = {
      fromMs: flags.from,
      toMs: flags.to,
      tenants,
      detectorSet: judging.detector.detectorSet,
      promote: flags.promote === true,
    };
    const state = await stateFor(file, asked, io);
    const finished = await withContext(io, config, secrets, (context) =>
      replayOn(context, state, { io, config, judging, file, flags }),
    );
    if (!finished) {
      await write(io.err, `stopped after ${state.items} items; the same command goes on\n`);
      return EXIT.failed;
    }
    const report = replayReport(state);
    if (flags.json) await writeJson(io.out, report);
    else await write(io.out, `${JSON.stringify(report, null, 2)}\n`);
    return report.failed === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await judging.detector.close();
  }
}

export const addReplay: AddCommand = (program, cli) => {
  program
    .command('replay')
    .description('judge stored items again with another detector and report which bands change')
    .requiredOption('--from <time>', 'items received at this time or later', parseTime)
    .requiredOption('--to <time>', 'items received before this time', parseTime)
    .addOption(
      new Option('--detector <name>', 'detector to judge with (default: ASSAY_DETECTOR)').choices([
        'cascade',
        'first-stage',
      ]),
    )
    .option('--promote', 'record and announce what it says as new verdicts')
    .option('--rate <number>', 'items a second, at most', wholeNumber(1, 1_000_000))
    .option('--state <file>', 'where it keeps how far it came (default: replay.json in the data folder)')
    .option('--tenant <name>', 'items of this tenant only (default: of all)')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(cli.act((flags: ReplayFlags) => replay(cli, flags)));
};

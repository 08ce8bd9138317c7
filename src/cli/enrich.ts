/**
 * `assay enrich`: follows a topic of posts and writes each post, with what its attestation is worth, to another one.
 * Offline: issuers come from a trust list, status lists from a folder that somebody else keeps filled.
 */
import { Option } from 'commander';
import type { Logger } from 'pino';
import type { FilterPolicy } from '../../schemas/attestation.js';
import { readTrust } from '../attest/trust-file.js';
import { createVerifier } from '../client/html.js';
import { folderFetch } from '../client/node-cache.js';
import { importTrust } from '../client/trust.js';
import type { Context } from '../context.js';
import { type EnrichedBatch, type Enricher, startEnricher } from '../enrich/enricher.js';
import { runUntilSignal } from '../main.js';
import { createLogger } from '../telemetry/logger.js';
import type { AddCommand } from './command.js';
import { tenantOf, withContext } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings, wholeNumber } from './settings.js';

export interface EnrichFlags extends SettingFlags {
  json?: boolean;
  from: string;
  to: string;
  trust: string;
  status: string;
  group?: string;
  tenant?: string;
  maxStatusAge?: number;
  acceptStale?: boolean;
  once?: boolean;
}

export async function enrich(io: Io, flags: EnrichFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  const trust = await readTrust(flags.trust);
  // A key that does not fit is told now, and not with every record.
  await importTrust(trust);
  const policy: Partial<FilterPolicy> = {
    onStale: flags.acceptStale ? 'open' : 'closed',
    ...(flags.maxStatusAge === undefined ? {} : { maxStatusAgeS: flags.maxStatusAge }),
  };
  const verifier = createVerifier({ trust, policy, fetch: folderFetch(flags.status) });
  const done: EnrichedBatch = { valid: 0, invalid: 0, unchecked: 0, none: 0, rejected: 0 };
  const logger = createLogger(config.logLevel, io.err);
  const start = ({ log, collections, clock }: Context): Promise<Enricher> =>
    startEnricher(
      { log, verifier, deadLetters: collections.deadLetters, tenant, clock, logger },
      {
        from: flags.from,
        to: flags.to,
        ...(flags.group === undefined ? {} : { group: flags.group }),
        onBatch: (batch) => {
          for (const word of Object.keys(done) as (keyof EnrichedBatch)[]) done[word] += batch[word];
        },
      },
    );
  const code = await withContext(io, config, secrets, (context) =>
    flags.once ? runOnce(() => start(context)) : runOn(io, flags, logger, () => start(context)),
  );
  await (flags.json ? writeJson(io.out, done) : write(io.out, `${inWords(done)}\n`));
  return code;
}

const inWords = (done: EnrichedBatch): string =>
  Object.entries(done)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');

async function runOnce(start: () => Promise<Enricher>): Promise<number> {
  const enricher = await start();
  try {
    await enricher.settle();
  } finally {
    await enricher.stop();
  }
  return EXIT.ok;
}

async function runOn(
  io: Io,
  { from, to }: EnrichFlags,
  logger: Logger,
  start: () => Promise<Enricher>,
): Promise<number> {
  const open = async () => {
    const enricher = await start();
    await write(io.err, `Posts of ${from} go to ${to} with what their attestations are worth.\n`);
    return { close: () => enricher.stop() };
  };
  return runUntilSignal(open, { logger, signals: io.signals, exit: io.exit });
}

export const addEnrich: AddCommand = (program, { io, act }) => {
  program
    .command('enrich')
    .description('write a topic of posts, with what their attestations are worth, to another topic')
    .requiredOption('--from <topic>', 'topic the posts lie on')
    .requiredOption('--to <topic>', 'topic the enriched posts go to; created when missing')
    .requiredOption('--trust <file>', 'trust list: issuers with their keys (trust.json)')
    .requiredOption(
      '--status <folder>',
      'folder of status lists, <sha256 of the uri>.jwt each; read again as it is refreshed',
    )
    .option('--group <name>', 'consumer group (default: one for each pair of topics)')
    .option('--accept-stale', 'accept a token whose status list is old or missing')
    .option(
      '--max-status-age <seconds>',
      'greatest accepted age of a status list (default 300)',
      wholeNumber(0, 1_000_000_000),
    )
    .option('--once', 'end when everything that lies on the topic was written')
    .addOption(new Option('--tenant <name>', 'whose dead letters these are; needed where there are several'))
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: EnrichFlags) => enrich(io, flags)));
};

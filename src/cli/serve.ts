/** `assay serve`: the service in one process, or the roles of it that are named, until a signal. */
import { Option } from 'commander';
import { createLink, loginPath } from '../access/sessions.js';
import { runUntilSignal } from '../main.js';
import { openService, type Service } from '../service.js';
import { createLogger } from '../telemetry/logger.js';
import type { AddCommand, Cli } from './command.js';
import { tenantOf } from './data.js';
import { type Io, write, writeJson } from './io.js';
import { asSetting, homeOption, jsonOption, type SettingFlags, settings } from './settings.js';

export interface ServeFlags extends SettingFlags {
  json?: boolean;
  link?: string;
  tenant?: string;
}

/** A link to the console for the moderator the flags name. */
async function linkFor({ publicUrl, context, config }: Service, user: string, tenant: string | undefined) {
  const person = { tenant: tenantOf(config, tenant), user, scopes: ['read', 'moderate'] as const };
  return `${publicUrl}${loginPath(await createLink(context, person))}`;
}

async function announce(io: Io, service: Service, { json, link, tenant }: ServeFlags): Promise<void> {
  const { port, publicUrl } = service;
  const url = link === undefined ? undefined : await linkFor(service, link, tenant);
  if (json === true) return writeJson(io.out, { url: publicUrl, port, ...(url ? { link: url } : {}) });
  await write(io.out, `Assay is ready at ${publicUrl}\n`);
  if (url !== undefined) await write(io.out, `One-time link for ${link}, good for 15 minutes: ${url}\n`);
}

export async function serve(
  { io, openJudging }: Pick<Cli, 'io' | 'openJudging'>,
  flags: ServeFlags,
): Promise<number> {
  const { config, secrets } = settings(io, flags);
  if (flags.link !== undefined) tenantOf(config, flags.tenant);
  const logger = createLogger(config.logLevel, io.err);
  const open = async (): Promise<Service> => {
    const service = await openService(config, secrets, { logger, openJudging });
    try {
      await announce(io, service, flags);
      return service;
    } catch (error) {
      await service.close();
      throw error;
    }
  };
  return runUntilSignal(open, { logger, signals: io.signals, exit: io.exit });
}

export const addServe: AddCommand = (program, cli) => {
  program
    .command('serve')
    .description('run the service: pipeline, HTTP interface and console in one process, or some of them')
    .addOption(homeOption())
    .addOption(new Option('--host <address>', 'address to listen on (HOST)').argParser(asSetting('HOST')))
    .addOption(new Option('--port <number>', 'port to listen on (PORT)').argParser(asSetting('PORT')))
    .addOption(
      new Option('--log-level <level>', 'least level that is logged (ASSAY_LOG_LEVEL)').argParser(
        asSetting('ASSAY_LOG_LEVEL'),
      ),
    )
    .addOption(
      new Option(
        '--roles <list>',
        'any of api, score, gather, announce, console; default all (ASSAY_ROLES)',
      ).argParser(asSetting('ASSAY_ROLES')),
    )
    .option('--link <name>', 'print a one-time console link for a moderator of this name')
    .option('--tenant <name>', 'whose console the link opens; needed where there are several')
    .addOption(jsonOption())
    .action(cli.act((flags: ServeFlags) => serve(cli, flags)));
};

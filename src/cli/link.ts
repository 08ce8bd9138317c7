/** `assay link`: a moderator's one-time link to the console, good for 15 minutes. */

import { createLink, loginPath } from '../access/sessions.js';
import { publicUrlOf } from '../config/public-url.js';
import type { AddCommand } from './command.js';
import { tenantOf, withStore } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings } from './settings.js';

export interface LinkFlags extends SettingFlags {
  json?: boolean;
  tenant?: string;
  user: string;
  admin?: boolean;
}

export async function link(io: Io, flags: LinkFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  const scopes = flags.admin ? (['read', 'moderate', 'admin'] as const) : (['read', 'moderate'] as const);
  const secret = await withStore(config, secrets, (parts) =>
    createLink(parts, { tenant, user: flags.user, scopes }),
  );
  const url = `${publicUrlOf(config, config.port)}${loginPath(secret)}`;
  await (flags.json ? writeJson(io.out, { url, tenant, user: flags.user }) : write(io.out, `${url}\n`));
  if (!flags.json) await write(io.err, 'It can be used once, within 15 minutes.\n');
  return EXIT.ok;
}

export const addLink: AddCommand = (program, { io, act }) => {
  program
    .command('link')
    .description(
      "print a moderator's one-time console link (beside a running embedded service: serve --link)",
    )
    .requiredOption('--user <name>', 'name shown in the console and in its records')
    .option('--tenant <name>', 'tenant; needed where there are several')
    .option('--admin', 'with the scope admin')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: LinkFlags) => link(io, flags)));
};

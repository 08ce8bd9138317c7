/** `assay keys`: creates, lists and revokes the API keys of a tenant. The key itself is shown once, at creation. */
import { InvalidArgumentError, Option } from 'commander';
import { AssayError } from '../../schemas/errors.js';
import { SCOPES, type Scope } from '../../schemas/store/documents.js';
import { createKey, DEFAULT_RATE_PER_MINUTE, type KeyFacts, listKeys, revokeKey } from '../access/keys.js';
import type { AddCommand } from './command.js';
import { tenantOf, withStore } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings, wholeNumber } from './settings.js';
import { addSigningKeys } from './signing-keys.js';

interface KeyFlags extends SettingFlags {
  json?: boolean;
  tenant?: string;
}

export interface CreateFlags extends KeyFlags {
  name: string;
  scopes: Scope[];
  rate?: number;
  expiresDays?: number;
}

const DAY_MS = 24 * 3_600_000;

const time = (ms: number | null): string => (ms === null ? '-' : new Date(ms).toISOString());

const stateOf = ({ revokedMs, expiresMs }: KeyFacts, now: number): string => {
  if (revokedMs !== null) return 'revoked';
  return expiresMs !== null && expiresMs <= now ? 'expired' : 'active';
};

/** The shape of a key for scripts. */
const shown = (facts: KeyFacts, now: number) => ({
  prefix: facts._id,
  tenant: facts.tenant,
  name: facts.name,
  scopes: facts.scopes,
  state: stateOf(facts, now),
  createdAt: time(facts.createdMs),
  expiresAt: facts.expiresMs === null ? null : time(facts.expiresMs),
  lastUsedAt: facts.lastUsedMs === null ? null : time(facts.lastUsedMs),
  ratePerMinute: facts.ratePerMinute,
});

export async function create(io: Io, flags: CreateFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  const { name, scopes, rate: ratePerMinute, expiresDays } = flags;
  const { key, facts } = await withStore(config, secrets, (parts) => {
    const expiresMs = expiresDays === undefined ? null : parts.clock() + expiresDays * DAY_MS;
    return createKey(parts, { tenant, name, scopes, ratePerMinute, expiresMs });
  });
  if (flags.json === true) await writeJson(io.out, { key, ...shown(facts, Date.now()) });
  else {
    await write(io.out, `${key}\n`);
    await write(io.err, `Key ${facts._id} of ${tenant} (${scopes.join(', ')}). It is shown this once.\n`);
  }
  return EXIT.ok;
}

export async function list(io: Io, flags: KeyFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  const now = Date.now();
  await withStore(config, secrets, async (parts) => {
    let after: string | undefined;
    do {
      const page = await listKeys(parts, tenant, after);
      for (const facts of page.docs) {
        const key = shown(facts, now);
        if (flags.json === true) await writeJson(io.out, key);
        else {
          const columns = [key.prefix, key.state, key.scopes.join('+'), key.createdAt, key.name];
          await write(io.out, `${columns.join('  ')}\n`);
        }
      }
      after = page.next ?? undefined;
    } while (after !== undefined);
  });
  return EXIT.ok;
}

export async function revoke(io: Io, prefix: string, flags: KeyFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  // A whole key is accepted for its prefix, because that is what people have at hand.
  const id = /^ask_([a-z2-9]{10})_/.exec(prefix)?.[1] ?? prefix;
  const revoked = await withStore(config, secrets, (parts) => revokeKey(parts, tenant, id));
  if (!revoked) {
    throw new AssayError('request.not_found', `${tenant} has no key ${id} that could be revoked.`);
  }
  if (flags.json === true) await writeJson(io.out, { prefix: id, state: 'revoked' });
  else await write(io.out, `revoked ${id}\n`);
  return EXIT.ok;
}

/** `read,ingest` → scopes. */
export function parseScopes(text: string): Scope[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const known = names.filter((name): name is Scope => (SCOPES as readonly string[]).includes(name));
  if (known.length === names.length) return known;
  throw new InvalidArgumentError(`expected names from ${SCOPES.join(', ')}, separated by commas.`);
}

export const addKeys: AddCommand = (program, { io, act }) => {
  const keys = program
    .command('keys')
    .description('API keys of a tenant, and the signing keys of the issuer');
  addSigningKeys(keys, { io, act });
  const tenant = (): Option => new Option('--tenant <name>', 'tenant; needed where there are several');
  keys
    .command('create')
    .description('create a key and print it, this once')
    .requiredOption('--name <text>', 'what the key is used for')
    .requiredOption('--scopes <list>', `any of ${SCOPES.join(', ')}, separated by commas`, parseScopes)
    .option(
      '--rate <number>',
      `requests per minute (default ${DEFAULT_RATE_PER_MINUTE})`,
      wholeNumber(1, 1_000_000),
    )
    .option('--expires-days <number>', 'days until it expires (default: never)', wholeNumber(1, 3_650))
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: CreateFlags) => create(io, flags)));
  keys
    .command('list')
    .description('list keys, newest first, revoked ones included')
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: KeyFlags) => list(io, flags)));
  keys
    .command('revoke')
    .description('revoke a key from now on')
    .argument('<prefix>', 'the ten characters after ask_')
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((prefix: string, flags: KeyFlags) => revoke(io, prefix, flags)));
};

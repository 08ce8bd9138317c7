/**
 * `assay keys signing|rotate|retire|compromise`: the issuer's signing keys. They stand beside the API keys' commands and
 * are registered on the same `keys` command. A running service notices what is done here within seconds.
 */
import { type Command, Option } from 'commander';
import { AssayError } from '../../schemas/errors.js';
import { type KeyUse, sealedKeys } from '../attest/key-holder.js';
import { loadKeyHolder } from '../attest/key-holder-module.js';
import { allKeys, compromise, type KeyRoom, retire, rotate } from '../attest/key-rotation.js';
import type { ScheduledKey } from '../attest/key-schedule.js';
import { openSeal } from '../attest/seal.js';
import type { Cli } from './command.js';
import { withStore } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings } from './settings.js';

export interface SigningFlags extends SettingFlags {
  json?: boolean;
  set?: KeyUse;
  yes?: boolean;
}

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** The shape of a signing key for scripts. */
const shown = ({ key, role, signsUntilMs, publishedUntilMs }: ScheduledKey) => ({
  kid: key._id,
  set: key.use,
  role,
  holder: key.holder,
  signsFrom: time(Math.max(key.signsFromMs, key.createdMs)),
  signsUntil: time(signsUntilMs),
  publishedUntil: time(publishedUntilMs),
});

/** Runs `work` on the stored keys. @throws {AssayError} `config.invalid` without ASSAY_SECRET, `attest.key_locked` with another one */
async function inRoom<T>(io: Io, flags: SigningFlags, work: (room: KeyRoom) => Promise<T>): Promise<T> {
  const { config, secrets } = settings(io, flags);
  const { sealing } = secrets;
  if (sealing === null) {
    throw new AssayError(
      'config.invalid',
      'ASSAY_SECRET is not set: it seals the signing keys in the store.',
    );
  }
  return withStore(config, secrets, async ({ clock, collections }) => {
    const seal = await openSeal(collections.meta, sealing);
    return work({
      collection: collections.signingKeys,
      claims: collections.meta,
      lists: collections.statusLists,
      clock,
      holders: [
        ...(config.keyHolder === null ? [] : [await loadKeyHolder(config.keyHolder)]),
        sealedKeys(seal),
      ],
    });
  });
}

async function tell(io: Io, keys: readonly ScheduledKey[], json: boolean | undefined): Promise<void> {
  for (const each of keys) {
    const key = shown(each);
    if (json) await writeJson(io.out, key);
    else {
      const until = key.publishedUntil === null ? '' : `  published until ${key.publishedUntil}`;
      await write(io.out, `${key.kid}  ${key.set}  ${key.role}  from ${key.signsFrom}${until}\n`);
    }
  }
}

export async function signing(io: Io, flags: SigningFlags): Promise<number> {
  await tell(io, await inRoom(io, flags, allKeys), flags.json);
  return EXIT.ok;
}

export async function rotateKey(io: Io, flags: SigningFlags): Promise<number> {
  const use = flags.set ?? 'token';
  const found = await inRoom(io, flags, async (room) => {
    const { key, made } = await rotate(room, use);
    return { made, key: (await allKeys(room)).find((each) => each.key._id === key._id)! };
  });
  await tell(io, [found.key], flags.json);
  if (!found.made) await write(io.err, 'The next key is published already; it signs when its time comes.\n');
  return EXIT.ok;
}

export async function retireKey(io: Io, kid: string, flags: SigningFlags): Promise<number> {
  await tell(io, [await inRoom(io, flags, (room) => retire(room, kid))], flags.json);
  return EXIT.ok;
}

export async function compromiseKey(io: Io, kid: string, flags: SigningFlags): Promise<number> {
  if (!flags.yes) {
    throw new AssayError(
      'config.invalid',
      'This revokes every token that the key signed, for good. Say --yes if that is meant.',
    );
  }
  const { successor, lists, destroyed } = await inRoom(io, flags, (room) => compromise(room, kid));
  const answer = { kid, role: 'compromised', listsRevoked: lists, destroyed, successor: successor._id };
  if (flags.json) await writeJson(io.out, answer);
  else await write(io.out, `${kid}  compromised, ${lists} lists revoked; ${successor._id} signs now\n`);
  if (!destroyed) {
    await write(
      io.err,
      'Its holder did not destroy it: set ASSAY_KEY_HOLDER and do this again, or do it there.\n',
    );
  }
  return EXIT.ok;
}

/** Adds the subcommands to `assay keys`. */
export function addSigningKeys(keys: Command, { io, act }: Pick<Cli, 'io' | 'act'>): void {
  keys
    .command('signing')
    .description('list the signing keys: what each does, and until when')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: SigningFlags) => signing(io, flags)));
  keys
    .command('rotate')
    .description('make the next signing key; it is published now and signs 25 hours later')
    .addOption(new Option('--set <name>', 'which set').choices(['token', 'status']).default('token'))
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: SigningFlags) => rotateKey(io, flags)));
  keys
    .command('retire')
    .description('destroy the private part of a key that signs no more')
    .argument('<kid>', 'thumbprint of the key')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((kid: string, flags: SigningFlags) => retireKey(io, kid, flags)));
  keys
    .command('compromise')
    .description('drop a key at once and revoke every token it signed')
    .argument('<kid>', 'thumbprint of the key')
    .option('--yes', 'this is meant')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((kid: string, flags: SigningFlags) => compromiseKey(io, kid, flags)));
}

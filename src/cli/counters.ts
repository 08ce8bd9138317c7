/** `assay counters rebuild`: counts the items anew and puts the counters right. They should have been right already. */
import { Announcer } from '../../streams/5-announce.js';
import { rebuildCounters } from '../../streams/counters.js';
import type { AddCommand } from './command.js';
import { withContext } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings } from './settings.js';

export interface CounterFlags extends SettingFlags {
  json?: boolean;
}

export async function rebuild(io: Io, flags: CounterFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const corrections = await withContext(io, config, secrets, async (context) => {
    // What is recorded and not yet counted would be counted twice.
    await write(io.err, 'announcing what is pending\n');
    await new Announcer(context).drain();
    await write(io.err, 'counting items\n');
    return rebuildCounters(context.collections);
  });
  for (const { id, found, expected } of corrections) {
    if (flags.json) await writeJson(io.out, { id, found, expected });
    else await write(io.out, `${id}: was ${found}, is ${expected}\n`);
  }
  await write(
    io.err,
    corrections.length === 0 ? 'every counter was right\n' : `${corrections.length} put right\n`,
  );
  return EXIT.ok;
}

export const addCounters: AddCommand = (program, { io, act }) => {
  const counters = program.command('counters').description('counters of items by band');
  counters
    .command('rebuild')
    .description('count the items anew and put the counters right; run it while no service is running')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: CounterFlags) => rebuild(io, flags)));
};

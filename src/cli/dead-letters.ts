/**
 * `assay dead-letters`: what could not be handled, why, and the way back onto its topic. Replaying puts the original
 * bytes back and marks the letter; the next batch handles them again.
 */
import { Option } from 'commander';
import { AssayError } from '../../schemas/errors.js';
import type { DeadLetterDoc } from '../../schemas/store/documents.js';
import { replay as replayLetter } from '../../streams/dead-letter.js';
import type { AddCommand } from './command.js';
import { type StoreOnly, tenantOf, withContext, withStore } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings, wholeNumber } from './settings.js';

export interface LetterFlags extends SettingFlags {
  json?: boolean;
  tenant?: string;
}

export interface ListFlags extends LetterFlags {
  state: DeadLetterDoc['state'];
  limit: number;
}

const PAGE = 200;

/** What may be said of a letter without its bytes. */
const facts = ({ value: _, headers: __, failedMs, replayedMs, _id, ...rest }: DeadLetterDoc) => ({
  id: _id,
  ...rest,
  failedAt: new Date(failedMs).toISOString(),
  replayedAt: replayedMs === null ? null : new Date(replayedMs).toISOString(),
});

async function* letters(
  { collections }: StoreOnly,
  tenant: string,
  state: DeadLetterDoc['state'],
): AsyncGenerator<DeadLetterDoc> {
  let after: string | undefined;
  do {
    const where = { tenant, state };
    const query = {
      index: 'by_state',
      where,
      order: 'desc',
      limit: PAGE,
      ...(after ? { after } : {}),
    } as const;
    const page = await collections.deadLetters.page(query);
    yield* page.docs;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

export async function list(io: Io, flags: ListFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  await withStore(config, secrets, async (parts) => {
    let count = 0;
    for await (const doc of letters(parts, tenant, flags.state)) {
      if (count++ === flags.limit) {
        await write(io.err, `There are more than ${flags.limit}; see --limit.\n`);
        return;
      }
      const { id, failedAt, topic, partition, offset, code, detail } = facts(doc);
      if (flags.json) await writeJson(io.out, facts(doc));
      else await write(io.out, `${id}  ${failedAt}  ${topic}/${partition}@${offset}  ${code}  ${detail}\n`);
    }
  });
  return EXIT.ok;
}

async function letterOf({ collections }: StoreOnly, id: string, tenant: string): Promise<DeadLetterDoc> {
  const doc = await collections.deadLetters.get(id);
  if (doc !== null && doc.tenant === tenant) return doc;
  throw new AssayError('request.not_found', `${tenant} has no dead letter ${id}.`);
}

export async function show(io: Io, id: string, flags: LetterFlags & { raw?: boolean }): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  const doc = await withStore(config, secrets, (parts) => letterOf(parts, id, tenant));
  const bytes = Buffer.from(doc.value, 'base64');
  if (flags.raw) {
    io.out.write(bytes);
    return EXIT.ok;
  }
  if (flags.json) {
    await writeJson(io.out, { ...facts(doc), headers: doc.headers, value: doc.value });
    return EXIT.ok;
  }
  const rows = Object.entries({ ...facts(doc), ...doc.headers }).map(
    ([name, value]) => `${name}: ${value}\n`,
  );
  await write(io.out, `${rows.join('')}\n${bytes.toString('utf8')}\n`);
  return EXIT.ok;
}

/** @param ids letters to replay; none: all open ones of the tenant */
export async function replay(
  io: Io,
  ids: readonly string[],
  flags: LetterFlags & { all?: boolean },
): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  if (ids.length > 0 === (flags.all === true)) {
    throw new AssayError('config.invalid', 'expected ids of letters, or --all');
  }
  await withContext(io, config, secrets, async ({ log, collections, clock }) => {
    const parts = { deadLetters: collections.deadLetters, log, now: clock() };
    const wanted = [...ids];
    // Read to the end first: a letter that is replayed leaves the list it is read from.
    if (flags.all)
      for await (const { _id } of letters({ collections, clock }, tenant, 'open')) wanted.push(_id);
    for (const id of wanted) {
      const doc = await replayLetter(id, tenant, parts);
      if (flags.json) await writeJson(io.out, facts(doc));
      else await write(io.out, `${doc._id} is back on ${doc.topic}\n`);
    }
    await write(io.err, `${wanted.length} replayed\n`);
  });
  return EXIT.ok;
}

export const addDeadLetters: AddCommand = (program, { io, act }) => {
  const command = program.command('dead-letters').description('records that could not be handled');
  const tenant = (): Option => new Option('--tenant <name>', 'tenant; needed where there are several');
  command
    .command('list')
    .description('list letters, newest first')
    .addOption(new Option('--state <state>', 'which ones').choices(['open', 'replayed']).default('open'))
    .option('--limit <number>', 'how many at most', wholeNumber(1, 1_000_000), 100)
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: ListFlags) => list(io, flags)));
  command
    .command('show')
    .description('show one letter with its reason, headers and original bytes')
    .argument('<id>', 'id of the letter')
    .addOption(new Option('--raw', 'nothing but the original bytes').conflicts('json'))
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((id: string, flags: LetterFlags & { raw?: boolean }) => show(io, id, flags)));
  command
    .command('replay')
    .description('put letters back on the topics they came from')
    .argument('[id...]', 'ids of letters')
    .option('--all', 'all open letters of the tenant')
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((ids: string[], flags: LetterFlags & { all?: boolean }) => replay(io, ids, flags)));
};

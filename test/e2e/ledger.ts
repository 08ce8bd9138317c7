/**
 * The books after a run in which processes died: whether every text that was taken in has exactly one item and the
 * verdicts it should have, whether each verdict was announced, and whether the counters say what the items say.
 */
import { pino } from 'pino';
import type { ItemDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { Collection, Doc } from '../../schemas/store/port.js';
import { loadConfig } from '../../src/config/config.js';
import { readEnvironment } from '../../src/config/environment.js';
import type { Context } from '../../src/context.js';
import { openContext } from '../../src/open-context.js';
import { compareCounters } from '../../streams/counters.js';
import { VERDICTS_TOPIC } from '../../streams/topics.js';

export interface Ledger {
  items: ItemDoc[];
  verdicts: VerdictDoc[];
  /** How often each verdict id stands on the verdicts topic. */
  announced: Map<string, number>;
  /** Counters that differ from the items. */
  wrongCounters: unknown[];
  deadLetters: number;
}

async function all<T extends Doc>(collection: Collection<T>): Promise<T[]> {
  const docs: T[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof collection.page>> = await collection.page({
      index: '_id',
      limit: 1_000,
      ...(after === null ? {} : { after }),
    });
    docs.push(...page.docs);
    after = page.next;
  } while (after !== null);
  return docs;
}

async function announcements({ log }: Context): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { partition, first, next } of await log.bounds(VERDICTS_TOPIC)) {
    let at = first;
    while (at < next) {
      const records = await log.read(VERDICTS_TOPIC, partition, at, 500);
      if (records.length === 0) break;
      for (const { headers } of records) {
        const id = headers['ce_id'] as string;
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      at = (records[records.length - 1]?.offset ?? at) + 1;
    }
  }
  return counts;
}

/** Opens the data that a process has left behind, and reads all of it. */
export async function readLedger(env: Readonly<Record<string, string>>): Promise<Ledger> {
  const { config, secrets } = loadConfig(readEnvironment({}, env, '/nonexistent/.env'));
  const opened = await openContext(config, secrets, { clock: Date.now, logger: pino({ level: 'silent' }) });
  try {
    const { collections } = opened.context;
    return {
      items: await all(collections.items),
      verdicts: await all(collections.verdicts),
      announced: await announcements(opened.context),
      wrongCounters: await compareCounters(collections),
      deadLetters: (await all(collections.deadLetters)).length,
    };
  } finally {
    await opened.close();
  }
}

/** What is wrong with the books, in words; empty when nothing is lost, doubled or left out. */
export function faults({ items, verdicts, announced, wrongCounters }: Ledger): string[] {
  const found: string[] = [];
  const byItem = new Map<string, VerdictDoc[]>();
  for (const doc of verdicts) byItem.set(doc.itemId, [...(byItem.get(doc.itemId) ?? []), doc]);
  for (const { _id, verdictId, revision } of items) {
    const own = byItem.get(_id) ?? [];
    const revisions = own.map((doc) => doc.revision).sort((a, b) => a - b);
    if (revisions.some((one, at) => one !== at + 1)) found.push(`item ${_id} has the revisions ${revisions}`);
    if (!own.some((doc) => doc._id === verdictId && doc.revision === revision)) {
      found.push(`item ${_id} shows a verdict that is not recorded`);
    }
  }
  const known = new Set(items.map(({ _id }) => _id));
  for (const { _id, itemId, pending } of verdicts) {
    if (!known.has(itemId)) found.push(`verdict ${_id} has no item`);
    if (!announced.has(_id)) found.push(`verdict ${_id} was not announced`);
    if (pending.length > 0) found.push(`verdict ${_id} still owes ${pending.map(({ to }) => to)}`);
  }
  const recorded = new Set(verdicts.map(({ _id }) => _id));
  for (const id of announced.keys())
    if (!recorded.has(id)) found.push(`${id} was announced and not recorded`);
  for (const wrong of wrongCounters) found.push(`a counter is wrong: ${JSON.stringify(wrong)}`);
  return found;
}

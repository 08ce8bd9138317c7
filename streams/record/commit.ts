/**
 * Writes verdicts, each with a revision of its own: the insert of a verdict document is the commit point of the
 * pipeline. The unique index (item, revision) makes the revisions of an item a chain: whoever inserts revision r has
 * seen everything up to r − 1, so each document can state which verdict is current after it (`head`) and which band the
 * counters gain and lose, and these statements add up exactly, whatever the order of arrival and however many write.
 */
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import type { Head, ItemDoc, OutboxEntry, VerdictDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import type { Decided } from '../3-decide.js';
import { type ChainEnd, endFromChain, endFromItem } from './chain.js';

/** A verdict in the store, or one that a deletion overtook (`doc` null): then nothing of it is kept. */
export interface Committed {
  decided: Decided;
  doc: VerdictDoc | null;
}

/** Rounds before we give up and let the batch come again; each lost round means that another writer won one. */
const MAX_ROUNDS = 20;

const isTombstone = (decided: Decided): boolean => decided.verdict.kind === 'tombstone';

/** A text that a deletion of the same or a later version has overtaken is not to be kept in any form. */
const overtaken = (decided: Decided, head: Head | null): boolean =>
  head !== null && !isTombstone(decided) && decided.verdict.version <= head.deletedVersion;

/** The current verdict once `decided` has been recorded after `before`. */
function headAfter(decided: Decided, before: Head | null, revision: number): Head {
  const { verdictId, version, band } = decided.verdict;
  const deletedVersion = Math.max(before?.deletedVersion ?? -1, isTombstone(decided) ? version : -1);
  return before === null || version >= before.version
    ? { verdictId, version, revision, band: isTombstone(decided) ? null : band, deletedVersion }
    : { ...before, deletedVersion };
}

function verdictDoc(decided: Decided, end: ChainEnd, shards: number): VerdictDoc {
  const { verdict, evidence } = decided;
  const revision = end.revision + 1;
  const head = headAfter(decided, end.head, revision);
  const plus = head.band;
  const minus = end.head?.band ?? null;
  const pending: OutboxEntry[] = [
    { to: 'verdict', key: 'verdict' },
    { to: 'evidence', key: 'evidence' },
    { to: 'webhook', key: 'webhook' },
  ];
  if (plus !== minus) pending.push({ to: 'count', key: 'count', plus, minus });
  return {
    _id: verdict.verdictId,
    tenant: verdict.tenant,
    itemId: verdict.itemId,
    version: verdict.version,
    revision,
    verdict: { ...verdict, revision },
    evidence,
    head,
    pending,
    shard: shardOf(verdict.itemId, shards),
    ...(evidence.degraded === true ? { degraded: 'due' as const } : {}),
    decidedMs: Date.parse(verdict.decidedAt),
  };
}

/** Shard of an item's outbox entries: all verdicts of one item lie in one, so they are announced in order. */
export const shardOf = (itemId: string, shards: number): number =>
  Buffer.from(hashId('shard', itemId), 'base64url').readUInt16BE(0) % shards;

/**
 * Commits verdicts of DIFFERENT items (an item's next verdict comes in a later call). Idempotent: a verdict that exists
 * is returned as it was recorded.
 * @param known items as last read; may be behind
 * @throws {AssayError} `store.conflict` when 20 rounds were lost to other writers
 */
export async function commit(
  batch: readonly Decided[],
  known: ReadonlyMap<string, ItemDoc>,
  parts: { verdicts: Collection<VerdictDoc>; shards: number },
): Promise<Committed[]> {
  const { verdicts, shards } = parts;
  const done = new Map<Decided, VerdictDoc | null>();
  const ends = new Map<Decided, ChainEnd>();
  for (const decided of batch) {
    if (decided.stored !== null) done.set(decided, decided.stored);
    else ends.set(decided, endFromItem(known.get(decided.item.itemId)));
  }
  for (let round = 0; ends.size > 0; round += 1) {
    if (round === MAX_ROUNDS) {
      throw new AssayError(
        'store.conflict',
        `lost ${MAX_ROUNDS} rounds for ${ends.size} revisions to other writers`,
      );
    }
    const tries: { decided: Decided; doc: VerdictDoc }[] = [];
    for (const [decided, end] of ends) {
      if (overtaken(decided, end.head)) done.set(decided, null);
      else tries.push({ decided, doc: verdictDoc(decided, end, shards) });
    }
    ends.clear();
    const outcomes = tries.length === 0 ? [] : await verdicts.bulk(tries.map(({ doc }) => ({ insert: doc })));
    for (const [at, { decided, doc }] of tries.entries()) {
      const outcome = outcomes[at];
      if (outcome?.did === 'inserted') done.set(decided, doc);
      else if (outcome?.did === 'duplicate' && outcome.index === '_id')
        done.set(decided, await verdicts.get(doc._id));
      else ends.set(decided, await endFromChain(verdicts, decided.item.itemId));
    }
  }
  return batch.map((decided) => ({ decided, doc: done.get(decided) ?? null }));
}

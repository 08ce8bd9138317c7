/**
 * Stage 4 of 5: verdicts are recorded and their items brought up to date. An item that stands in the batch several
 * times is taken in waves, in the order of arrival.
 */

import type { ItemDoc, VerdictDoc } from '../schemas/store/documents.js';
import type { Decided } from './3-decide.js';
import { commit } from './record/commit.js';
import { project } from './record/project.js';
import type { PipelineParts } from './records.js';

type RecordParts = Pick<PipelineParts, 'collections' | 'outboxShards'>;

/** Splits into waves in which no item stands twice; the order per item is kept. */
function waves(decided: readonly Decided[]): Decided[][] {
  const result: Decided[][] = [];
  const depth = new Map<string, number>();
  for (const one of decided) {
    const wave = depth.get(one.item.itemId) ?? 0;
    depth.set(one.item.itemId, wave + 1);
    const members = result[wave] ?? [];
    result[wave] = members;
    members.push(one);
  }
  return result;
}

/**
 * Records a batch.
 * @param known items as read at admission
 * @returns the verdict documents that now stand in the store, in wave order
 */
export async function record(
  decided: readonly Decided[],
  known: ReadonlyMap<string, ItemDoc>,
  parts: RecordParts,
): Promise<VerdictDoc[]> {
  const { collections, outboxShards } = parts;
  const items = new Map(known);
  const recorded: VerdictDoc[] = [];
  for (const [at, wave] of waves(decided).entries()) {
    if (at > 0) {
      const ids = wave.map(({ item }) => item.itemId);
      for (const doc of await collections.items.getMany(ids)) if (doc !== null) items.set(doc._id, doc);
    }
    const committed = await commit(wave, items, { verdicts: collections.verdicts, shards: outboxShards });
    await project(committed, items, collections);
    recorded.push(...committed.flatMap(({ doc }) => (doc === null ? [] : [doc])));
  }
  return recorded;
}

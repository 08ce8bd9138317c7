/** What an item's verdict was before this run: the current one, or, where the run was here already, the one it replaced. */
import type { ItemDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { Band } from '../../schemas/verdict.js';
import type { RecordCollections } from '../records.js';

export interface Before {
  band: Band;
  /** Nats. */
  llr: number;
  evidenceId: string | null;
}

type Verdicts = RecordCollections['verdicts'];

/** The verdict that was current before the one with this revision. */
async function replaced(verdicts: Verdicts, itemId: string, revision: number): Promise<VerdictDoc | null> {
  const { docs } = await verdicts.page({
    index: 'by_item_revision',
    where: { itemId, revision: revision - 1 },
    limit: 1,
  });
  const last = docs[0];
  if (last === undefined) return null;
  return last.head.verdictId === last._id ? last : verdicts.get(last.head.verdictId);
}

/**
 * @param promotedId id of the verdict that this run makes of the item
 * @param current the item's current verdict, where it was read
 */
export async function before(
  item: ItemDoc,
  promotedId: string | null,
  current: VerdictDoc | null,
  verdicts: Verdicts,
): Promise<Before> {
  const own = promotedId !== null && item.verdictId === promotedId;
  const verdict = own ? await replaced(verdicts, item._id, item.revision) : current;
  return {
    band: own && verdict !== null ? verdict.verdict.band : item.band,
    llr: own && verdict !== null ? verdict.verdict.llr : item.llr,
    evidenceId: verdict?.evidence?.evidenceId ?? null,
  };
}

/** The end of an item's chain of revisions: its highest revision, and which verdict is current there. */
import type { Head, ItemDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';

export interface ChainEnd {
  /** Highest revision; 0 where there is no verdict yet. */
  revision: number;
  head: Head | null;
}

/** The end as the item document shows it. If that is behind, an insert after it collides and the chain itself is read. */
export const endFromItem = (item: ItemDoc | undefined): ChainEnd =>
  item === undefined
    ? { revision: 0, head: null }
    : {
        revision: item.revision,
        head: {
          verdictId: item.verdictId,
          version: item.version,
          revision: item.revision,
          band: item.deleted ? null : item.band,
          deletedVersion: item.deletedVersion,
        },
      };

/** The end as the verdicts themselves show it. */
export async function endFromChain(verdicts: Collection<VerdictDoc>, itemId: string): Promise<ChainEnd> {
  const { docs } = await verdicts.page({
    index: 'by_item_revision',
    where: { itemId },
    order: 'desc',
    limit: 1,
  });
  const last = docs[0];
  return last === undefined ? { revision: 0, head: null } : { revision: last.revision, head: last.head };
}

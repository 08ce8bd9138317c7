/** The tenant's counters, summed for people: bands per kind, and which platforms there are. */
import { ITEM_KINDS, type ItemKind } from '../../schemas/ids.js';
import type { CounterDoc } from '../../schemas/store/documents.js';
import { BANDS, type Band } from '../../schemas/verdict.js';
import type { Context } from '../context.js';

export interface Counts {
  total: number;
  /** Per kind, in the order posts, mails: items of each band. */
  kinds: { kind: ItemKind; total: number; bands: Record<Band, number> }[];
  /** Platforms with items, most items first. */
  platforms: { platform: string; total: number }[];
}

const PAGE = 200;
/** Counters read at once: platforms × kinds × bands of one tenant. */
const MAX_PAGES = 25;

const noBands = () => Object.fromEntries(BANDS.map((band) => [band, 0])) as Record<Band, number>;

/** Sums counters. Zero and below (a batch being applied) count as nothing. */
export function countsOf(docs: readonly CounterDoc[]): Counts {
  const kinds = ITEM_KINDS.map((kind) => ({ kind, total: 0, bands: noBands() }));
  const platforms = new Map<string, number>();
  for (const { kind, platform, band, n } of docs) {
    const of = kinds.find((one) => one.kind === kind);
    if (of === undefined || n <= 0) continue;
    of.bands[band] += n;
    of.total += n;
    platforms.set(platform, (platforms.get(platform) ?? 0) + n);
  }
  return {
    total: kinds.reduce((sum, { total }) => sum + total, 0),
    kinds,
    platforms: [...platforms]
      .map(([platform, total]) => ({ platform, total }))
      .sort((a, b) => b.total - a.total || a.platform.localeCompare(b.platform)),
  };
}

/** The counts as they stand; at most 5,000 counters are read. */
export async function readCounts(
  { collections }: { collections: Pick<Context['collections'], 'counters'> },
  tenant: string,
): Promise<Counts> {
  const docs: CounterDoc[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page: { docs: CounterDoc[]; next: string | null } = await collections.counters.page({
      index: 'by_tenant',
      where: { tenant },
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
    docs.push(...page.docs);
    after = page.next;
    if (after === null) break;
  }
  return countsOf(docs);
}

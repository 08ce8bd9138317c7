/**
 * The counters made anew from the items: what they have to be after any crash. Exact while nothing is being recorded;
 * the command line runs it that way.
 */
import type { CounterDoc, CounterSum } from '../schemas/store/documents.js';
import type { BulkOp, Collection } from '../schemas/store/port.js';
import { counterId, lastBatch } from './announce/counts.js';
import { OUTBOX_SHARDS_MAX, type RecordCollections } from './records.js';

const PAGE = 1_000;

/** Current items per tenant, kind, platform and band, counted one by one. Only counters above zero. */
export async function countItems(items: RecordCollections['items']): Promise<Map<string, CounterSum>> {
  const sums = new Map<string, CounterSum>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof items.page>> = await items.page({
      index: '_id',
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
    for (const { tenant, kind, platform, band, deleted } of page.docs) {
      if (deleted) continue;
      const id = counterId(tenant, kind, platform, band);
      const sum = sums.get(id) ?? { id, tenant, kind, platform, band, n: 0 };
      sum.n += 1;
      sums.set(id, sum);
    }
    after = page.next;
  } while (after !== null);
  return sums;
}

async function allCounters(counters: Collection<CounterDoc>): Promise<CounterDoc[]> {
  const docs: CounterDoc[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof counters.page>> = await counters.page({
      index: '_id',
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
    docs.push(...page.docs);
    after = page.next;
  } while (after !== null);
  return docs;
}

/** One counter that was wrong. */
export interface Correction {
  id: string;
  found: number;
  expected: number;
}

/** Where the counters differ from the items. Empty when all is well. */
export async function compareCounters(
  collections: Pick<RecordCollections, 'counters' | 'items'>,
): Promise<Correction[]> {
  const expected = await countItems(collections.items);
  const found = new Map((await allCounters(collections.counters)).map((doc) => [doc._id, doc.n]));
  const ids = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return ids
    .map((id) => ({ id, found: found.get(id) ?? 0, expected: expected.get(id)?.n ?? 0 }))
    .filter((one) => one.found !== one.expected);
}

/** Numbers of the batches that the counters contain once they are made from the items. */
async function batchesContained(meta: Pick<RecordCollections, 'meta'>): Promise<Record<string, number>> {
  const contained: Record<string, number> = {};
  for (let shard = 0; shard < OUTBOX_SHARDS_MAX; shard += 1) {
    const last = await lastBatch(shard, meta);
    if (last !== null) contained[`lastBatch.${shard}`] = last.batch;
  }
  return contained;
}

/**
 * Sets every counter to what the items say. The outbox has to be empty: drain it first. The next owner of a shard does
 * its last batch again, so a counter that is made anew says that it contains it.
 * @returns what was wrong
 */
export async function rebuildCounters(
  collections: Pick<RecordCollections, 'counters' | 'items' | 'meta'>,
): Promise<Correction[]> {
  const corrections = await compareCounters(collections);
  if (corrections.length === 0) return [];
  const sums = await countItems(collections.items);
  const contained = await batchesContained(collections);
  await collections.counters.bulk(
    corrections.map(({ id, expected }): BulkOp<CounterDoc> => {
      const { id: _, n: __, ...names } = sums.get(id) ?? { id, n: 0 };
      const change = { set: { n: expected, ...contained }, setOnInsert: names };
      return { update: { id, change, upsert: expected > 0 } };
    }),
  );
  return corrections;
}

/**
 * Counters fed from the outbox, each verdict counted exactly once. The owner of a shard writes down the batch it is
 * about to apply (its number, its verdicts, the sums), then adds the sums under the guard `lastBatch < number`, then
 * clears the verdicts' entries. Whoever comes after a crash finds the batch written down and does the same again: what
 * was added is not added twice, what was not is.
 */
import { AssayError } from '../../schemas/errors.js';
import type { CountBatch, CounterSum, VerdictDoc } from '../../schemas/store/documents.js';
import type { Band } from '../../schemas/verdict.js';
import type { RecordCollections } from '../records.js';

export const counterId = (tenant: string, kind: string, platform: string, band: Band): string =>
  `${tenant}:${kind}:${platform}:${band}`;

const batchId = (shard: number): string => `outbox:${shard}`;

/** What these verdicts add to the counters, summed; sums of zero are left out. */
export function sumsOf(docs: readonly VerdictDoc[]): CounterSum[] {
  const sums = new Map<string, CounterSum>();
  const add = (doc: VerdictDoc, band: Band | null | undefined, n: number): void => {
    if (band == null) return;
    const { tenant, itemKind: kind, platform } = doc.verdict;
    const id = counterId(tenant, kind, platform, band);
    const sum = sums.get(id) ?? { id, tenant, kind, platform, band, n: 0 };
    sum.n += n;
    sums.set(id, sum);
  };
  for (const doc of docs) {
    for (const entry of doc.pending) {
      if (entry.to !== 'count') continue;
      add(doc, entry.plus, 1);
      add(doc, entry.minus, -1);
    }
  }
  return [...sums.values()].filter(({ n }) => n !== 0);
}

/** The batch last written down for a shard, or null before the first. */
export async function lastBatch(
  shard: number,
  { meta }: Pick<RecordCollections, 'meta'>,
): Promise<CountBatch | null> {
  const doc = await meta.get(batchId(shard));
  return doc === null ? null : (doc.value as CountBatch);
}

/**
 * Writes down the next batch of a shard.
 * @throws {AssayError} `store.conflict` when another owner wrote one in the meantime
 */
export async function beginBatch(
  shard: number,
  docs: readonly VerdictDoc[],
  after: CountBatch | null,
  { meta }: Pick<RecordCollections, 'meta'>,
): Promise<CountBatch> {
  const value: CountBatch = {
    batch: (after?.batch ?? 0) + 1,
    verdictIds: docs.map(({ _id }) => _id),
    sums: sumsOf(docs),
  };
  const { did } =
    after === null
      ? await meta.insert({ _id: batchId(shard), value })
      : await meta.update(batchId(shard), { set: { value } }, { guard: { 'value.batch': after.batch } });
  if (did !== 'inserted' && did !== 'updated') {
    throw new AssayError('store.conflict', `another owner took shard ${shard} of the outbox`);
  }
  return value;
}

/** Adds a batch to the counters; doing it again changes nothing. */
export async function applyBatch(
  shard: number,
  { batch, sums }: CountBatch,
  { counters }: Pick<RecordCollections, 'counters'>,
): Promise<void> {
  if (sums.length === 0) return;
  const path = `lastBatch.${shard}`;
  await counters.bulk(
    sums.map(({ id, n, ...names }) => ({
      update: {
        id,
        guard: { [path]: { not: { gte: batch } } },
        change: { inc: { n }, set: { [path]: batch }, setOnInsert: names },
        upsert: true,
      },
    })),
  );
}

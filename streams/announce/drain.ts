/**
 * Empties one shard of the outbox, a page at a time: deliver to the topics, queue for the webhooks, count, clear. Each
 * step may be repeated without harm, and the clearing comes last, so a crash anywhere only repeats deliveries under the
 * same ids.
 */
import type { CountBatch, VerdictDoc } from '../../schemas/store/documents.js';
import type { Log } from '../log/port.js';
import type { RecordCollections } from '../records.js';
import { applyBatch, beginBatch, lastBatch } from './counts.js';
import { deliver } from './deliver.js';
import { fanOut } from './fan-out.js';

/** Verdicts per page: large enough that the few writes per page vanish, small enough to stay in one document. */
const PAGE = 1_000;

type DrainCollections = Pick<
  RecordCollections,
  'counters' | 'meta' | 'verdicts' | 'webhooks' | 'webhookDeliveries'
>;

/** One shard and what its owner remembers of it. */
export class ShardDrain {
  readonly #shard: number;
  readonly #log: Log;
  readonly #collections: DrainCollections;
  /** Undefined until the batch of a former owner has been looked for and finished. */
  #last: CountBatch | null | undefined;

  constructor(shard: number, log: Log, collections: DrainCollections) {
    this.#shard = shard;
    this.#log = log;
    this.#collections = collections;
  }

  /** Announces one page. @returns how many verdicts it cleared; 0 when nothing was pending */
  async page(): Promise<number> {
    try {
      // What follows is about the pending verdicts read AFTER this batch was settled; should anybody else settle
      // another one meanwhile, beginning the next after `last` fails.
      const last = this.#last === undefined ? await this.#finishBegun() : this.#last;
      const { docs } = await this.#collections.verdicts.page({
        index: 'by_shard',
        where: { shard: this.#shard },
        limit: PAGE,
      });
      if (docs.length > 0) {
        await deliver(docs, this.#log);
        await fanOut(docs, this.#collections);
        const begun = await beginBatch(this.#shard, docs, last, this.#collections);
        await applyBatch(this.#shard, begun, this.#collections);
        await this.#clear(docs);
        this.#last = begun;
      } else this.#last = last;
      return docs.length;
    } catch (error) {
      // Whatever was begun is found again in the store.
      this.#last = undefined;
      throw error;
    }
  }

  async #finishBegun(): Promise<CountBatch | null> {
    const begun = await lastBatch(this.#shard, this.#collections);
    if (begun === null) return null;
    await applyBatch(this.#shard, begun, this.#collections);
    const docs = await this.#collections.verdicts.getMany(begun.verdictIds);
    await this.#clear(docs.filter((doc): doc is VerdictDoc => doc !== null && doc.shard !== null));
    return begun;
  }

  /** A batch is begun only after its deliveries, so all kinds of entries are settled here. */
  async #clear(docs: readonly VerdictDoc[]): Promise<void> {
    if (docs.length === 0) return;
    const change = { set: { pending: [], shard: null } };
    await this.#collections.verdicts.bulk(docs.map(({ _id }) => ({ update: { id: _id, change } })));
  }
}

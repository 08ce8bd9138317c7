/**
 * Replay: the stored items of a stretch of time, judged again by another detector. Goes page by page along the time of
 * receipt and hands over its whole state after each one, so that it goes on where it was, whatever ended it.
 */
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { Run } from '../3-decide.js';
import { isolate } from '../retry.js';
import { type Comparison, emptyComparison, noteCompared, noteFailed } from './comparison.js';
import { judgeAgain, type ReplayParts } from './judge-again.js';
import { Pace } from './pace.js';

export type { ReplayParts } from './judge-again.js';

/** What is asked; a replay that is taken up again has to ask the same. */
export interface ReplayQuestion {
  /** Times of receipt, milliseconds since the epoch: from, inclusive, and to, exclusive. */
  fromMs: number;
  toMs: number;
  tenants: readonly string[];
  /** Names the detector; the set of one run is fixed. */
  detectorSet: string;
  promote: boolean;
}

export interface ReplayState extends ReplayQuestion {
  schemaVersion: 1;
  runId: string;
  /** Tenants done, and where the next one stands. */
  at: { tenant: number; cursor: string | null };
  /** Items passed. */
  items: number;
  comparison: Comparison;
  done: boolean;
}

export const beginReplay = (question: ReplayQuestion, runId: string): ReplayState => ({
  ...question,
  schemaVersion: 1,
  runId,
  at: { tenant: 0, cursor: null },
  items: 0,
  comparison: emptyComparison(),
  done: false,
});

export interface ReplayOptions {
  /** Items a second, at most; null for no bound. */
  rate: number | null;
  /** Ends after the page in hand. */
  signal?: AbortSignal;
  /** Keeps the state; when it resolves, the page is done for good. */
  save: (state: ReplayState) => Promise<void>;
  /** After each page, once it is kept. */
  onPage?: (state: ReplayState) => Promise<void> | void;
}

const PAGE = 200;

/** Pages of a slow replay are small, so that it works evenly. */
const pageSize = (rate: number | null): number =>
  rate === null ? PAGE : Math.min(PAGE, Math.max(1, Math.ceil(rate / 4)));

/** Judges a page; an item whose text cannot be judged is counted by itself and costs its neighbours nothing. */
async function judgePage(docs: readonly ItemDoc[], state: ReplayState, parts: ReplayParts): Promise<void> {
  const { comparison } = state;
  const run: Run = { kind: state.promote ? 'promote' : 'rescore', id: state.runId };
  await isolate(
    docs,
    async (some) => {
      const page = await judgeAgain(some, run, state.promote, parts);
      for (const one of page.compared) noteCompared(comparison, one);
      comparison.withoutText += page.withoutText;
      comparison.promoted += page.promoted;
      comparison.overtaken += page.overtaken;
      comparison.unchangedEvidence += page.unchangedEvidence;
    },
    {
      tries: 2,
      surroundings: async () => void (await parts.collections.meta.get('schema')),
      giveUp: async (doc, error) => {
        parts.logger.warn({ err: error, item: doc._id }, 'an item could not be judged again');
        noteFailed(comparison, doc._id);
      },
    },
  );
}

/**
 * Goes on until the end, or until told to stop.
 * @param state changed in place, and kept after each page
 * @returns whether it came to its end
 * @throws {AssayError} `store.unavailable` and the like; the kept state is then that of the last whole page
 */
export async function replay(
  state: ReplayState,
  parts: ReplayParts,
  { rate, signal, save, onPage }: ReplayOptions,
): Promise<boolean> {
  const { items } = parts.collections;
  const pace = new Pace(rate);
  while (!state.done) {
    const tenant = state.tenants[state.at.tenant];
    if (tenant === undefined) {
      state.done = true;
      await save(state);
      break;
    }
    if (signal?.aborted) return false;
    const { cursor } = state.at;
    const page = await items.page({
      index: 'by_received',
      where: { tenant, receivedMs: { gte: state.fromMs, lt: state.toMs } },
      limit: pageSize(rate),
      ...(cursor === null ? {} : { after: cursor }),
    });
    await pace.take(page.docs.length, signal);
    if (signal?.aborted) return false;
    await judgePage(page.docs, state, parts);
    state.items += page.docs.length;
    state.at =
      page.next === null
        ? { tenant: state.at.tenant + 1, cursor: null }
        : { tenant: state.at.tenant, cursor: page.next };
    await save(state);
    await onPage?.(state);
  }
  return true;
}

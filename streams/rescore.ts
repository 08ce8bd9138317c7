/**
 * Judges again, with everything there is, the texts that got the first stage only while too much waited. Which ones they
 * are stands in their verdict documents from the moment these are recorded, so none is forgotten, whoever dies; the new
 * verdict's id follows from the text and the detector set, so none is judged twice, however many work at it.
 */
import { hashId, verdictId } from '../schemas/ids.js';
import type { ItemDoc, VerdictDoc } from '../schemas/store/documents.js';
import { judgeAll } from './2-score.js';
import { decideAll, type Run } from './3-decide.js';
import { record } from './4-record.js';
import type { Announcer } from './5-announce.js';
import type { AdmittedText } from './admit/admitted.js';
import type { Overload } from './overload.js';
import type { PipelineParts } from './records.js';
import { storedText } from './replay/stored-text.js';
import { pause } from './retry.js';

/** Verdicts of a page: few, so that what comes in meanwhile waits little. */
const PAGE = 50;
const LOOK_MS = 1_000;
const IDLE_MS = 5_000;

export interface RescoreParts {
  pipeline: PipelineParts;
  overload: Pick<Overload, 'look'>;
  announcer: Pick<Announcer, 'wake'>;
  /** Told how many were judged again. */
  onRescored?: (count: number) => void;
}

interface Due {
  doc: VerdictDoc;
  item: ItemDoc;
  text: AdmittedText;
}

/** Whether the item shows something newer: another version, a deletion, or a verdict after this one. */
const superseded = (doc: VerdictDoc, item: ItemDoc): boolean =>
  item.version > doc.version ||
  item.deletedVersion >= doc.version ||
  (item.version === doc.version && item.revision > doc.revision);

export class Rescorer {
  readonly #parts: RescoreParts;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | null = null;
  #after: string | null = null;

  constructor(parts: RescoreParts) {
    this.#parts = parts;
  }

  /** Judges one page again. @returns how many verdicts it has done with; 0 at the end of what is due */
  async page(): Promise<number> {
    const { pipeline } = this.#parts;
    const { verdicts, items } = pipeline.collections;
    const { docs, next } = await verdicts.page({
      index: 'by_degraded',
      where: { degraded: 'due' },
      limit: PAGE,
      ...(this.#after === null ? {} : { after: this.#after }),
    });
    this.#after = next;
    const found = await items.getMany(docs.map(({ itemId }) => itemId));
    const due: Due[] = [];
    const done: VerdictDoc[] = [];
    for (const [at, doc] of docs.entries()) {
      const item = found[at] ?? null;
      const text = item === null ? null : storedText(item);
      // An item that is behind is brought up to date by whoever records it; its text is judged again after that.
      if (item === null || (!superseded(doc, item) && item.verdictId !== doc._id)) continue;
      if (text !== null && !superseded(doc, item)) due.push({ doc, item, text });
      done.push(doc);
    }
    if (due.length > 0) await this.#judge(due);
    if (done.length > 0) {
      const change = { unset: ['degraded'] };
      await verdicts.bulk(done.map(({ _id: id }) => ({ update: { id, change } })));
    }
    return done.length;
  }

  async #judge(due: readonly Due[]): Promise<void> {
    const { pipeline, announcer, onRescored } = this.#parts;
    const texts = due.map(({ text }) => text);
    const evidence = await judgeAll(texts, pipeline, { signal: this.#stopping.signal });
    const run: Run = { kind: 'rescore', id: hashId('degraded', pipeline.judge.detectorSet) };
    const scored = due.map(({ doc, item, text }) => {
      const fresh = evidence.get(text)!;
      // Recipients are not kept with a letter; their keys are, in what was known of it.
      const recipientKeys = doc.evidence?.mail?.recipientKeys ?? [];
      return {
        item: text,
        verdictId: verdictId(text.itemId, text.version, text.contentHash, run.kind, run.id),
        evidence: fresh.mail === undefined ? fresh : { ...fresh, mail: { ...fresh.mail, recipientKeys } },
        hal: item.hal,
        stored: null,
      };
    });
    const decided = decideAll(scored, pipeline.decide, pipeline.clock(), run);
    const recorded = await record(decided, new Map(due.map(({ item }) => [item._id, item])), pipeline);
    announcer.wake();
    onRescored?.(recorded.length);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    await pause(LOOK_MS, signal);
    while (!signal.aborted) {
      let waitMs = LOOK_MS;
      try {
        if (!(await this.#parts.overload.look())) waitMs = (await this.page()) > 0 ? 0 : IDLE_MS;
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.pipeline.logger.warn({ err: error }, 'judging again failed; it is tried again later');
        waitMs = IDLE_MS;
      }
      await pause(waitMs, signal);
    }
  }

  /** Gives up the page in hand, which is judged again at the next start. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }
}

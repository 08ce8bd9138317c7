/**
 * The consumer that runs the pipeline: takes batches from the intake topics, holds them back while too many verdicts
 * wait to be announced, and finishes the batch in hand when told to stop. Scoring and announcing may run in processes of
 * their own: each half works without the other, over the log and the store.
 */
import { LIMITS } from '../schemas/limits.js';
import { Announcer } from './5-announce.js';
import type { Leases } from './announce/lease.js';
import { Marks } from './back-pressure.js';
import type { Consumer, RecordBatch } from './log/port.js';
import { Overload } from './overload.js';
import { type BatchReport, processRecords } from './pipeline.js';
import type { PipelineParts } from './records.js';
import { Rescorer } from './rescore.js';
import { intakeTopics, SCORE_GROUP } from './topics.js';

export interface WorkerOptions {
  leases?: Leases;
  /** Whether this process takes batches and judges them; default true. */
  consumes?: boolean;
  /** Whether this process announces what is recorded, by whomever; default true. */
  announces?: boolean;
  /** Partitions handled side by side. */
  concurrency?: number;
  maxBatch?: number;
  onBatch?: (report: BatchReport) => void;
  onAnnounced?: (count: number) => void;
  onError?: (error: unknown, at: { topic: string; partition?: number }) => void;
  /** Records waiting above which texts get the first stage only, until a quarter of it is left; default never. */
  degradeAbove?: number | null;
  /** Told how many texts were judged again after such a time. */
  onRescored?: (count: number) => void;
  /** Told when partitions were dealt out anew. */
  onRebalance?: () => void;
  /** Milliseconds a batch in hand may take once the worker stops; default 2,000. */
  graceMs?: number;
  /** Marks on verdicts recorded and not yet announced. */
  marks?: Marks;
}

/** Milliseconds that a batch in hand has to finish when the worker stops; then it is abandoned, and comes again. */
const GRACE_MS = 2_000;

/** How often a held-back worker looks whether the outbox has emptied, in ms. */
const LOOK_AGAIN_MS = 200;

export class Worker {
  readonly announcer: Announcer;
  readonly #parts: PipelineParts;
  readonly #options: WorkerOptions;
  readonly #marks: Marks;
  readonly #overload: Overload;
  readonly #rescorer: Rescorer;
  readonly #topics: string[];
  #consumer: Consumer | null = null;
  #heldBack: NodeJS.Timeout | null = null;
  #recordedSinceLook = 0;
  #started = false;
  #stopping = false;

  constructor(parts: PipelineParts, options: WorkerOptions = {}) {
    this.#parts = parts;
    this.#options = options;
    this.#marks = options.marks ?? new Marks(LIMITS.queueItems, LIMITS.queueItems / 2);
    this.#topics = [...intakeTopics(parts.tenants).keys()];
    this.announcer = new Announcer({
      log: parts.log,
      collections: parts.collections,
      logger: parts.logger,
      leases: options.leases,
      onAnnounced: options.onAnnounced,
    });
    const { degradeAbove = null, onRescored } = options;
    this.#overload = new Overload({
      lag: () => this.lag(),
      marks: degradeAbove === null ? null : new Marks(degradeAbove, Math.floor(degradeAbove / 4)),
      clock: parts.clock,
      onChange: (overloaded) =>
        parts.logger.warn({ overloaded }, 'whether texts get the first stage only has changed'),
    });
    this.#rescorer = new Rescorer({
      pipeline: parts,
      overload: this.#overload,
      announcer: this.announcer,
      ...(onRescored === undefined ? {} : { onRescored }),
    });
  }

  /** True while texts get the first stage only. */
  get degraded(): boolean {
    return this.#overload.overloaded;
  }

  /** True once partitions are assigned, or at once where this process takes none. */
  get ready(): boolean {
    if (this.#options.consumes === false) return this.#started && !this.#stopping;
    return this.#consumer?.ready ?? false;
  }

  /** True while intake is paused because the outbox is above its high mark. */
  get heldBack(): boolean {
    return this.#heldBack !== null;
  }

  async start(): Promise<void> {
    this.#started = true;
    if (this.#options.announces !== false) this.announcer.start();
    if (this.#options.consumes === false) return;
    this.#rescorer.start();
    const topics = intakeTopics(this.#parts.tenants);
    this.#consumer = await this.#parts.log.consume({
      group: SCORE_GROUP,
      topics: this.#topics,
      from: 'beginning',
      maxBatch: this.#options.maxBatch ?? 500,
      concurrency: this.#options.concurrency ?? 1,
      // One tenant's flood does not delay another.
      shareOf: (topic) => topics.get(topic)?.tenant ?? '',
      onRebalance: () => this.#options.onRebalance?.(),
      onBatch: (batch) => this.#handle(batch),
      onError: (error, at) => {
        this.#parts.logger.warn({ err: error, ...at }, 'a batch failed and comes again');
        this.#options.onError?.(error, at);
      },
    });
  }

  async #handle(batch: RecordBatch): Promise<void> {
    // Aborted when the batch becomes somebody else's; our own stopping lets the batch in hand finish, if that is soon.
    const taken = new AbortController();
    let late: NodeJS.Timeout | undefined;
    const take = (): void => {
      if (this.#stopping) late ??= setTimeout(() => taken.abort(), this.#options.graceMs ?? GRACE_MS);
      else taken.abort();
    };
    if (batch.signal.aborted) take();
    batch.signal.addEventListener('abort', take);
    try {
      await processRecords(batch.records, this.#parts, this.announcer, {
        signal: taken.signal,
        firstStageOnly: await this.#overload.look(),
        heartbeat: () => batch.heartbeat(),
        onBatch: this.#options.onBatch,
      });
    } finally {
      // The signal is the partition's, and outlives many batches.
      batch.signal.removeEventListener('abort', take);
      clearTimeout(late);
    }
    this.#recordedSinceLook += batch.records.length;
    // Looking costs a walk along the outbox, so it waits until enough was recorded to matter.
    if (this.#recordedSinceLook >= this.#marks.high / 4) await this.#look();
  }

  /** Pauses above the high mark, and looks again until the outbox is below the low one. */
  async #look(): Promise<void> {
    this.#recordedSinceLook = 0;
    const waiting = await this.announcer.pending(this.#marks.high + 1);
    if (this.#stopping) return;
    const topics = this.#topics.map((topic) => ({ topic }));
    if (this.#marks.closedAt(waiting)) {
      if (this.#heldBack === null) this.#consumer?.pause(topics);
      this.#lookLater();
    } else if (this.#heldBack !== null) {
      clearTimeout(this.#heldBack);
      this.#heldBack = null;
      this.#consumer?.resume(topics);
    }
  }

  /** Nothing is delivered while held back, so nobody else would look: also a look that failed is made again. */
  #lookLater(): void {
    clearTimeout(this.#heldBack ?? undefined);
    this.#heldBack = setTimeout(() => {
      this.#look().catch((error) => {
        this.#parts.logger.warn({ err: error }, 'the outbox cannot be looked at');
        if (!this.#stopping) this.#lookLater();
      });
    }, LOOK_AGAIN_MS);
  }

  /** Records not yet scored. */
  async lag(): Promise<number> {
    let lag = 0;
    for (const topic of this.#topics) lag += await this.#parts.log.lag(SCORE_GROUP, topic);
    return lag;
  }

  /** Resolves when everything appended so far is recorded and announced; for `--once`, tests and a calm shutdown. */
  async settle(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      if ((await this.lag()) === 0 && (await this.announcer.pending(1)) === 0) return;
      this.announcer.wake();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Finishes the batch in hand or gives it up, announces what is pending, leaves the group. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([this.#consumer?.stop(), this.#rescorer.stop()]);
    this.#consumer = null;
    clearTimeout(this.#heldBack ?? undefined);
    this.#heldBack = null;
    await this.announcer.stop();
  }
}

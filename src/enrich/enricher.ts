/**
 * The enricher: follows a topic of posts, verifies each post's attestation offline, and writes the post with the result
 * to another topic, for consumers that do not verify themselves. At least once: offsets are committed after the
 * enriched records are durable, and an event delivered twice has the same id twice. What is no post becomes a dead letter.
 */
import type { Logger } from 'pino';
import { AssayError } from '../../schemas/errors.js';
import type { DeadLetterDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import { isAboutRecord, type Rejected } from '../../streams/1-admit.js';
import { setAside } from '../../streams/dead-letter.js';
import type { Consumer, Log, LogRecord, OutgoingRecord, RecordBatch } from '../../streams/log/port.js';
import { isolate } from '../../streams/retry.js';
import type { Verifier } from '../client/html.js';
import { type AttestationWord, type Enriched, enrichPost } from './attested-post.js';

export { type AttestationMember, type AttestationWord, RESULT_MEMBER } from './attested-post.js';

export interface EnricherParts {
  log: Log;
  /** Its caches are shared by all partitions; give it no network and it stays offline. */
  verifier: Verifier;
  deadLetters: Collection<DeadLetterDoc>;
  /** Whose dead letters they are. */
  tenant: string;
  clock: () => number;
  logger: Logger;
}

export interface EnricherOptions {
  from: string;
  to: string;
  /** Consumer group; default `assay-enrich-<from>-<to>`, so that two enrichers of one pair share the work. */
  group?: string;
  /** Partitions handled side by side. */
  concurrency?: number;
  maxBatch?: number;
  /** Told about each batch that was written. */
  onBatch?: (report: EnrichedBatch) => void;
}

/** Records by what became of them. */
export type EnrichedBatch = Record<AttestationWord | 'rejected', number>;

export interface Enricher {
  /** True once partitions are assigned. */
  readonly ready: boolean;
  /** Records not yet enriched. */
  lag(): Promise<number>;
  /** Resolves when everything appended so far was enriched or set aside. */
  settle(signal?: AbortSignal): Promise<void>;
  /** Leaves the group. What is not yet written of the batch in hand comes again at the next start. Idempotent. */
  stop(): Promise<void>;
}

/** Posts verified at one time: enough to keep the signature checks busy, few enough to stay in the group meanwhile. */
const AT_ONCE = 64;
const LOOK_AGAIN_MS = 50;

/** What is verified, sent and set aside for some records of one batch; idempotent but for repetition. */
async function enrichRecords(
  records: readonly LogRecord[],
  { log, verifier, deadLetters, tenant, clock }: EnricherParts,
  { to, onBatch }: EnricherOptions,
  { heartbeat, signal }: Pick<RecordBatch, 'heartbeat' | 'signal'>,
): Promise<void> {
  const report: EnrichedBatch = { valid: 0, invalid: 0, unchecked: 0, none: 0, rejected: 0 };
  const enriched: OutgoingRecord[] = [];
  const rejected: Rejected[] = [];
  const enrich = async (record: LogRecord): Promise<Enriched | Rejected> => {
    try {
      return await enrichPost(record, verifier, clock());
    } catch (error) {
      if (!isAboutRecord(error)) throw error;
      return { record, tenant, error };
    }
  };
  for (let at = 0; at < records.length; at += AT_ONCE) {
    for (const one of await Promise.all(records.slice(at, at + AT_ONCE).map(enrich))) {
      if ('error' in one) rejected.push(one);
      else enriched.push(one.record);
      report['error' in one ? 'rejected' : one.word]++;
    }
    await heartbeat();
    if (signal.aborted)
      throw new AssayError('log.unavailable', 'the batch was taken back before it was written');
  }
  await log.send(to, enriched);
  await setAside(rejected, 1, { deadLetters, log, now: clock() });
  onBatch?.(report);
}

/**
 * Creates the target topic where it is missing, with as many partitions as the source, and starts.
 * @throws {AssayError} `config.invalid` when source and target are one; `log.unavailable` when there is no source topic;
 * `log.topic_mismatch` when the target has another number of partitions
 */
export async function startEnricher(parts: EnricherParts, options: EnricherOptions): Promise<Enricher> {
  const { log, logger } = parts;
  const { from, to, group = `assay-enrich-${from}-${to}` } = options;
  if (from === to) {
    throw new AssayError(
      'config.invalid',
      `expected two topics, found ${from} twice: posts would go round for ever`,
    );
  }
  const partitions = (await log.bounds(from)).length;
  await log.ensureTopics([{ name: to, partitions, retentionMs: RETENTION_MS, anyRetention: true }]);
  const consumer: Consumer = await log.consume({
    group,
    topics: [from],
    from: 'beginning',
    maxBatch: options.maxBatch ?? 500,
    concurrency: options.concurrency ?? 1,
    onBatch: (batch) => handle(batch, parts, options),
    onError: (err, at) => logger.warn({ err, ...at }, 'a batch failed and comes again'),
  });
  const lag = () => log.lag(group, from);
  return {
    get ready() {
      return consumer.ready;
    },
    lag,
    async settle(signal) {
      while (!signal?.aborted && (await lag()) > 0) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
    stop: () => consumer.stop(),
  };
}

/** As long as intake records stay. */
const RETENTION_MS = 7 * 24 * 3_600_000;

/** A record that keeps failing for a reason of its own is set aside; its neighbours go on. */
async function handle(batch: RecordBatch, parts: EnricherParts, options: EnricherOptions): Promise<void> {
  const { log, deadLetters, tenant, clock, logger } = parts;
  await isolate(batch.records, (records) => enrichRecords(records, parts, options, batch), {
    signal: batch.signal,
    surroundings: () => log.ping(),
    giveUp: async (record, cause, tries) => {
      logger.error({ err: cause, topic: record.topic, offset: record.offset }, 'a record was set aside');
      const error = new AssayError('internal', `failed ${tries} times`, { cause });
      await setAside([{ record, tenant, error }], tries, { deadLetters, log, now: clock() });
    },
  });
}

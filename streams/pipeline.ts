/**
 * The way of a text: admit → score → decide → record → announce, over one batch of the log at a time. Offsets are
 * committed by the log after a batch has resolved, and every stage may run again on the same records, so delivery is at
 * least once on the wire and exactly once in the store.
 */

import { AssayError } from '../schemas/errors.js';
import type { VerdictDoc } from '../schemas/store/documents.js';
import { admit } from './1-admit.js';
import { score } from './2-score.js';
import { decideAll } from './3-decide.js';
import { record } from './4-record.js';
import type { Announcer } from './5-announce.js';
import { setAside } from './dead-letter.js';
import type { LogRecord } from './log/port.js';
import type { PipelineParts } from './records.js';
import { isolate } from './retry.js';
import { intakeTopics } from './topics.js';

/** What one batch came to; for metrics. */
export interface BatchReport {
  records: number;
  rejected: number;
  recorded: readonly VerdictDoc[];
  seconds: number;
  /** How long its oldest record had waited on the log when the batch was taken, in seconds. */
  ageSeconds: number;
}

export interface ProcessOptions {
  signal?: AbortSignal;
  /** Too much waits: texts get the first stage only, and are judged again later. */
  firstStageOnly?: boolean;
  heartbeat?: () => Promise<void>;
  onBatch?: (report: BatchReport) => void;
}

/** Throws when the batch was taken from us: what is left of it belongs to somebody else. */
function continueUnless(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new AssayError('log.unavailable', 'the batch was taken back before it was recorded');
}

/** The five stages over a batch of records. */
export function stages(
  parts: PipelineParts,
  announcer: Pick<Announcer, 'wake'>,
  options: ProcessOptions = {},
) {
  const topics = intakeTopics(parts.tenants);
  return async (records: readonly LogRecord[]): Promise<void> => {
    const begun = performance.now();
    const oldestMs = records.reduce((least, { timestamp }) => Math.min(least, timestamp), parts.clock());
    const ageSeconds = (parts.clock() - oldestMs) / 1_000;
    const batch = await admit(records, topics, parts);
    const { signal, firstStageOnly = false } = options;
    const scored = await score(batch, parts, {
      ...(signal === undefined ? {} : { signal }),
      ...(firstStageOnly ? { firstStageOnly } : {}),
    });
    const decided = decideAll(scored, parts.decide, parts.clock());
    await options.heartbeat?.();
    continueUnless(signal);
    const { deadLetters } = parts.collections;
    await setAside(batch.rejected, 1, { deadLetters, log: parts.log, now: parts.clock() });
    const recorded = await record(decided, batch.known, parts);
    announcer.wake();
    const seconds = (performance.now() - begun) / 1_000;
    const rejected = batch.rejected.length;
    options.onBatch?.({ records: records.length, rejected, recorded, seconds, ageSeconds });
  };
}

/** Processes records to the end: recorded, or set aside as dead letters. Throws only for reasons outside the records. */
export async function processRecords(
  records: readonly LogRecord[],
  parts: PipelineParts,
  announcer: Pick<Announcer, 'wake'>,
  options: ProcessOptions = {},
): Promise<void> {
  const topics = intakeTopics(parts.tenants);
  const { log, collections } = parts;
  await isolate(records, stages(parts, announcer, options), {
    signal: options.signal,
    surroundings: async () => {
      await log.ping();
      await collections.meta.get('schema');
    },
    giveUp: async (poison, cause, tries) => {
      parts.logger.error(
        { err: cause, topic: poison.topic, offset: poison.offset },
        'a record was set aside',
      );
      const error = new AssayError('internal', `failed ${tries} times`, { cause });
      const tenant = topics.get(poison.topic)?.tenant ?? '';
      await setAside([{ record: poison, tenant, error }], tries, {
        deadLetters: collections.deadLetters,
        log,
        now: parts.clock(),
      });
    },
  });
}

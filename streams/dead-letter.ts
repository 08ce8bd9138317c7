/**
 * Dead letters: what could not be handled, with reason, original bytes and headers. They stand in the store, where
 * people list, show and replay them, and on a topic of their own, where other systems can watch. A letter's id follows
 * from the record's place on the log, so a redelivered record makes no second one.
 */
import { AssayError } from '../schemas/errors.js';
import { hashId } from '../schemas/ids.js';
import { LIMITS } from '../schemas/limits.js';
import type { DeadLetterDoc } from '../schemas/store/documents.js';
import type { Collection, Page } from '../schemas/store/port.js';
import type { Rejected } from './1-admit.js';
import type { Log, LogHeaders, LogRecord, OutgoingRecord } from './log/port.js';
import { MAX_RECORD_BYTES, recordBytes } from './log/record-size.js';
import { DEAD_LETTERS_TOPIC } from './topics.js';

/** Frames that tell one failure from another. */
const STACK_FRAMES = 8;

/** Where our own code begins in a path, and what the place of an installation has no part in. */
const PLACE = /^.*\/((?:schemas|detectors|streams|src|node_modules)\/)/;

/**
 * What a failure has in common with others of its kind: the frames of its innermost cause, without messages, which may
 * quote, and without the folder of the installation.
 */
export function stackHash(error: Error): string {
  let inner = error;
  while (inner.cause instanceof Error) inner = inner.cause;
  const frames = (inner.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('node:'))
    .map((line) => line.trim().replace(/(?:file:\/\/)?\/[^()]*/, (path) => path.replace(PLACE, '$1')))
    .slice(0, STACK_FRAMES);
  return hashId('stack', inner.name, ...frames);
}

const letterId = ({ topic, partition, offset, timestamp }: LogRecord): string =>
  hashId('dead-letter', topic, partition, offset, timestamp);

function letterDoc({ record, tenant, error }: Rejected, tries: number, now: number): DeadLetterDoc {
  const where = error.violations.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
  return {
    _id: letterId(record),
    tenant,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: record.key,
    value: (record.value ?? Buffer.alloc(0)).toString('base64'),
    headers: { ...record.headers },
    code: error.code,
    detail: where === '' ? error.message : where,
    stackHash: stackHash(error),
    tries,
    failedMs: now,
    replayedMs: null,
    state: 'open',
  };
}

/** Header values are single lines of printable ASCII on every broker. */
const headerValue = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000);

/** What went wrong, and where it lay. */
const reasonOf = (doc: DeadLetterDoc): LogHeaders => ({
  'assay-dead-letter': doc._id,
  'assay-tenant': doc.tenant,
  'assay-reason': doc.code,
  'assay-detail': headerValue(doc.detail),
  'assay-topic': doc.topic,
  'assay-partition': String(doc.partition),
  'assay-offset': String(doc.offset),
  'assay-tries': String(doc.tries),
  ...(doc.stackHash == null ? {} : { 'assay-stack-hash': doc.stackHash }),
});

/**
 * The letter as a record. One that came near the limit would pass it with the reason added, and then be refused for
 * ever: its bytes and headers lie in the store only.
 */
function topicRecord(doc: DeadLetterDoc): OutgoingRecord {
  const reason = reasonOf(doc);
  const value = Buffer.from(doc.value, 'base64');
  const whole = { key: doc._id, value, headers: { ...doc.headers, ...reason } };
  if (recordBytes(whole) <= MAX_RECORD_BYTES) return whole;
  const headers = { ...reason, 'assay-omitted': 'value, headers' };
  return { key: doc._id, value: Buffer.alloc(0), headers };
}

type DeadLetters = Collection<DeadLetterDoc>;

/** Sets records aside: store first, then topic (at least once). */
export async function setAside(
  rejected: readonly Rejected[],
  tries: number,
  parts: { deadLetters: DeadLetters; log: Log; now: number },
): Promise<void> {
  if (rejected.length === 0) return;
  const docs = rejected.map((one) => letterDoc(one, tries, parts.now));
  await parts.deadLetters.bulk(docs.map((insert) => ({ insert })));
  await parts.log.send(DEAD_LETTERS_TOPIC, docs.map(topicRecord));
}

/**
 * A tenant's letters in one state, the newest failure first.
 * @throws {AssayError} `request.cursor`
 */
export async function list(
  tenant: string,
  { state, limit, after }: { state: DeadLetterDoc['state']; limit: number; after?: string },
  deadLetters: DeadLetters,
): Promise<Page<DeadLetterDoc>> {
  const where = { tenant, state };
  return deadLetters.page({
    index: 'by_state',
    where,
    order: 'desc',
    limit,
    ...(after === undefined ? {} : { after }),
  });
}

/**
 * One letter.
 * @param tenant whose letter it has to be; null for the operator
 * @throws {AssayError} `request.not_found`
 */
export async function show(
  id: string,
  tenant: string | null,
  deadLetters: DeadLetters,
): Promise<DeadLetterDoc> {
  const doc = await deadLetters.get(id);
  if (doc === null || (tenant !== null && doc.tenant !== tenant)) {
    throw new AssayError('request.not_found', 'There is no dead letter with this id.');
  }
  return doc;
}

/**
 * Puts a dead letter back on the topic it came from, byte for byte, and marks it replayed.
 * @param tenant whose letter it has to be; null for the operator
 * @throws {AssayError} `request.not_found`
 */
export async function replay(
  id: string,
  tenant: string | null,
  parts: { deadLetters: DeadLetters; log: Log; now: number },
): Promise<DeadLetterDoc> {
  const doc = await show(id, tenant, parts.deadLetters);
  const record = { key: doc.key ?? doc._id, value: Buffer.from(doc.value, 'base64'), headers: doc.headers };
  await parts.log.send(doc.topic, [record]);
  const change = { set: { state: 'replayed', replayedMs: parts.now } };
  return (await parts.deadLetters.findAndUpdate(id, change)) ?? doc;
}

/** Deletes letters older than LIMITS.deadLetterMs. @returns how many */
export async function expire(deadLetters: DeadLetters, now: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const where = { failedMs: { lt: now - LIMITS.deadLetterMs } };
    const { docs } = await deadLetters.page({ index: 'by_failed', where, limit: 500 });
    if (docs.length === 0) return deleted;
    await deadLetters.bulk(docs.map(({ _id }) => ({ delete: { id: _id } })));
    deleted += docs.length;
  }
}

/**
 * Stage 1 of 5: records become items. Each record is parsed, checked and bound to its item; what cannot be judged is
 * set aside as a dead letter with its reason and never holds up its neighbours. A reply joins the conversation of its
 * stored parent.
 */
import { AssayError } from '../schemas/errors.js';
import { itemId } from '../schemas/ids.js';
import { parseJson } from '../schemas/json.js';
import type { ItemDoc } from '../schemas/store/documents.js';
import type { Admitted } from './admit/admitted.js';
import { readEmail } from './admit/read-email.js';
import { readPost } from './admit/read-post.js';
import type { LogRecord } from './log/port.js';
import type { PipelineParts } from './records.js';
import type { IntakeTopic } from './topics.js';

export interface Rejected {
  record: LogRecord;
  tenant: string;
  error: AssayError;
}

export interface AdmittedBatch {
  admitted: Admitted[];
  rejected: Rejected[];
  /** Items as they stand in the store, by item id: those of the batch and the parents of its replies. */
  known: Map<string, ItemDoc>;
}

type AdmitParts = Pick<PipelineParts, 'blobs' | 'clock' | 'collections' | 'readLetter'>;

/** True for an error that speaks of the record, not of our surroundings: trying again would not help. */
export const isAboutRecord = (error: unknown): error is AssayError =>
  error instanceof AssayError && (error.code.startsWith('item.') || error.code.startsWith('request.'));

const parentOf = (item: Admitted): string | null =>
  item.deletion || item.kind !== 'post' || item.inReplyTo === null
    ? null
    : itemId(item.tenant, 'post', item.platform, item.inReplyTo);

async function readRecord(record: LogRecord, topic: IntakeTopic, parts: AdmitParts): Promise<Admitted> {
  if (record.value === null) throw new AssayError('item.unparsable', 'expected a JSON value, found none');
  const value = parseJson(record.value);
  const now = parts.clock();
  return topic.kind === 'post'
    ? readPost(record, topic.tenant, value, now)
    : readEmail(record, topic.tenant, value, { now, blobs: parts.blobs, readLetter: parts.readLetter });
}

/** A reply belongs where its parent was found to belong: a stored one, or one earlier in this batch. A deletion that came before its post knows no conversation. */
function joinConversations(admitted: readonly Admitted[], known: ReadonlyMap<string, ItemDoc>): void {
  const inBatch = new Map<string, string>();
  for (const item of admitted) {
    if (item.deletion) continue;
    const parent = parentOf(item);
    if (parent !== null) {
      item.conversationId = inBatch.get(parent) || known.get(parent)?.conversationId || item.conversationId;
    }
    inBatch.set(item.itemId, item.conversationId);
  }
}

/**
 * Admits a batch. Throws only for reasons outside the records (store or blob store out of reach): the batch then comes again.
 * @param topics intake topics by name; a record of any other topic is a mistake in the subscription
 */
export async function admit(
  records: readonly LogRecord[],
  topics: ReadonlyMap<string, IntakeTopic>,
  parts: AdmitParts,
): Promise<AdmittedBatch> {
  const admitted: Admitted[] = [];
  const rejected: Rejected[] = [];
  for (const record of records) {
    const topic = topics.get(record.topic);
    if (topic === undefined) throw new AssayError('internal', `no tenant has the topic ${record.topic}`);
    try {
      admitted.push(await readRecord(record, topic, parts));
    } catch (error) {
      if (!isAboutRecord(error)) throw error;
      rejected.push({ record, tenant: topic.tenant, error });
    }
  }
  const ids = [...new Set(admitted.flatMap((item) => [item.itemId, parentOf(item) ?? item.itemId]))];
  const known = new Map<string, ItemDoc>();
  for (const doc of await parts.collections.items.getMany(ids)) if (doc !== null) known.set(doc._id, doc);
  joinConversations(admitted, known);
  return { admitted, rejected, known };
}

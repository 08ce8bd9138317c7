/**
 * One record of a posts topic with what its attestation is worth: the same post, the member `attestationResult`, and
 * the same in short in headers. Whatever the record said of its own attestation is taken out: only the verifier speaks.
 */
import type { VerifyResult } from '../../schemas/attestation.js';
import { checkDeletion, checkPost } from '../../schemas/check-item.js';
import { CE_SPECVERSION, JSON_CONTENT_TYPE } from '../../schemas/envelope.js';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { hasByteOrderMark, parseJson } from '../../schemas/json.js';
import { PostEventType } from '../../schemas/post.js';
import type { LogHeaders, LogRecord, OutgoingRecord } from '../../streams/log/port.js';
import { MAX_RECORD_BYTES, recordBytes } from '../../streams/log/record-size.js';
import type { Verifier } from '../client/html.js';

/** Name of the member, and begin of the headers (CloudEvents attribute names are lower-case letters and digits). */
export const RESULT_MEMBER = 'attestationResult';
const RESULT_HEADER = 'ce_attestation';
const SOURCE = '/assay/enricher';

/** `none`: no token. `unchecked`: whether it was revoked is not known. The reasons stand in the member. */
export type AttestationWord = 'valid' | 'invalid' | 'unchecked' | 'none';

/** What the member holds. */
export type AttestationMember = { checkedAt: string } & (({ token: true } & VerifyResult) | { token: false });

export interface Enriched {
  record: OutgoingRecord;
  word: AttestationWord;
}

/**
 * The id of the enriched event: the same for each delivery of the same event, wherever it lies. An event without an id
 * is known by its place on the log.
 */
export function enrichedId({ headers, topic, partition, offset }: LogRecord): string {
  const { ce_id: id, ce_source: source } = headers;
  return id === undefined
    ? hashId('enriched-place', topic, partition, offset)
    : hashId('enriched', source ?? '', id);
}

/**
 * Verifies a post's token for its text, platform and author. Deletions pass without a result. A post in which a name
 * stands twice is refused: other readers may take the other one for its text, and would see what was never verified.
 * @param now milliseconds since the epoch
 * @throws {AssayError} `item.*` or `request.*` where the record is not a post; those are for the dead letters
 */
export async function enrichPost(record: LogRecord, verifier: Verifier, now: number): Promise<Enriched> {
  if (record.value === null) throw new AssayError('item.unparsable', 'expected a JSON value, found none');
  const value = parseJson(record.value);
  const type = PostEventType.safeParse(record.headers['ce_type']);
  if (!type.success) {
    const detail = 'expected post.created, post.edited or post.deleted in the header ce_type';
    throw new AssayError('item.invalid', detail, { violations: [{ pointer: '/headers/ce_type', detail }] });
  }
  if (type.data === 'post.deleted') {
    checkDeletion(value, now);
    return { word: 'none', record: assemble(record, withMember(record.value, value, undefined), {}) };
  }
  const { attestation, platform, author, text, html, facets } = checkPost(value, now);
  if (hasByteOrderMark(record.value)) {
    throw new AssayError('item.unparsable', 'expected an object without a byte order mark');
  }
  const result =
    attestation === undefined
      ? null
      : await verifier.verify(attestation, { text, html, facets, platform, author: author.id });
  const checkedAt = new Date(now).toISOString();
  const member: AttestationMember =
    result === null ? { checkedAt, token: false } : { checkedAt, token: true, ...result };
  const word = wordOf(result);
  const headers = {
    [RESULT_HEADER]: word,
    ...(result?.valid ? { [`${RESULT_HEADER}hal`]: String(result.hal) } : {}),
  };
  return { word, record: assemble(record, withMember(record.value, value, member), headers) };
}

/**
 * Valid, though nothing is known of its status (an open policy), is not `valid` to those who read headers only; and HTML that can
 * be shown in other ways than it reads was not checked.
 */
function wordOf(result: VerifyResult | null): AttestationWord {
  if (result === null) return 'none';
  if (result.valid) return result.status === 'unknown' ? 'unchecked' : 'valid';
  const unknown = ['status.unavailable', 'status.stale', 'content.uncertain'] as const;
  return result.errors.every((error) => unknown.some((each) => each === error)) ? 'unchecked' : 'invalid';
}

/**
 * The post with the member. Where the record has none of that name it is added behind the last one, and every other
 * byte stays: a number too long for JavaScript would not survive being written anew.
 */
function withMember(bytes: Buffer, value: unknown, member: AttestationMember | undefined): Buffer {
  if (Object.hasOwn(value as object, RESULT_MEMBER)) {
    const { [RESULT_MEMBER]: _, ...post } = value as Record<string, unknown>;
    return Buffer.from(JSON.stringify(member === undefined ? post : { ...post, [RESULT_MEMBER]: member }));
  }
  if (member === undefined) return bytes;
  const end = bytes.lastIndexOf('}');
  const added = `,${JSON.stringify(RESULT_MEMBER)}:${JSON.stringify(member)}`;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(added), bytes.subarray(end)]);
}

function assemble(from: LogRecord, value: Buffer, found: LogHeaders): OutgoingRecord {
  const kept = Object.entries(from.headers).filter(([name]) => !name.toLowerCase().startsWith(RESULT_HEADER));
  const id = enrichedId(from);
  const record = {
    key: from.key ?? id,
    value,
    headers: {
      ...Object.fromEntries(kept),
      ce_specversion: CE_SPECVERSION,
      ce_id: id,
      ce_source: SOURCE,
      'content-type': JSON_CONTENT_TYPE,
      ...found,
    },
  };
  const bytes = recordBytes(record);
  if (bytes <= MAX_RECORD_BYTES) return record;
  const detail = `expected at most ${MAX_RECORD_BYTES} bytes with the result added, found ${bytes}`;
  throw new AssayError('request.too_large', detail);
}

/** Reads one record of an emails topic: fetches the raw bytes where they lie in the blob store, and reads the letter. */
import { createHash } from 'node:crypto';
import { checkEmailRecord } from '../../schemas/check-item.js';
import { type EmailRecord, MAIL_PLATFORM, MAIL_VERSION, mailId } from '../../schemas/email.js';
import { AssayError } from '../../schemas/errors.js';
import { contentHash, itemId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { BlobStore } from '../../schemas/store/port.js';
import { wellFormed } from '../../schemas/unicode.js';
import type { Letter, ReadLetter } from '../judge.js';
import type { LogRecord } from '../log/port.js';
import type { AdmittedText } from './admitted.js';

async function rawBytes(mail: EmailRecord, blobs: BlobStore): Promise<Buffer> {
  if (mail.blob === undefined) return Buffer.from(mail.raw ?? '', 'base64');
  const bytes = await blobs.get(mail.blob.ref);
  if (bytes === null)
    throw new AssayError('item.unparsable', 'expected the raw mail in the blob store, found none');
  if (createHash('sha256').update(bytes).digest('hex') !== mail.blob.sha256) {
    throw new AssayError(
      'item.unparsable',
      'expected the SHA-256 of the record, found other bytes in the blob store',
    );
  }
  return bytes;
}

/** First code points of a text, never cutting a surrogate pair. */
function clip(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text;
  const end =
    text.length > codePoints && /[\ud800-\udbff]/.test(text[codePoints - 1] ?? '')
      ? codePoints - 1
      : codePoints;
  return text.slice(0, end);
}

/** A sender's header may decode to anything: lone surrogates and NULs become U+FFFD, one for one, so that offsets hold. */
const legible = (text: string): string => wellFormed(text).replaceAll('\0', '\ufffd');

const clipId = (id: string): string => legible(clip(id, LIMITS.idLength));

/** Root of the letter's thread: a claim of the sender, good for grouping only. */
const threadOf = (letter: Letter, fallback: string): string =>
  clipId(letter.references[0] ?? letter.inReplyTo ?? letter.messageId ?? fallback);

/**
 * @param value the parsed JSON of the record
 * @throws {AssayError} `item.*` where the record is not a mail we can judge
 */
export async function readEmail(
  record: LogRecord,
  tenant: string,
  value: unknown,
  parts: { now: number; blobs: BlobStore; readLetter: ReadLetter },
): Promise<AdmittedText> {
  const mail = checkEmailRecord(value, parts.now);
  const raw = await rawBytes(mail, parts.blobs);
  const externalId = mail.id ?? mailId({ ...mail, raw: mail.raw ?? raw.toString('base64') });
  const letter = await parts.readLetter(raw);
  const receivedMs = Date.parse(mail.receivedAt);
  return {
    record,
    tenant,
    kind: 'email',
    deletion: false,
    platform: MAIL_PLATFORM,
    externalId,
    itemId: itemId(tenant, 'email', MAIL_PLATFORM, externalId),
    version: MAIL_VERSION,
    contentHash: contentHash('raw', raw),
    receivedMs,
    format: 'raw',
    content: legible(clip(letter.text, LIMITS.textCodePoints)),
    subject: legible(clip(letter.subject, LIMITS.idLength)),
    raw: mail.blob ?? null,
    conversationId: threadOf(letter, externalId),
    inReplyTo: letter.inReplyTo === null ? null : clipId(letter.inReplyTo),
    authorId: clipId(letter.from ?? mail.envelope.mailFrom),
    handle: null,
    publishedMs: receivedMs,
    facets: [],
    lang: null,
    attestation: null,
    recipients: mail.envelope.rcptTo,
  };
}

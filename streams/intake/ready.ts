/** Turns a text from outside into the record that is appended: checked, with its item id and its CloudEvents headers. */
import { checkDeletion, checkEmail, checkPost } from '../../schemas/check-item.js';
import { type EmailRecord, MAIL_PLATFORM, mailId } from '../../schemas/email.js';
import { cloudEvent } from '../../schemas/envelope.js';
import { AssayError } from '../../schemas/errors.js';
import { itemId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Post } from '../../schemas/post.js';
import type { BlobStore } from '../../schemas/store/port.js';
import { EVENT_SOURCE } from '../announce/deliver.js';
import type { OutgoingRecord } from '../log/port.js';

/** Ready to be appended: the record, and the id its verdict will be found under. */
export interface Ready {
  itemId: string;
  record: OutgoingRecord;
}

const ready = (id: string, type: string, data: Buffer, now: number): Ready => ({
  itemId: id,
  record: { key: id, value: data, headers: cloudEvent(type, id, EVENT_SOURCE, now) },
});

/** A text may be within its limit and its link targets together still be more than the log takes in one record. */
function postData(post: Post): Buffer {
  const data = Buffer.from(JSON.stringify(post));
  if (data.length <= LIMITS.recordBytes) return data;
  const detail = `expected a post of at most ${LIMITS.recordBytes} bytes as JSON, found ${data.length}`;
  throw new AssayError('item.invalid', detail, { violations: [{ pointer: '', detail }] });
}

/** A post; one that says editedAt is an edit. @throws {AssayError} `item.*` with JSON pointers */
export function readyPost(tenant: string, value: unknown, now: number): Ready {
  const post = checkPost(value, now);
  const type = post.editedAt === undefined ? 'post.created' : 'post.edited';
  return ready(itemId(tenant, 'post', post.platform, post.id), type, postData(post), now);
}

/** A deletion of a post. @throws {AssayError} `item.*` with JSON pointers */
export function readyDeletion(tenant: string, value: unknown, now: number): Ready {
  const deletion = checkDeletion(value, now);
  const id = itemId(tenant, 'post', deletion.platform, deletion.id);
  return ready(id, 'post.deleted', Buffer.from(JSON.stringify(deletion)), now);
}

/** A mail; if its record would be longer than LIMITS.recordBytes, the raw bytes go to the blob store. @throws {AssayError} `item.*` */
export async function readyEmail(
  tenant: string,
  value: unknown,
  { now, blobs }: { now: number; blobs: BlobStore },
): Promise<Ready> {
  const email = checkEmail(value, now);
  const externalId = mailId(email);
  const id = itemId(tenant, 'email', MAIL_PLATFORM, externalId);
  const record: EmailRecord = { ...email, id: externalId };
  const whole = Buffer.from(JSON.stringify(record));
  if (whole.length <= LIMITS.recordBytes) return ready(id, 'email.received', whole, now);
  const { raw: _, ...rest } = record;
  const blob = await blobs.put(Buffer.from(email.raw, 'base64'));
  return ready(id, 'email.received', Buffer.from(JSON.stringify({ ...rest, blob })), now);
}

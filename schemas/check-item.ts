/**
 * Whether a text may come in: shape, length, well-formed Unicode, a clock that makes sense. The same checks stand at
 * the HTTP intake (which answers problem+json) and at the log (which makes a dead letter), so no way in is softer.
 */
import { Email, EmailRecord } from './email.js';
import { AssayError, type ErrorCode } from './errors.js';
import { LIMITS } from './limits.js';
import { Post, PostDeletion } from './post.js';
import { parseAs } from './problem.js';
import { isWellFormed } from './unicode.js';

const refuse = (code: ErrorCode, pointer: string, detail: string): never => {
  throw new AssayError(code, detail, { violations: [{ pointer, detail }] });
};

/** Code points of a string; stops above `limit`, so the work is bounded by it. */
function codePoints(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  let count = 0;
  for (const _ of text) {
    count += 1;
    if (count > limit) break;
  }
  return count;
}

/**
 * A text to judge: its length and that it is well-formed.
 * @param pointer where it stands in the body
 * @throws {AssayError} `item.text_too_long`, `item.ill_formed_text`
 */
export function checkText(text: string, pointer: string): void {
  if (codePoints(text, LIMITS.textCodePoints) > LIMITS.textCodePoints) {
    refuse(
      'item.text_too_long',
      pointer,
      `expected at most ${LIMITS.textCodePoints} code points, found more`,
    );
  }
  if (!isWellFormed(text)) {
    refuse('item.ill_formed_text', pointer, 'expected well-formed Unicode, found a lone surrogate');
  }
  if (text.includes('\0')) {
    refuse('item.ill_formed_text', pointer, 'expected no NUL character, found one');
  }
}

/** Ids, handles and names end up in keys and in the log: they have to be well-formed too. */
function checkNames(fields: Readonly<Record<string, string | undefined>>): void {
  for (const [pointer, value] of Object.entries(fields)) {
    if (value !== undefined && (!isWellFormed(value) || value.includes('\0'))) {
      refuse('item.ill_formed_text', pointer, 'expected well-formed Unicode without NUL');
    }
  }
}

function checkClock(instant: string | undefined, pointer: string, now: number): void {
  if (instant === undefined) return;
  const at = Date.parse(instant);
  if (at < LIMITS.earliestMs || at > now + LIMITS.futureMs) {
    refuse('item.clock', pointer, 'expected an instant between 1990 and one day from now, found another');
  }
}

/**
 * A post from outside.
 * @param now milliseconds since the epoch, for the clock check
 * @throws {AssayError} `item.invalid`, `item.text_too_long`, `item.ill_formed_text`, `item.clock`, with JSON pointers
 */
export function checkPost(value: unknown, now: number): Post {
  const post = parseAs(Post, value, 'item.invalid');
  checkText(post.text ?? post.html ?? '', post.text === undefined ? '/html' : '/text');
  checkNames({
    '/id': post.id,
    '/author/id': post.author.id,
    '/author/handle': post.author.handle,
    '/conversationId': post.conversationId,
    '/inReplyTo': post.inReplyTo,
  });
  checkClock(post.publishedAt, '/publishedAt', now);
  checkClock(post.editedAt, '/editedAt', now);
  return post;
}

/** A deletion from outside. @throws {AssayError} as `checkPost` */
export function checkDeletion(value: unknown, now: number): PostDeletion {
  const deletion = parseAs(PostDeletion, value, 'item.invalid');
  checkNames({ '/id': deletion.id });
  checkClock(deletion.deletedAt, '/deletedAt', now);
  return deletion;
}

const base64Bytes = (base64: string): number =>
  (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

function checkMail(mail: EmailRecord, now: number): void {
  const size = mail.blob?.size ?? base64Bytes(mail.raw ?? '');
  if (size > LIMITS.mailBytes) {
    refuse('item.mail_too_large', '/raw', `expected at most ${LIMITS.mailBytes} bytes, found ${size}`);
  }
  checkNames({ '/id': mail.id, '/envelope/mailFrom': mail.envelope.mailFrom });
  checkClock(mail.receivedAt, '/receivedAt', now);
}

/** A mail from outside. @throws {AssayError} `item.invalid`, `item.mail_too_large`, `item.ill_formed_text`, `item.clock` */
export function checkEmail(value: unknown, now: number): Email {
  const email = parseAs(Email, value, 'item.invalid');
  checkMail(email, now);
  return email;
}

/** A mail as it travels on the log: raw bytes, or a reference to them. @throws {AssayError} as `checkEmail` */
export function checkEmailRecord(value: unknown, now: number): EmailRecord {
  const record = parseAs(EmailRecord, value, 'item.invalid');
  if ((record.raw === undefined) === (record.blob === undefined)) {
    refuse('item.invalid', '/raw', 'expected exactly one of raw and blob');
  }
  checkMail(record, now);
  return record;
}

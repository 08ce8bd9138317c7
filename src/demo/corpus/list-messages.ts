/** Which messages of the corpus are talk on a mailing list, and what a post needs of each. */
import { hashId } from '../../../schemas/ids.js';
import type { CorpusFile } from './files.js';
import { header, type Message, parseMessage, plainText } from './message.js';
import { accountId } from './pseudonym.js';
import { readablePost } from './readable.js';

/** One message of a list, not yet bound to its conversation. */
export interface ListMessage {
  /** External id of the post. */
  id: string;
  list: string;
  /** As `subjectKey` makes it. */
  subject: string;
  /** The subject line says that this is an answer. */
  answers: boolean;
  /** Ids of the posts it names as ancestors, nearest first. */
  ancestors: string[];
  /** Account id of the author. */
  account: string;
  /** When it was written, ms since the epoch. */
  ms: number;
  text: string;
}

/** Lists that programs write to. */
const AUTOMATED = /-commits|announce|news|freshmeat/i;
/** All messages of the corpus are of this time; another date is a broken clock. */
const FROM_MS = Date.UTC(2002, 0, 1);
const UNTIL_MS = Date.UTC(2003, 0, 1);

/** Name of the list, or null for what is no list's talk. */
export function listOf(message: Message): string | null {
  const named =
    header(message, 'list-id') || header(message, 'x-beenthere') || header(message, 'mailing-list');
  const name = (/<([^>]+)>/.exec(named)?.[1] ?? named).trim().toLowerCase();
  return name === '' || AUTOMATED.test(name) ? null : name;
}

/** A subject without its list's tag and the marks of answers; one discussion has one. */
export function subjectKey(subject: string): string {
  let rest = subject.replace(/\[[^\]]*\]/g, ' ').trim();
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replace(/^(?:re|fwd?|aw|antwort) *:/i, '').trim();
  }
  return rest.replace(/\s+/g, ' ').toLowerCase();
}

const messageIds = (text: string): string[] => text.match(/<[^<>\s]+>/g) ?? [];

export const postId = (messageId: string): string => hashId('demo-post', messageId).slice(0, 12);

function writtenMs(message: Message): number | null {
  const received = message.headers.get('received') ?? [];
  const dates = [header(message, 'date'), ...received.map((hop) => hop.slice(hop.lastIndexOf(';') + 1))];
  for (const date of dates) {
    const ms = Date.parse(date);
    if (ms >= FROM_MS && ms < UNTIL_MS) return ms;
  }
  return null;
}

/** The address that wrote it; `Name <address>` and `address (Name)` alike. */
export const authorOf = (message: Message): string =>
  (/[^\s<>()"]+@[^\s<>()"]+/.exec(header(message, 'from'))?.[0] ?? header(message, 'from')).toLowerCase();

/** A message as a post, or null where it is none: spam, no list, undated, without words. */
export function readListMessage(file: CorpusFile, raw: Buffer): ListMessage | null {
  if (file.spam) return null;
  const message = parseMessage(raw);
  const list = listOf(message);
  const ms = writtenMs(message);
  if (list === null || ms === null) return null;
  const text = readablePost(plainText(message) ?? '');
  if (!/\p{L}/u.test(text)) return null;
  const subject = header(message, 'subject');
  const replyTo = messageIds(header(message, 'in-reply-to'));
  const references = messageIds(header(message, 'references'));
  return {
    id: postId(messageIds(header(message, 'message-id'))[0] ?? file.path),
    list,
    subject: subjectKey(subject),
    answers: /^\s*(?:\[[^\]]*\]\s*)?re(?:\[\d+\])?:/i.test(subject),
    ancestors: [...new Set([...replyTo, ...references.reverse()])].map(postId),
    account: accountId(authorOf(message)),
    ms,
    text,
  };
}

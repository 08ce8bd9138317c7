/**
 * Joins list messages to conversations: In-Reply-To first, then References from the nearest, then the subject, for the
 * many mailers of the time that sent neither.
 */
import type { ListMessage } from './list-messages.js';

/** A message in its conversation. */
export interface Threaded extends ListMessage {
  conversationId: string;
  inReplyTo: string | null;
}

/** An answer by subject alone belongs to a discussion that is not older than this. */
const SUBJECT_MS = 30 * 24 * 3_600_000;

/** The first message of a conversation. */
function rootOf(id: string, parentOf: ReadonlyMap<string, string>): string {
  let at = id;
  for (let up = parentOf.get(at); up !== undefined; up = parentOf.get(at)) at = up;
  return at;
}

function parents(messages: readonly ListMessage[]): Map<string, string> {
  const known = new Set(messages.map(({ id }) => id));
  const openings = new Map<string, ListMessage>();
  const found = new Map<string, string>();
  for (const message of messages) {
    const key = `${message.list}\0${message.subject}`;
    const opening = openings.get(key);
    const named = message.ancestors.find((id) => known.has(id));
    const sameTalk = message.answers && opening !== undefined && message.ms - opening.ms <= SUBJECT_MS;
    const parent = named ?? (sameTalk ? opening.id : undefined);
    // A circle of references is never closed: whoever would close it begins a conversation.
    if (parent !== undefined && rootOf(parent, found) !== message.id) found.set(message.id, parent);
    if (opening === undefined || message.ms - opening.ms > SUBJECT_MS) openings.set(key, message);
  }
  return found;
}

/** In order of time; of two messages with one id the first counts. */
export function joinThreads(messages: readonly ListMessage[]): Threaded[] {
  const byTime = [...messages].sort((a, b) => a.ms - b.ms || (a.id < b.id ? -1 : 1));
  const once = [...new Map(byTime.toReversed().map((message) => [message.id, message])).values()].reverse();
  const parentOf = parents(once);
  return once.map((message) => ({
    ...message,
    conversationId: rootOf(message.id, parentOf),
    inReplyTo: parentOf.get(message.id) ?? null,
  }));
}

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

function parents(messages: readonly ListMessage[]): Map<string, string> {
  const known = new Set(messages.map(({ id }) => id));
  const openings = new Map<string, ListMessage>();
  const found = new Map<string, string>();
  for (const message of messages) {
    const key = `${message.list}\0${message.subject}`;
    const opening = openings.get(key);
    const named = message.ancestors.find((id) => id !== message.id && known.has(id));
    const sameTalk = message.answers && opening !== undefined && message.ms - opening.ms <= SUBJECT_MS;
    const parent = named ?? (sameTalk ? opening.id : undefined);
    if (parent !== undefined) found.set(message.id, parent);
    if (opening === undefined || message.ms - opening.ms > SUBJECT_MS) openings.set(key, message);
  }
  return found;
}

/** The first message of a conversation; a circle of references is cut where it closes. */
function rootOf(id: string, parentOf: ReadonlyMap<string, string>): string {
  const seen = new Set<string>();
  let at = id;
  while (!seen.has(at)) {
    seen.add(at);
    at = parentOf.get(at) ?? at;
  }
  return parentOf.has(at) ? [...seen].sort()[0]! : at;
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

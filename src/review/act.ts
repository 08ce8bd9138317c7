/**
 * A person acts on an item: the event is appended by the unique insert of the next sequence number, so of two who act at
 * once exactly one is next and the other is told. Nothing here, and nothing that follows from it, deletes a text.
 */
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import {
  FLAGGED_BY,
  opensByFlag,
  type ReviewDecision,
  type ReviewEventName,
  refusalOf,
} from '../../schemas/review.js';
import type { ItemDoc, ReviewEventDoc } from '../../schemas/store/documents.js';
import { copyState } from './copy-state.js';
import { type ItemReview, type ReviewContext, readReview, subjectOf } from './read.js';

/** What a moderator can do, as forms and the API name it. */
export const ReviewAct = z.enum([
  'open',
  'claim',
  'release',
  'escalate',
  'uphold',
  'dismiss',
  'comment',
  'close',
]);
export type ReviewAct = z.infer<typeof ReviewAct>;

/** The event of each act. */
export const EVENTS: Readonly<Record<ReviewAct, readonly [ReviewEventName, ReviewDecision | null]>> = {
  open: ['opened', null],
  claim: ['claimed', null],
  release: ['released', null],
  escalate: ['escalated', null],
  comment: ['commented', null],
  uphold: ['decided', 'uphold'],
  dismiss: ['decided', 'dismiss'],
  close: ['closed', null],
};

/** Decisions and comments are worth nothing without a reason. */
export const NEEDS_NOTE: readonly ReviewAct[] = ['uphold', 'dismiss', 'comment'];

export interface NewAct {
  act: ReviewAct;
  actor: string;
  note?: string;
  /** Last sequence number and version that were shown to whoever acts; absent: whatever stands now. */
  seen?: { seq: number; version: number };
}

function checkNote({ act, note }: NewAct): string | null {
  const text = note?.replace(/\r\n?/g, '\n').trim() ?? '';
  if (text === '' && NEEDS_NOTE.includes(act)) {
    throw new AssayError('request.invalid', 'expected a note that says why, found none', {
      violations: [{ pointer: '/note', detail: 'expected a note that says why' }],
    });
  }
  return text === '' ? null : text;
}

function checkSeen({ item, events }: ItemReview, { seen }: NewAct): void {
  if (seen === undefined) return;
  if (seen.version !== item.version) {
    throw new AssayError('review.transition', 'The text was edited after you opened it. Look at it again.');
  }
  if (seen.seq !== events.length) {
    throw new AssayError('review.transition', 'Somebody acted on this item after you opened it. Look again.');
  }
}

const eventId = (itemId: string, seq: number): string => `${itemId}:${seq}`;

function eventDoc(
  item: ItemDoc,
  seq: number,
  fields: Pick<ReviewEventDoc, 'event' | 'actor' | 'atMs' | 'decision' | 'note'>,
): ReviewEventDoc {
  const { _id: itemId, tenant, version, verdictId } = item;
  return { _id: eventId(itemId, seq), tenant, itemId, seq, version, verdictId, ...fields };
}

async function append({ collections }: ReviewContext, doc: ReviewEventDoc): Promise<void> {
  const { did } = await collections.reviewEvents.insert(doc);
  if (did === 'inserted') return;
  throw doc.event === 'claimed'
    ? new AssayError('review.claimed')
    : new AssayError('review.transition', 'Somebody acted on this item at the same time. Look again.');
}

/**
 * Appends what a person does to an item of the tenant and copies the new state into the item.
 * @returns the review afterwards
 * @throws {AssayError} `request.not_found`; `request.invalid` without a note where one is needed; `review.claimed` when
 *   somebody else holds the item; `review.transition` when its state does not allow the act or it changed meanwhile
 */
export async function actOn(
  context: ReviewContext,
  tenant: string,
  id: string,
  next: NewAct,
): Promise<ItemReview> {
  const note = checkNote(next);
  const before = await readReview(context, tenant, id);
  checkSeen(before, next);
  const { item, events } = before;
  const [event, decision] = EVENTS[next.act];
  const atMs = context.clock();
  const fields = { event, actor: next.actor, atMs, decision, note };
  const refused = refusalOf(events, subjectOf(item), { ...fields, version: item.version });
  if (refused !== null) throw new AssayError(refused);
  if (events.length + 2 > LIMITS.reviewEvents) {
    throw new AssayError('review.transition', `expected at most ${LIMITS.reviewEvents} events, found more`);
  }
  let seq = events.length;
  if (opensByFlag(events, subjectOf(item))) {
    const flagged = { event: 'opened', actor: FLAGGED_BY, atMs, decision: null, note: null } as const;
    await append(context, eventDoc(item, ++seq, flagged));
  }
  await append(context, eventDoc(item, ++seq, fields));
  await copyState(context, id);
  return readReview(context, tenant, id);
}

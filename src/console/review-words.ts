/** What review states, events and acts are called. */
import { FLAGGED_BY, type ReviewEventName, type ReviewState } from '../../schemas/review.js';
import type { ReviewEventDoc } from '../../schemas/store/documents.js';
import type { ReviewAct } from '../review/act.js';

export const STATE_WORDS: Readonly<Record<ReviewState, string>> = {
  none: 'Not under review',
  open: 'Open',
  claimed: 'Claimed',
  escalated: 'Escalated',
  decided: 'Decided',
  appealed: 'Appealed',
  closed: 'Closed',
};

const EVENT_WORDS: Readonly<Record<ReviewEventName, string>> = {
  opened: 'opened it for review',
  claimed: 'claimed it',
  released: 'released it',
  escalated: 'escalated it',
  decided: 'decided',
  appealed: 'appealed the decision',
  closed: 'closed it',
  commented: 'commented',
};

/** What an event was: "decided: the flag is dismissed". What the pipeline did itself, it did by flagging. */
export function eventInWords({
  event,
  actor,
  decision,
}: Pick<ReviewEventDoc, 'event' | 'actor' | 'decision'>): string {
  if (event === 'opened' && actor === FLAGGED_BY) return 'flagged it for review';
  if (event !== 'decided') return EVENT_WORDS[event];
  return decision === 'uphold' ? 'decided: the flag stands' : 'decided: the flag is dismissed';
}

export const ACT_WORDS: Readonly<Record<ReviewAct, string>> = {
  open: 'Open for review',
  claim: 'Claim for 30 minutes',
  release: 'Release',
  escalate: 'Escalate',
  comment: 'Comment',
  uphold: 'Uphold flag',
  dismiss: 'Dismiss flag',
  close: 'Close',
};

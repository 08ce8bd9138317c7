/** What review states, events and acts are called. */
import type { ReviewEventName, ReviewState } from '../../schemas/review.js';
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

/** What an event was: "decided: the flag is dismissed". */
export function eventInWords({ event, decision }: Pick<ReviewEventDoc, 'event' | 'decision'>): string {
  if (event !== 'decided') return EVENT_WORDS[event];
  return decision === 'uphold' ? 'decided: the flag stands' : 'decided: the flag is dismissed';
}

export const ACT_WORDS: Readonly<Record<ReviewAct, string>> = {
  open: 'Open for review',
  claim: 'Claim for 30 minutes',
  release: 'Release',
  escalate: 'Escalate',
  comment: 'Add a comment',
  uphold: 'Uphold the flag',
  dismiss: 'Dismiss the flag',
  close: 'Close',
};

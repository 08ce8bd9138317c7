/**
 * Review of an item by people: append-only events, and the state they add up to (design section 7). An item called
 * `machine` is open for review without any event. A claim is a lease laid over open, escalated or appealed: while it
 * holds, only its holder decides; afterwards the state below shows again. A decision speaks of the flag alone: `uphold`
 * keeps it, `dismiss` drops it; neither touches the text.
 */
import { z } from 'zod';
import { LIMITS } from './limits.js';

/** States of an item under review. */
export const REVIEW_STATES = [
  'none',
  'open',
  'claimed',
  'escalated',
  'decided',
  'appealed',
  'closed',
] as const;
export const ReviewState = z.enum(REVIEW_STATES).meta({ id: 'ReviewState' });
export type ReviewState = z.infer<typeof ReviewState>;

export const ReviewEventName = z.enum([
  'opened',
  'claimed',
  'released',
  'escalated',
  'decided',
  'appealed',
  'closed',
  'commented',
]);
export type ReviewEventName = z.infer<typeof ReviewEventName>;

export const ReviewDecision = z.enum(['uphold', 'dismiss']);
export type ReviewDecision = z.infer<typeof ReviewDecision>;

export const ReviewEvent = z
  .object({
    seq: z.int().min(1).describe('Rises by one per item'),
    event: ReviewEventName,
    actor: z.string().describe('Console user or API key; `assay` where the pipeline flagged the item'),
    at: z.iso.datetime({ offset: true }),
    version: z.int().min(0).describe('Version of the item that was looked at'),
    decision: ReviewDecision.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'ReviewEvent' });

/** What the derivation reads of an event. Times in milliseconds since the epoch. */
export interface ReviewFact {
  seq: number;
  event: ReviewEventName;
  actor: string;
  atMs: number;
  /** Version of the item that was looked at. */
  version: number;
  decision: ReviewDecision | null;
}

/** What the item itself brings along. */
export interface ReviewSubject {
  /** The pipeline called the item `machine` and no person has settled this version. */
  flagged: boolean;
  version: number;
}

export interface Decided {
  decision: ReviewDecision;
  by: string;
  atMs: number;
  version: number;
}

export interface Review {
  state: ReviewState;
  /** Sequence number of the last event; 0 without any. */
  seq: number;
  claim: { by: string; untilMs: number } | null;
  /** The last decision. It stands until the item is opened anew. */
  decided: Decided | null;
  /** The decision under appeal was this one; the appeal is decided by somebody else, and that is final. */
  appealOf: Decided | null;
}

/** What a claim may be laid over. */
type Base = Exclude<ReviewState, 'claimed'>;

interface Fold extends Omit<Review, 'state'> {
  base: Base;
}

const WORKABLE: readonly Base[] = ['open', 'escalated', 'appealed'];
const START: Fold = { base: 'none', seq: 0, claim: null, decided: null, appealOf: null };

/** Why an event may not follow, or null when it may. */
export type ReviewRefusal = 'review.transition' | 'review.claimed';

const isSettled = (base: Base): boolean => base === 'decided' || base === 'closed';

const isNewer = (version: number, decided: Decided | null): boolean =>
  decided !== null && version > decided.version;

/** Whose claim holds at `atMs`. */
const holder = ({ claim }: Pick<Fold, 'claim'>, atMs: number): string | null =>
  claim !== null && claim.untilMs > atMs ? claim.by : null;

function refusal(fold: Fold, next: Omit<ReviewFact, 'seq'>): ReviewRefusal | null {
  const { event, actor, atMs, decision, version } = next;
  const { base, decided, appealOf } = fold;
  const held = holder(fold, atMs);
  const workable = WORKABLE.includes(base);
  const allowed = (() => {
    switch (event) {
      case 'commented':
        return true;
      case 'opened':
        return base === 'none' || (isSettled(base) && (appealOf === null || isNewer(version, decided)));
      case 'released':
        return held === actor;
      case 'claimed':
        return workable && held !== actor && appealOf?.by !== actor;
      case 'escalated':
        return base === 'open';
      case 'decided':
        return workable && decision !== null && appealOf?.by !== actor;
      case 'appealed':
        return (
          base === 'decided' &&
          appealOf === null &&
          decided !== null &&
          atMs - decided.atMs <= LIMITS.reviewAppealMs
        );
      case 'closed':
        return base === 'decided';
    }
  })();
  if (!allowed) return 'review.transition';
  const needsClaim = event === 'claimed' || event === 'escalated' || event === 'decided';
  return needsClaim && held !== null && held !== actor ? 'review.claimed' : null;
}

/** One event applied; what may not follow changes nothing but the count. */
function apply(fold: Fold, fact: ReviewFact): Fold {
  const next = { ...fold, seq: fact.seq };
  if (refusal(fold, fact) !== null) return next;
  const { event, actor, atMs, version, decision } = fact;
  switch (event) {
    case 'commented':
      return next;
    case 'opened':
      return { ...next, base: 'open', claim: null, decided: null, appealOf: null };
    case 'claimed':
      return { ...next, claim: { by: actor, untilMs: atMs + LIMITS.reviewLeaseMs } };
    case 'released':
      return { ...next, claim: null };
    case 'escalated':
      return { ...next, base: 'escalated', claim: null };
    case 'decided':
      return {
        ...next,
        base: 'decided',
        claim: null,
        decided: { decision: decision as ReviewDecision, by: actor, atMs, version },
      };
    case 'appealed':
      return { ...next, base: 'appealed', claim: null, appealOf: fold.decided };
    case 'closed':
      return { ...next, base: 'closed', claim: null };
  }
}

/** A flag opens what nobody has looked at, and what was settled for an older version of the text. */
function flag(fold: Fold, { flagged, version }: ReviewSubject): Fold {
  if (!flagged) return fold;
  const outdated = isSettled(fold.base) && isNewer(version, fold.decided);
  if (fold.base !== 'none' && !outdated) return fold;
  return { ...fold, base: 'open', claim: null, decided: null, appealOf: null };
}

const foldOf = (events: readonly ReviewFact[], subject: ReviewSubject): Fold =>
  flag(events.reduce(apply, START), subject);

/**
 * The state of an item under review. Pure; every event since the beginning goes in.
 * @param events in the order of their sequence numbers
 * @param nowMs claims that ended before it are over
 */
export function deriveReview(events: readonly ReviewFact[], subject: ReviewSubject, nowMs: number): Review {
  const { base, ...fold } = foldOf(events, subject);
  const claim = holder(fold, nowMs) === null ? null : fold.claim;
  return { ...fold, claim, state: claim === null ? base : 'claimed' };
}

/**
 * Whether an event may follow.
 * @returns null when it may; `review.claimed` when somebody else holds the item; `review.transition` when the state forbids it
 */
export const refusalOf = (
  events: readonly ReviewFact[],
  subject: ReviewSubject,
  next: Omit<ReviewFact, 'seq'>,
): ReviewRefusal | null => refusal(foldOf(events, subject), next);

/** Whether the item is open only because it was flagged: the flag becomes an event of its own before the first other one. */
export const opensByFlag = (events: readonly ReviewFact[], subject: ReviewSubject): boolean => {
  const before = events.reduce(apply, START).base;
  return before !== 'open' && foldOf(events, subject).base !== before;
};

/** The pipeline's own name in review events. */
export const FLAGGED_BY = 'assay';

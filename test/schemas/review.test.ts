/** The review state machine: a table of ordinary courses, and properties over every course there can be. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../schemas/limits.js';
import {
  deriveReview,
  opensByFlag,
  REVIEW_STATES,
  type ReviewDecision,
  type ReviewEventName,
  type ReviewFact,
  type ReviewSubject,
  refusalOf,
} from '../../schemas/review.js';

const T0 = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const LEASE = LIMITS.reviewLeaseMs;
const FLAGGED: ReviewSubject = { flagged: true, version: 1 };
const UNFLAGGED: ReviewSubject = { flagged: false, version: 1 };

type Step = readonly [
  ReviewEventName,
  actor: string,
  minute: number,
  decision?: ReviewDecision,
  version?: number,
];

const facts = (...steps: readonly Step[]): ReviewFact[] =>
  steps.map(([event, actor, minute, decision = null, version = 1], index) => ({
    seq: index + 1,
    event,
    actor,
    atMs: T0 + minute * MINUTE,
    version,
    decision,
  }));

/** As it is recorded: the flag is written down as an event before the first other one. */
const recorded = ({ flagged }: ReviewSubject, steps: readonly Step[]): ReviewFact[] =>
  flagged && steps.length > 0 ? facts(['opened', 'assay', 0], ...steps) : facts(...steps);

const state = (subject: ReviewSubject, minute: number, ...steps: readonly Step[]) =>
  deriveReview(recorded(subject, steps), subject, T0 + minute * MINUTE);

const refused = (subject: ReviewSubject, past: readonly Step[], next: Step) =>
  refusalOf(recorded(subject, past), subject, facts(next)[0] as ReviewFact);

describe('without events', () => {
  test('a flagged item is open, any other is not under review', () => {
    expect(state(FLAGGED, 0)).toMatchObject({ state: 'open', seq: 0, claim: null, decided: null });
    expect(state(UNFLAGGED, 0).state).toBe('none');
  });
});

describe('a claim', () => {
  test('holds for its lease and lapses by itself', () => {
    const claimed: Step = ['claimed', 'mara', 0];
    expect(state(FLAGGED, 1, claimed)).toMatchObject({
      state: 'claimed',
      claim: { by: 'mara', untilMs: T0 + LEASE },
    });
    expect(state(FLAGGED, LEASE / MINUTE, claimed)).toMatchObject({ state: 'open', claim: null });
  });

  test('keeps others from deciding, claiming and escalating, and its holder from claiming twice', () => {
    const past: Step[] = [['claimed', 'mara', 0]];
    expect(refused(FLAGGED, past, ['claimed', 'noor', 1])).toBe('review.claimed');
    expect(refused(FLAGGED, past, ['decided', 'noor', 1, 'uphold'])).toBe('review.claimed');
    expect(refused(FLAGGED, past, ['escalated', 'noor', 1])).toBe('review.claimed');
    expect(refused(FLAGGED, past, ['claimed', 'mara', 1])).toBe('review.transition');
    expect(refused(FLAGGED, past, ['decided', 'mara', 1, 'uphold'])).toBeNull();
    expect(refused(FLAGGED, past, ['commented', 'noor', 1])).toBeNull();
  });

  test('can be taken by somebody else once it lapsed, and given back by its holder alone', () => {
    const past: Step[] = [['claimed', 'mara', 0]];
    expect(refused(FLAGGED, past, ['claimed', 'noor', 31])).toBeNull();
    expect(refused(FLAGGED, past, ['released', 'noor', 1])).toBe('review.transition');
    expect(refused(FLAGGED, past, ['released', 'mara', 1])).toBeNull();
    expect(state(FLAGGED, 2, ...past, ['released', 'mara', 1]).state).toBe('open');
  });

  test('lies over an escalated item, which shows again afterwards', () => {
    const past: Step[] = [
      ['escalated', 'mara', 0],
      ['claimed', 'noor', 1],
    ];
    expect(state(FLAGGED, 2, ...past).state).toBe('claimed');
    expect(state(FLAGGED, 40, ...past).state).toBe('escalated');
  });
});

describe('a decision', () => {
  const decided: Step[] = [['decided', 'mara', 0, 'dismiss']];

  test('may be taken from open and escalated, and needs to say which', () => {
    expect(state(FLAGGED, 1, ...decided)).toMatchObject({
      state: 'decided',
      decided: { decision: 'dismiss', by: 'mara', version: 1 },
    });
    expect(refused(FLAGGED, [], ['decided', 'mara', 0])).toBe('review.transition');
    expect(refused(FLAGGED, [['escalated', 'noor', 0]], ['decided', 'mara', 1, 'uphold'])).toBeNull();
    expect(refused(UNFLAGGED, [], ['decided', 'mara', 0, 'uphold'])).toBe('review.transition');
  });

  test('is opened anew by hand, or by a newer text that is flagged, and not by the same one', () => {
    expect(state(FLAGGED, 2, ...decided, ['opened', 'noor', 1])).toMatchObject({
      state: 'open',
      decided: null,
    });
    expect(state({ flagged: true, version: 2 }, 1, ...decided).state).toBe('open');
    expect(state({ flagged: true, version: 1 }, 1, ...decided).state).toBe('decided');
    const events = recorded(FLAGGED, decided);
    expect(deriveReview(events, { flagged: false, version: 2 }, T0).state).toBe('decided');
  });

  test('may be closed, and then only opened', () => {
    const closed: Step[] = [...decided, ['closed', 'mara', 1]];
    expect(state(FLAGGED, 2, ...closed).state).toBe('closed');
    expect(refused(FLAGGED, closed, ['decided', 'noor', 2, 'uphold'])).toBe('review.transition');
    expect(refused(FLAGGED, closed, ['opened', 'noor', 2])).toBeNull();
  });

  test('may be appealed once, in time, and is then decided by somebody else for good', () => {
    const days = (n: number) => n * 24 * 60;
    expect(refused(FLAGGED, decided, ['appealed', 'author', days(21)])).toBe('review.transition');
    const appealed: Step[] = [...decided, ['appealed', 'author', days(1)]];
    expect(state(FLAGGED, days(1), ...appealed).state).toBe('appealed');
    expect(refused(FLAGGED, appealed, ['decided', 'mara', days(2), 'uphold'])).toBe('review.transition');
    expect(refused(FLAGGED, appealed, ['claimed', 'mara', days(2)])).toBe('review.transition');
    const settled: Step[] = [...appealed, ['decided', 'noor', days(2), 'uphold']];
    expect(state(FLAGGED, days(2), ...settled)).toMatchObject({
      state: 'decided',
      decided: { by: 'noor' },
      appealOf: { by: 'mara' },
    });
    expect(refused(FLAGGED, settled, ['appealed', 'author', days(3)])).toBe('review.transition');
    expect(refused(FLAGGED, settled, ['opened', 'mara', days(3)])).toBe('review.transition');
    expect(refused(FLAGGED, settled, ['opened', 'mara', days(3), undefined, 2])).toBeNull();
    expect(refused(UNFLAGGED, [], ['appealed', 'author', 0])).toBe('review.transition');
  });
});

describe('an item opened by its flag', () => {
  test('gets the flag as an event before the first other one', () => {
    expect(opensByFlag([], FLAGGED)).toBe(true);
    expect(opensByFlag([], UNFLAGGED)).toBe(false);
    expect(opensByFlag(facts(['opened', 'assay', 0]), FLAGGED)).toBe(false);
    const decided = facts(['opened', 'assay', 0], ['decided', 'mara', 1, 'uphold']);
    expect(opensByFlag(decided, FLAGGED)).toBe(false);
    expect(opensByFlag(decided, { flagged: true, version: 2 })).toBe(true);
  });
});

const EVENTS: ReviewEventName[] = [
  'opened',
  'claimed',
  'released',
  'escalated',
  'decided',
  'appealed',
  'closed',
  'commented',
];

const anyStep = fc.tuple(
  fc.constantFrom(...EVENTS),
  fc.constantFrom('mara', 'noor', 'author'),
  fc.integer({ min: 0, max: 50 }),
  fc.constantFrom<(ReviewDecision | null)[]>('uphold', 'dismiss', null),
  fc.integer({ min: 0, max: 2 }),
);

/** Any sequence of events with rising times and versions, legal or not. */
const anyCourse = fc.array(anyStep, { maxLength: 40 }).map((steps) => {
  let atMs = T0;
  let version = 1;
  return steps.map(([event, actor, minutes, decision, newer], index): ReviewFact => {
    atMs += minutes * MINUTE;
    version += newer === 2 ? 1 : 0;
    return { seq: index + 1, event, actor, atMs, version, decision: event === 'decided' ? decision : null };
  });
});

const subjects = fc.record({ flagged: fc.boolean(), version: fc.integer({ min: 1, max: 20 }) });
const last = (course: readonly ReviewFact[]) => course.at(-1)?.atMs ?? T0;

describe('over every course of events', () => {
  test('the state is one of the seven, its parts agree, and comments change nothing', () => {
    fc.assert(
      fc.property(anyCourse, subjects, (course, subject) => {
        const now = last(course);
        const review = deriveReview(course, subject, now);
        expect(REVIEW_STATES).toContain(review.state);
        expect(review.seq).toBe(course.length);
        expect(review.state === 'claimed').toBe(review.claim !== null);
        if (review.claim !== null) expect(review.claim.untilMs).toBeGreaterThan(now);
        if (review.state === 'decided' || review.state === 'appealed') expect(review.decided).not.toBeNull();
        if (review.state === 'appealed') expect(review.appealOf).not.toBeNull();
        const silent = course.filter(({ event }) => event !== 'commented');
        expect(deriveReview(silent, subject, now)).toEqual({ ...review, seq: silent.at(-1)?.seq ?? 0 });
      }),
    );
  });

  test('an event that may not follow changes nothing, and one that may is carried out', () => {
    fc.assert(
      fc.property(anyCourse, (course) => {
        for (let length = 0; length < course.length; length += 1) {
          const past = course.slice(0, length);
          const next = course[length] as ReviewFact;
          const still: ReviewSubject = { flagged: false, version: next.version };
          const before = deriveReview(past, still, next.atMs);
          const after = deriveReview([...past, next], still, next.atMs);
          if (refusalOf(past, still, next) !== null) expect(after).toEqual({ ...before, seq: after.seq });
          else if (next.event === 'claimed') expect(after.claim?.by).toBe(next.actor);
          else if (next.event !== 'commented' && next.event !== 'released') {
            expect(after.state).toBe(next.event === 'opened' ? 'open' : next.event);
          }
        }
      }),
    );
  });

  test('no item is held by two, nobody decides over another’s claim, and nobody decides the appeal against themselves', () => {
    fc.assert(
      fc.property(anyCourse, (course) => {
        for (let length = 0; length < course.length; length += 1) {
          const past = course.slice(0, length);
          const next = course[length] as ReviewFact;
          const still: ReviewSubject = { flagged: false, version: next.version };
          const { claim, state: now, appealOf } = deriveReview(past, still, next.atMs);
          if (refusalOf(past, still, next) !== null) continue;
          const works = next.event === 'decided' || next.event === 'claimed' || next.event === 'escalated';
          if (works && claim !== null) expect(claim.by).toBe(next.actor);
          if (next.event === 'decided' && now === 'appealed') expect(appealOf?.by).not.toBe(next.actor);
        }
      }),
    );
  });

  test('a claim that nobody touches ends at its lease and leaves the state below', () => {
    fc.assert(
      fc.property(anyCourse, subjects, (course, subject) => {
        const later = deriveReview(course, subject, last(course) + LEASE);
        expect(later.claim).toBeNull();
        expect(later.state).not.toBe('claimed');
      }),
    );
  });
});

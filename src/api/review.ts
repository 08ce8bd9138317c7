/** Review of an item over the API: what was done, what the state is, and the next act of a moderator. */

import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { ReviewDecision, ReviewEvent, ReviewState } from '../../schemas/review.js';
import type { ReviewEventDoc } from '../../schemas/store/documents.js';
import { actOn, ReviewAct } from '../review/act.js';
import { type ItemReview, type ReviewContext, readReview } from '../review/read.js';
import { defineEndpoint } from './endpoint.js';
import { instant } from './instant.js';
import { EXAMPLE_ITEM_ID } from './intake-examples.js';

const params = z.object({ id: z.string().max(64).describe('Item id') });

const ReviewAnswer = z
  .object({
    itemId: z.string(),
    state: ReviewState,
    seq: z.int().min(0).describe('Sequence number of the last event'),
    version: z.int().min(0).describe('Current version of the item'),
    claim: z.object({ by: z.string(), until: z.iso.datetime({ offset: true }) }).nullable(),
    decision: ReviewDecision.nullable().describe('The decision that stands: on the flag, never on the text'),
    events: z.array(ReviewEvent),
  })
  .meta({ id: 'Review' });

const ReviewRequest = z
  .strictObject({
    act: ReviewAct,
    note: z.string().max(LIMITS.reviewNote).optional().describe('Needed to uphold, dismiss and comment'),
    seen: z
      .strictObject({ seq: z.int().min(0), version: z.int().min(0) })
      .optional()
      .describe('What was looked at; the act is refused when it has changed since'),
  })
  .meta({ id: 'ReviewRequest' });

const eventOf = ({ seq, event, actor, atMs, version, decision, note }: ReviewEventDoc) => ({
  seq,
  event,
  actor,
  at: instant(atMs),
  version,
  decision,
  note,
});

const answerOf = ({ item, events, review }: ItemReview): z.infer<typeof ReviewAnswer> => ({
  itemId: item._id,
  state: review.state,
  seq: review.seq,
  version: item.version,
  claim: review.claim === null ? null : { by: review.claim.by, until: instant(review.claim.untilMs) },
  decision: review.decided?.decision ?? null,
  events: events.map(eventOf),
});

const problem = (description: string) => ({ description });

const getReview = defineEndpoint<ReviewContext>()({
  method: 'get',
  path: '/v1/items/{id}/review',
  access: 'read',
  tag: 'Review',
  summary: 'Review of an item',
  params,
  responses: {
    200: { description: 'State and all events', schema: ReviewAnswer },
    404: problem('No such item of this tenant'),
  },
  examples: [
    { summary: 'An item', params: { id: EXAMPLE_ITEM_ID }, status: 200 },
    { summary: 'An unknown item', params: { id: 'unknown' }, status: 404 },
  ],
  async handle(context, { params: { id }, principal }) {
    return { status: 200, body: answerOf(await readReview(context, principal!.tenant, id)) };
  },
});

const postReview = defineEndpoint<ReviewContext>()({
  method: 'post',
  path: '/v1/items/{id}/review',
  access: 'moderate',
  tag: 'Review',
  summary: 'Act on an item under review',
  description:
    'Appends one event. A claim holds for 30 minutes; `uphold` and `dismiss` decide on the flag. No act deletes a text.',
  params,
  body: ReviewRequest,
  idempotent: true,
  responses: {
    201: { description: 'The review afterwards', schema: ReviewAnswer },
    404: problem('No such item of this tenant'),
    409: problem(
      '`review.claimed`: somebody else holds it; `review.transition`: its state does not allow this',
    ),
  },
  examples: [{ summary: 'An unknown item', params: { id: 'unknown' }, body: { act: 'claim' }, status: 404 }],
  async handle(context, { params: { id }, principal, body }) {
    const { tenant, id: actor } = principal!;
    return { status: 201, body: answerOf(await actOn(context, tenant, id, { ...body, actor })) };
  },
});

export const REVIEW_ENDPOINTS = [getReview, postReview];

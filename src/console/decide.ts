/** The review form of an item's page: one act, then back to the page. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { defineEndpoint } from '../api/endpoint.js';
import { actOn, ReviewAct } from '../review/act.js';
import type { ReviewContext } from '../review/read.js';
import { itemPath } from './item-row.js';
import { seeOther } from './layout.js';

const whole = z
  .string()
  .regex(/^\d{1,16}$/, 'a whole number')
  .transform(Number);

/** A line break of a form counts as two characters here and as one in the browser. */
const DecisionForm = z.object({
  act: ReviewAct,
  note: z
    .string()
    .transform((note) => note.replace(/\r\n?/g, '\n'))
    .pipe(z.string().max(LIMITS.reviewNote))
    .optional(),
  seq: whole,
  version: whole,
});

const decide = defineEndpoint<ReviewContext>()({
  method: 'post',
  path: '/console/items/{id}/review',
  access: 'moderate',
  tag: 'Console',
  summary: 'Act on an item from its page',
  params: z.object({ id: z.string().max(64) }),
  body: DecisionForm,
  form: true,
  responses: {
    303: { description: 'Done; goes back to the item' },
    409: { description: 'Somebody else holds the item, or it has changed', mediaType: 'text/html' },
  },
  async handle(context, { params: { id }, principal, body: { act, note, seq, version } }) {
    const { tenant, id: actor } = principal!;
    await actOn(context, tenant, id, { act, actor, note, seen: { seq, version } });
    return seeOther(`${itemPath(id)}#review`);
  },
});

export const DECIDE_ENDPOINTS = [decide];

/** Dead letters for the tenant's administrator: what could not be handled and why, with its bytes, to look at and to send again. */

import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { Problem } from '../../schemas/problem.js';
import type { DeadLetterDoc } from '../../schemas/store/documents.js';
import { list, replay, show } from '../../streams/dead-letter.js';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';
import { instant } from './instant.js';
import { bindCursor, Next, PAGE_QUERY, unbindCursor } from './page.js';

const State = z.enum(['open', 'replayed']);

const letterFields = {
  id: z.string(),
  state: State,
  code: z.string().describe('Error code, as in problems'),
  detail: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.int().describe('Where the record lay on the log'),
  tries: z.int(),
  size: z.int().describe('Bytes of the value'),
  failedAt: z.string(),
  replayedAt: z.string().nullable(),
};

const LetterSummary = z.object(letterFields).meta({ id: 'DeadLetterSummary' });

const DeadLetter = z
  .object({
    ...letterFields,
    key: z.string().nullable(),
    headers: z.record(z.string(), z.string()).describe('As they were received'),
    value: z.string().describe('The bytes as they were received, in base64'),
  })
  .meta({ id: 'DeadLetter' });

const summary = (doc: DeadLetterDoc): z.infer<typeof LetterSummary> => ({
  id: doc._id,
  state: doc.state,
  code: doc.code,
  detail: doc.detail,
  topic: doc.topic,
  partition: doc.partition,
  offset: doc.offset,
  tries: doc.tries,
  size: Buffer.byteLength(doc.value, 'base64'),
  failedAt: instant(doc.failedMs),
  replayedAt: doc.replayedMs === null ? null : instant(doc.replayedMs),
});

const letter = (doc: DeadLetterDoc): z.infer<typeof DeadLetter> => ({
  ...summary(doc),
  key: doc.key,
  headers: doc.headers,
  value: doc.value,
});

type LetterContext = Pick<ApiContext, 'collections' | 'log' | 'clock'>;

const LetterParams = z.object({ id: z.string().min(1).max(64) });
const NOT_FOUND = { description: 'No such letter of this tenant', schema: Problem };

/** The letter that the documentation's examples show. */
export const EXAMPLE_LETTER_ID = 'dead-letter-of-the-example';

const letters = defineEndpoint<LetterContext>()({
  method: 'get',
  path: '/v1/dead-letters',
  access: 'admin',
  tag: 'Dead letters',
  summary: 'Dead letters, the newest failure first',
  description: 'Kept for 30 days.',
  query: z.strictObject({ state: State.optional().describe('Default `open`'), ...PAGE_QUERY }),
  responses: {
    200: {
      description: 'A page of letters, without their bytes',
      schema: z.object({ items: z.array(LetterSummary), next: Next }).meta({ id: 'DeadLetters' }),
    },
  },
  examples: [
    { summary: 'What waits for somebody', status: 200 },
    { summary: 'What was sent again', query: { state: 'replayed', limit: '10' }, status: 200 },
  ],
  async handle({ collections }, { principal, query }) {
    const { state = 'open', limit = LIMITS.pageDefault, cursor } = query;
    const { tenant } = principal!;
    const scope = [tenant, 'dead-letters', state];
    const after = unbindCursor(scope, cursor);
    const { docs, next } = await list(tenant, { state, limit, after }, collections.deadLetters);
    return { status: 200, body: { items: docs.map(summary), next: bindCursor(scope, next) } };
  },
});

const one = defineEndpoint<LetterContext>()({
  method: 'get',
  path: '/v1/dead-letters/{id}',
  access: 'admin',
  tag: 'Dead letters',
  summary: 'One dead letter with its bytes and headers',
  params: LetterParams,
  responses: { 200: { description: 'The letter', schema: DeadLetter }, 404: NOT_FOUND },
  examples: [
    { summary: 'A letter', params: { id: EXAMPLE_LETTER_ID }, status: 200 },
    { summary: 'An id that nothing has', params: { id: 'none' }, status: 404 },
  ],
  async handle({ collections }, { principal, params: { id } }) {
    return { status: 200, body: letter(await show(id, principal!.tenant, collections.deadLetters)) };
  },
});

const again = defineEndpoint<LetterContext>()({
  method: 'post',
  path: '/v1/dead-letters/{id}/replay',
  access: 'admin',
  tag: 'Dead letters',
  summary: 'Send a dead letter again',
  description:
    'Puts the record back on the topic it came from, byte for byte. What fails again becomes another letter.',
  params: LetterParams,
  responses: {
    202: { description: 'Back on its topic', schema: LetterSummary },
    404: NOT_FOUND,
  },
  examples: [
    { summary: 'A letter', params: { id: EXAMPLE_LETTER_ID }, status: 202 },
    { summary: 'An id that nothing has', params: { id: 'none' }, status: 404 },
  ],
  async handle({ collections, log, clock }, { principal, params: { id } }) {
    const { deadLetters } = collections;
    const doc = await replay(id, principal!.tenant, { deadLetters, log, now: clock() });
    return { status: 202, body: summary(doc) };
  },
});

export const DEAD_LETTER_ENDPOINTS = [letters, one, again];

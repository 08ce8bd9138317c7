/** Scores one text now, ahead of the stream, and stores nothing: for a form that wants to know before it sends. */
import { z } from 'zod';
import { checkText } from '../../schemas/check-item.js';
import { AssayError } from '../../schemas/errors.js';
import { Judgement } from '../../schemas/evidence.js';
import { ITEM_KINDS } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { Facet } from '../../schemas/post.js';
import { Problem, parseAs } from '../../schemas/problem.js';
import { Decision } from '../../schemas/verdict.js';
import type { ApiContext, ScoreInput } from './context.js';
import { defineEndpoint } from './endpoint.js';
import { inPlainWords, Plain, Reason } from './verdict-view.js';

const ScoreRequest = z
  .strictObject({
    kind: z.enum(ITEM_KINDS).optional().describe('What the text is; default `post`'),
    text: z.string().optional(),
    html: z.string().optional(),
    facets: z.array(Facet).max(LIMITS.facets).optional(),
    lang: z.string().max(35).optional().describe('BCP 47 tag; a hint only'),
    prior: z
      .number()
      .min(0.0001)
      .max(0.9999)
      .optional()
      .describe('Share of machine-made texts where this one comes from; default: the service’s own'),
    deadlineMs: z
      .int()
      .min(1)
      .max(LIMITS.scoreDeadlineMs)
      .optional()
      .describe(`Give up after so many milliseconds; default ${LIMITS.scoreDeadlineMs}`),
  })
  .refine(({ text, html }) => (text === undefined) !== (html === undefined), {
    message: 'expected exactly one of text and html',
    path: ['text'],
  })
  .meta({ id: 'ScoreRequest' });
type ScoreRequest = z.infer<typeof ScoreRequest>;

const Score = Decision.omit({ reasons: true })
  .extend({
    reasons: z.array(Reason),
    plain: Plain,
    ...Judgement.pick({
      contentHash: true,
      words: true,
      language: true,
      languageCovered: true,
      detectors: true,
      canonicaliser: true,
    }).shape,
  })
  .meta({ id: 'Score' });

/** The work's result, unless `ms` pass first: then the work is told by its signal, and nobody waits for it. */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const error = new AssayError('request.timeout', `expected a score within ${ms} ms`);
  const timer = setTimeout(() => deadline.abort(error), ms);
  const passed = new Promise<never>((_resolve, reject) => {
    deadline.signal.addEventListener('abort', () => reject(error), { once: true });
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, deadline.signal])), passed]);
  } finally {
    clearTimeout(timer);
  }
}

function inputOf({ kind = 'post', text, html, facets, lang, prior }: ScoreRequest): ScoreInput {
  return {
    kind,
    format: text === undefined ? 'html' : 'text',
    content: text ?? html ?? '',
    ...(facets && { facets }),
    ...(lang !== undefined && { lang }),
    ...(prior !== undefined && { prior }),
  };
}

const score = defineEndpoint<Pick<ApiContext, 'scoreNow' | 'sentenceOf'>>()({
  method: 'post',
  path: '/v1/score',
  access: 'read',
  tag: 'Score',
  summary: 'Score one text, and store nothing',
  description:
    'The same detector and decision as in the stream, on the text alone: what conversations, accounts and campaigns tell is not known here. Counts in no statistics.',
  body: ScoreRequest,
  check(_context, value) {
    const request = parseAs(ScoreRequest, value, 'request.invalid');
    checkText(request.text ?? request.html ?? '', request.text === undefined ? '/html' : '/text');
    return request;
  },
  // The handler gives up first and says so; this is for one that is held up before it can.
  deadlineMs: 2 * LIMITS.scoreDeadlineMs,
  responses: {
    200: { description: 'Band, probability and reasons', schema: Score },
    422: { description: 'The text is too long or not well-formed', schema: Problem },
    503: { description: 'The deadline passed first', schema: Problem },
  },
  examples: [
    {
      summary: 'A post, where one in ten is machine-made',
      body: { text: 'I took the early train and walked the last two miles along the river.', prior: 0.1 },
      status: 200,
    },
    {
      summary: 'The text of a letter',
      body: { kind: 'email', text: 'The hall is ours from ten.' },
      status: 200,
    },
    { summary: 'A text with a NUL character', body: { text: 'end\u0000' }, status: 422 },
  ],
  async handle({ scoreNow, sentenceOf }, { body, signal }) {
    const ms = body.deadlineMs ?? LIMITS.scoreDeadlineMs;
    const { judgement, decision } = await within(ms, signal, (both) => scoreNow(inputOf(body), both));
    const { contentHash, words, language, languageCovered, detectors, canonicaliser } = judgement;
    return {
      status: 200,
      body: {
        ...decision,
        ...inPlainWords(decision, words, { sentenceOf }),
        contentHash,
        words,
        language,
        languageCovered,
        detectors,
        canonicaliser,
      },
    };
  },
});

export const SCORE_ENDPOINTS = [score];

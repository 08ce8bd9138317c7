/**
 * Verdicts as they are announced, as server-sent events (HTML standard, section 9.2). Each event's id is a position: a
 * reader that comes back with it goes on exactly there, whichever process answers.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { Problem } from '../../schemas/problem.js';
import type { Sink } from '../live/follower.js';
import type { Joined } from '../live/verdict-feed.js';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';
import { VerdictView } from './verdict-view.js';

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Proxies that buffer would hold events back.
  'X-Accel-Buffering': 'no',
};

const sinkOf = (response: ServerResponse): Sink => ({
  write: (frame) => response.write(frame),
  room: async (signal) => {
    await once(response, 'drain', { signal });
  },
});

/** Sends events until the client is gone; a reader that is too slow is cut off and resumes by its last id. */
async function sendEvents(response: ServerResponse, joined: Joined, signal: AbortSignal): Promise<void> {
  if (response.req.method === 'HEAD') {
    joined.release();
    response.end();
    return;
  }
  response.flushHeaders();
  const ending = await joined.follow(sinkOf(response), signal);
  if (ending === 'slow') response.destroy();
  else response.end();
}

const stream = defineEndpoint<Pick<ApiContext, 'live'>>()({
  method: 'get',
  path: '/v1/verdicts/stream',
  access: 'read',
  tag: 'Verdicts',
  summary: 'Verdicts as they are announced',
  description:
    'Server-sent events named `verdict`, each with a verdict as its data and a position as its id. A reader that comes back with `Last-Event-ID` (or `after`) gets what it missed, then what is new, each once. Silent streams send a comment with the newest position every 15 seconds. Streams end after 15 minutes, and readers that are too slow are cut off: both resume by the last id. A position that the log no longer keeps is answered with 410; list the items then, and begin anew.',
  query: z.strictObject({
    after: z
      .string()
      .min(1)
      .max(16_384)
      .optional()
      .describe('`now` (default), `earliest`, or the id of an event; the header `Last-Event-ID` goes first'),
  }),
  deadlineMs: null,
  responses: {
    200: { description: 'Events', mediaType: 'text/event-stream', schema: VerdictView },
    400: { description: 'The position is none of this stream', schema: Problem },
    410: { description: 'The log no longer keeps what follows the position', schema: Problem },
    429: { description: 'Too many streams of this tenant are open; see Retry-After', schema: Problem },
  },
  examples: [
    { summary: 'All that the log keeps, then what is new', query: { after: 'earliest' }, status: 200 },
    { summary: 'A position that nobody gave out', query: { after: 'yesterday' }, status: 400 },
  ],
  async handle({ live }, { principal, query, headers, signal }) {
    const position = headers['last-event-id'] || query.after || 'now';
    const joined = await live.join(principal!.tenant, position);
    if (signal.aborted) joined.release();
    signal.addEventListener('abort', joined.release, { once: true });
    return { status: 200, headers: HEADERS, stream: (response, gone) => sendEvents(response, joined, gone) };
  },
});

export const STREAM_ENDPOINTS = [stream];

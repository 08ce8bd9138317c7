/** Status lists for those who follow them: all of them by name, and which of them change, as server-sent events. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { Problem } from '../../schemas/problem.js';
import type { AttestContext } from '../attest/issuer.js';
import { LIST_TTL_S } from '../attest/status-publisher.js';
import { defineEndpoint } from './endpoint.js';

const HEADERS = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' };

const aggregation = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/status',
  access: 'public',
  cors: true,
  tag: 'Attestation',
  summary: 'The addresses of all status lists',
  description:
    'Token Status List, section 9. Who fetches them all tells nobody which tokens they met. The list that changed last stands first.',
  responses: {
    200: { description: 'Addresses', schema: z.object({ status_lists: z.array(z.url()) }) },
  },
  examples: [{ summary: 'All lists', status: 200 }],
  async handle({ issuer }) {
    return {
      status: 200,
      body: { status_lists: await issuer.lists.uris() },
      headers: { 'Cache-Control': `public, max-age=${LIST_TTL_S}` },
    };
  },
});

async function send(
  { issuer }: AttestContext,
  response: ServerResponse,
  start: number,
  signal: AbortSignal,
  address: string,
): Promise<void> {
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  const sink = {
    write: (frame: string) => response.write(frame),
    room: (gone: AbortSignal) => once(response, 'drain', { signal: gone }),
  };
  await issuer.events.follow(start, sink, signal, address);
  response.end();
}

const events = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/v1/status/events',
  access: 'public',
  cors: true,
  tag: 'Attestation',
  summary: 'Status lists as they change',
  description: `Server-sent events named \`list\`, each with \`{uri}\` as its data and a position as its id: fetch that list again. A reader that comes back with \`Last-Event-ID\` (or \`after\`) gets what changed in the meantime, each list once, then what changes. An event may come twice. One address has at most ${LIMITS.statusFollowersPerAddress} streams open. Streams end after 15 minutes and are resumed by the last id. Entries are not named: an event tells no more than the list.`,
  query: z.strictObject({
    after: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('`now` (default), `earliest`, or the id of an event; the header `Last-Event-ID` goes first'),
  }),
  deadlineMs: null,
  responses: {
    200: {
      description: 'Events',
      mediaType: 'text/event-stream',
      schema: z.object({ uri: z.url() }).meta({ id: 'StatusListChanged' }),
    },
    400: { description: 'The position is none of this stream', schema: Problem },
    429: { description: 'Too many streams are open; see Retry-After', schema: Problem },
  },
  examples: [
    { summary: 'Every list, then those that change', query: { after: 'earliest' }, status: 200 },
    { summary: 'A position that nobody gave out', query: { after: 'last week' }, status: 400 },
  ],
  async handle(context, { query, headers, address }) {
    const { events: feed } = context.issuer;
    const start = feed.startOf(headers['last-event-id'] || query.after || 'now');
    feed.checkRoom(address);
    return {
      status: 200,
      headers: HEADERS,
      stream: (response, gone) => send(context, response, start, gone, address),
    };
  },
});

export const attestStatusEvents = [aggregation, events];

/**
 * Every example of the documentation is run against a whole service: it gives the status it promises, and an answer that
 * the schema it promises accepts, with no field left undescribed.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { contentHash } from '../../../schemas/ids.js';
import { Problem } from '../../../schemas/problem.js';
import { SCOPES } from '../../../schemas/store/documents.js';
import type { ScoreNow } from '../../../src/api/context.js';
import { EXAMPLE_LETTER_ID } from '../../../src/api/dead-letters.js';
import type { Example } from '../../../src/api/endpoint.js';
import {
  EXAMPLE_EMAIL,
  EXAMPLE_HTML_POST,
  EXAMPLE_POST,
  EXAMPLE_TENANT,
} from '../../../src/api/intake-examples.js';
import { isDocumented } from '../../../src/api/openapi.js';
import { ENDPOINTS } from '../../../src/api/table.js';
import { EXAMPLE_DELIVERY_ID } from '../../../src/api/webhook-deliveries.js';
import { EXAMPLE_OLD_WEBHOOK_ID, EXAMPLE_WEBHOOK_ID } from '../../../src/api/webhooks.js';
import { decide, judge } from '../../streams/harness/parts.js';
import { startWhole, type WholeService } from './whole.js';

const scoreNow: ScoreNow = async ({ kind, format, content, prior = 0.5 }) => {
  const [judgement] = await judge.judge([
    { kind, format, content, contentHash: contentHash(format, content) },
  ]);
  return { judgement: judgement!, decision: { ...decide(judgement as never), prior } };
};

let service: WholeService;
let key: Record<string, string>;

beforeAll(async () => {
  service = await startWhole({ scoreNow });
  key = await service.key(SCOPES, EXAMPLE_TENANT, 60_000);
  await service.post('/v1/posts', [EXAMPLE_POST, EXAMPLE_HTML_POST], key);
  await service.post('/v1/emails', EXAMPLE_EMAIL, key);
  await service.context.collections.deadLetters.insert({
    _id: EXAMPLE_LETTER_ID,
    tenant: EXAMPLE_TENANT,
    topic: 'posts',
    partition: 0,
    offset: 7,
    key: 'forum:42',
    value: Buffer.from('{"platform":').toString('base64'),
    headers: { ce_type: 'post.created' },
    code: 'request.malformed_json',
    detail: 'The body is not valid JSON.',
    tries: 1,
    failedMs: service.context.clock(),
    replayedMs: null,
    state: 'open',
  });
  await addWebhooks();
  // There has to be a status list for those who follow them.
  await service.context.issuer.lists.claim();
  await service.settle();
});
afterAll(() => service.close());

/** One that works with a delivery that failed, and one that said that it is gone. */
async function addWebhooks(): Promise<void> {
  const { collections, clock } = service.context;
  const place = { tenant: EXAMPLE_TENANT, url: 'https://hooks.example.com/assay', name: 'moderation queue' };
  const more = { secrets: [], rotation: 0, createdMs: clock() };
  await collections.webhooks.insert({ _id: EXAMPLE_WEBHOOK_ID, ...place, state: 'active', ...more });
  await collections.webhooks.insert({ _id: EXAMPLE_OLD_WEBHOOK_ID, ...place, state: 'disabled', ...more });
  await collections.webhookDeliveries.insert({
    _id: EXAMPLE_DELIVERY_ID,
    tenant: EXAMPLE_TENANT,
    webhook: EXAMPLE_WEBHOOK_ID,
    verdictId: 'verdict',
    itemId: 'item',
    state: 'failed',
    queue: null,
    dueMs: clock(),
    claim: null,
    tries: 14,
    firstTryMs: clock() - 1,
    lastTryMs: clock(),
    lastStatus: 503,
    lastFailure: 'status',
    createdMs: clock() - 1,
    settledMs: clock(),
    expiresMs: clock() + 1_000_000,
  });
}

type AnyEndpoint = (typeof ENDPOINTS)[number];

async function call({ method, path }: AnyEndpoint, example: Example, signal: AbortSignal): Promise<Response> {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name) =>
    encodeURIComponent(example.params?.[name] ?? ''),
  );
  const query = example.query === undefined ? '' : `?${new URLSearchParams(example.query)}`;
  const lines = example.lines?.map((line) => JSON.stringify(line)).join('\n');
  const body = lines ?? (example.body === undefined ? undefined : JSON.stringify(example.body));
  return fetch(service.url + filled + query, {
    method: method.toUpperCase(),
    headers: { ...key, 'content-type': lines === undefined ? 'application/json' : 'application/x-ndjson' },
    signal,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
}

/** The first event of a stream. */
async function firstEvent(response: Response): Promise<unknown> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ; ) {
    const data = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data);
    const { done, value } = await reader.read();
    if (done) throw new Error('the stream ended without an event');
    text += value;
  }
}

/** The bodies an answer consists of: lines of NDJSON, the first event of a stream, JSON, or plain text. */
async function bodiesOf(response: Response): Promise<unknown[]> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) return [await firstEvent(response)];
  const text = await response.text();
  if (type.includes('ndjson'))
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return [type.includes('json') ? JSON.parse(text) : text];
}

const bare = (type: string): string => type.split(';')[0]!.trim();

function expectDescribed(schema: z.ZodType, body: unknown): void {
  const parsed = schema.safeParse(body);
  expect(parsed.error?.issues ?? []).toEqual([]);
  expect(parsed.data).toEqual(body);
}

const EXAMPLES = ENDPOINTS.flatMap((endpoint) =>
  (endpoint.examples ?? []).map(
    (example) => [`${endpoint.method} ${endpoint.path}: ${example.summary}`, endpoint, example] as const,
  ),
);

test.each(EXAMPLES)('%s', async (_name, endpoint, example) => {
  const leaving = new AbortController();
  const response = await call(endpoint, example, leaving.signal);
  expect(response.status).toBe(example.status);
  const declared = endpoint.responses[example.status];
  const schema = declared?.schema ?? (example.status >= 400 ? Problem : undefined);
  const bodies = await bodiesOf(response);
  leaving.abort();
  const type = bare(response.headers.get('content-type') ?? '');
  if (schema === Problem) expect(type).toBe('application/problem+json');
  else if (example.status < 300) expect(type).toBe(bare(declared?.mediaType ?? 'application/json'));
  if (schema !== undefined) for (const body of bodies) expectDescribed(schema, body);
});

test('every documented endpoint has an example', () => {
  const without = ENDPOINTS.filter((endpoint) => isDocumented(endpoint) && !endpoint.examples?.length);
  expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

/**
 * The OpenAPI 3.1 document, made from the table of endpoints and its zod schemas; nothing in it is written twice.
 * `npm run openapi` writes it to docs/openapi.json, a test compares that file with what the table says.
 */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { Problem } from '../../schemas/problem.js';
import { VERDICT_RECORDED } from '../../schemas/webhook.js';
import { JSON_TYPE, NDJSON } from '../http/body.js';
import type { AnyEndpoint } from '../http/paths.js';
import type { Example } from './endpoint.js';
import { WebhookEvent, WebhookHeaders } from './webhook-event.js';

// biome-ignore lint/suspicious/noExplicitAny: handlers are not called here, so their context may be anything
type Documented = AnyEndpoint<any>;

/** Version of the HTTP interface, the one of the package. */
export const API_VERSION = '0.1.0';

const PROBLEM_JSON = 'application/problem+json';

const TAGS: Record<string, string> = {
  Intake: 'Texts come in; verdicts follow.',
  Items: 'What came in, and what is known of it.',
  Verdicts: 'Verdicts as they are made.',
  Webhooks: 'Verdicts sent to you.',
  Score: 'One text, now.',
  Review: 'What people decide.',
  'Dead letters': 'What could not be handled.',
  Attestation: 'Who stands behind a text, verifiable anywhere.',
  Operation: 'For those who run the service.',
  Documentation: 'This document.',
};

/** Pages for people are no part of the interface for programs. */
const PAGES: readonly string[] = ['Console', 'Pages'];

export const isDocumented = ({ tag }: Pick<Documented, 'tag'>): boolean => !PAGES.includes(tag);

/** `get /v1/items/{id}` → `getItemsById`. */
export const operationId = ({ method, path }: Pick<Documented, 'method' | 'path'>): string =>
  method +
  path
    .replace(/^\/v1(?=\/)/, '')
    .replace(/\{(\w+)\}/g, (_match, name: string) => `by-${name}`)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');

const ndjson = (lines: readonly unknown[]): string => lines.map((line) => JSON.stringify(line)).join('\n');

/** Named by their place: `1`, `2` … and described by their summary. */
const examplesOf = (examples: readonly Example[], value: (example: Example) => unknown) => {
  const shown = examples.flatMap((example) => {
    const given = value(example);
    return given === undefined ? [] : [{ summary: `${example.summary} (${example.status})`, value: given }];
  });
  return shown.length === 0
    ? {}
    : { examples: Object.fromEntries(shown.map((one, at) => [String(at + 1), one])) };
};

function requestBody({ body, batch, examples = [] }: Documented): RouteConfig['request'] {
  if (body === undefined) return {};
  const json = { schema: body, ...examplesOf(examples, (example) => example.body) };
  const lines = {
    schema: z.string().describe('One such body per line, at most 1,000 lines'),
    ...examplesOf(examples, (example) => example.lines && ndjson(example.lines)),
  };
  return {
    body: { required: true, content: { [JSON_TYPE]: json, ...(batch ? { [NDJSON]: lines } : {}) } },
  };
}

const mediaTypeFor = (status: number, given: string | undefined): string =>
  given ?? (status >= 400 && status !== 503 ? PROBLEM_JSON : JSON_TYPE);

function responsesOf({ responses }: Documented): RouteConfig['responses'] {
  const entries = Object.entries(responses).map(([status, { description, schema, mediaType }]) => {
    const bare = schema === undefined && mediaType === undefined;
    const type = schema === Problem ? PROBLEM_JSON : mediaTypeFor(Number(status), mediaType).split(';')[0]!;
    return [
      status,
      bare ? { description } : { description, content: { [type]: { schema: schema ?? z.string() } } },
    ];
  });
  return {
    ...Object.fromEntries(entries),
    default: { description: 'What went wrong', content: { [PROBLEM_JSON]: { schema: Problem } } },
  };
}

const IDEMPOTENCY_KEY = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .describe(
    'The same key with the same body gets the first answer again, for 24 hours; with another body, 422',
  );

function routeOf(endpoint: Documented): RouteConfig {
  const { method, path, tag, summary, description, access, params, query, idempotent } = endpoint;
  return {
    method,
    path,
    tags: [tag],
    operationId: operationId(endpoint),
    summary,
    ...(description === undefined ? {} : { description }),
    // OpenAPI 3.1 lists the roles an API key needs where OAuth has its scopes.
    security: access === 'public' ? [] : [{ key: [access] }, { session: [access] }],
    request: {
      ...(params && { params: params as z.ZodObject }),
      ...(query && { query: query as z.ZodObject }),
      ...(idempotent && { headers: z.object({ 'Idempotency-Key': IDEMPOTENCY_KEY }) }),
      ...requestBody(endpoint),
    },
    responses: responsesOf(endpoint),
  };
}

interface Parameter {
  name: string;
  in: string;
  examples?: unknown;
}

/** Parameters show the values of the endpoint's examples. */
function addExamples(parameters: readonly Parameter[] | undefined, examples: readonly Example[] = []): void {
  for (const parameter of parameters ?? []) {
    const place = parameter.in === 'path' ? 'params' : 'query';
    if (parameter.in === 'path' || parameter.in === 'query')
      Object.assign(
        parameter,
        examplesOf(examples, (example) => example[place]?.[parameter.name]),
      );
  }
}

/** The generator writes the flags of a regular expression into the pattern; JSON Schema has none (it is always Unicode). */
function withoutFlags(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'pattern' && typeof value === 'string')
      (node as Record<string, unknown>)[name] = value.replace(/\/[dgimsuvy]+$/, '');
    else withoutFlags(value);
  }
}

/** What we send, and what we make of the answer. */
const VERDICT_WEBHOOK: RouteConfig = {
  method: 'post',
  path: VERDICT_RECORDED,
  tags: ['Webhooks'],
  operationId: 'verdictRecorded',
  summary: 'A verdict, sent to every webhook of its tenant, at least once',
  security: [],
  request: {
    headers: WebhookHeaders,
    body: { required: true, content: { [JSON_TYPE]: { schema: WebhookEvent } } },
  },
  responses: {
    '2XX': { description: 'Delivered' },
    410: { description: 'The webhook is disabled' },
    default: { description: 'Tried again, for a day in all; `Retry-After` is honoured' },
  },
};

/** The document of these endpoints, the same for the same table. */
export function openApiDocument(endpoints: readonly Documented[]): Record<string, unknown> {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key of a tenant: `Authorization: Bearer ask_…`. It carries scopes.',
  });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-assay',
    description: 'The session of a signed-in person; calls that change something bring `X-CSRF-Token` along.',
  });
  const documented = endpoints.filter(isDocumented);
  for (const endpoint of documented) registry.registerPath(routeOf(endpoint));
  registry.registerWebhook(VERDICT_WEBHOOK);
  const used = new Set(documented.map(({ tag }) => tag));
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Assay',
      version: API_VERSION,
      description:
        'Was a text machine-written or part of a campaign, and did a human being stand behind it? Errors are problem+json (RFC 9457) with JSON pointers. Unknown fields of texts are ignored, unknown query parameters are refused.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...used].map((name) => ({ name, ...(TAGS[name] && { description: TAGS[name] }) })),
  });
  const paths = (document.paths ?? {}) as Record<string, Record<string, { parameters?: Parameter[] }>>;
  for (const { path, method, examples } of documented)
    addExamples(paths[path]?.[method]?.parameters, examples);
  withoutFlags(document);
  return document as unknown as Record<string, unknown>;
}

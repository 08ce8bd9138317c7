/** The documentation page: complete, readable without scripts, and nothing in it comes from elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { z } from 'zod';
import { ERRORS } from '../../../schemas/errors.js';
import { anchorOf, curlOf } from '../../../src/api/docs-endpoint.js';
import { docsPage } from '../../../src/api/docs-page.js';
import { boundsOf, schemaTable, typeOf } from '../../../src/api/docs-schema.js';
import { defineEndpoint } from '../../../src/api/endpoint.js';
import { isDocumented, openApiDocument } from '../../../src/api/openapi.js';
import { ENDPOINTS } from '../../../src/api/table.js';
import { html } from '../../../src/console/html.js';
import { startService, type TestService } from './service.js';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

function* elements(node: Node): Generator<Element> {
  if ('tagName' in node) yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* elements(child);
}

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((one) => one.name === name)?.value;

let service: TestService;
let page: Element[];
let text: string;
let headers: Headers;
beforeAll(async () => {
  service = await startService();
  const response = await fetch(`${service.url}/docs`);
  headers = response.headers;
  text = await response.text();
  page = [...elements(parse(text))];
});
afterAll(() => service.close());

test('every endpoint has its section, with who may call it and its examples', () => {
  const ids = new Set(page.map((element) => attribute(element, 'id')));
  for (const endpoint of ENDPOINTS.filter(isDocumented)) {
    expect(ids).toContain(anchorOf(endpoint));
    for (const { summary } of endpoint.examples ?? []) expect(text).toContain(html`${summary}`.toString());
  }
  expect(text).toContain('scope <code>ingest</code>');
  expect(text).not.toContain('/console/');
});

test('every link leads to a place on the page or to the document for programs', () => {
  const ids = new Set(page.map((element) => attribute(element, 'id')));
  const links = page.filter(({ tagName }) => tagName === 'a').map((element) => attribute(element, 'href')!);
  const broken = links.filter((link) =>
    link.startsWith('#') ? !ids.has(link.slice(1)) : link !== '/openapi.json',
  );
  expect(broken).toEqual([]);
  expect(links.length).toBeGreaterThan(100);
});

test('the type of every problem leads to its row in the table of errors', async () => {
  const ids = new Set(page.map((element) => attribute(element, 'id')));
  const { type } = (await (await fetch(`${service.url}/v1/items`)).json()) as { type: string };
  const response = await fetch(service.url + type, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([303, '/docs#error-auth.missing']);
  expect(Object.keys(ERRORS).filter((code) => !ids.has(`error-${code}`))).toEqual([]);
  expect((await fetch(`${service.url}/problems/none`)).status).toBe(400);
});

test('no script, no inline style, nothing from another origin', () => {
  expect(page.filter(({ tagName }) => ['script', 'style', 'img', 'iframe'].includes(tagName))).toEqual([]);
  expect(page.filter((element) => attribute(element, 'style') !== undefined)).toEqual([]);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  const sheet = page.find(({ tagName }) => tagName === 'link')!;
  expect(attribute(sheet, 'href')).toMatch(/^\/docs\/docs\.css\?v=[\w-]{12}$/);
});

test('the style sheet is served, and loads nothing', async () => {
  const response = await fetch(`${service.url}/docs/docs.css`);
  expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(await response.text()).not.toMatch(/url\(|@import/);
});

test('headings come in order', () => {
  const levels = page.flatMap(({ tagName }) => (/^h[1-6]$/.test(tagName) ? [Number(tagName[1])] : []));
  expect(levels[0]).toBe(1);
  for (const [at, level] of levels.entries()) {
    if (at > 0) expect(level - levels[at - 1]!).toBeLessThanOrEqual(1);
  }
});

test('the document for programs is the committed one, and any origin may read it', async () => {
  const response = await fetch(`${service.url}/openapi.json`);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS))));
});

const odd = defineEndpoint<unknown>()({
  method: 'delete',
  path: '/v1/odd/{name}',
  access: 'public',
  tag: 'Odd',
  summary: 'Takes <b>markup</b> & "quotes"',
  params: z.object({ name: z.string() }),
  body: z.object({ word: z.string() }),
  responses: { 204: { description: 'Gone' } },
  examples: [{ summary: 'it’s <i>here</i>', body: { word: "it's" }, status: 204 }],
  handle: async () => ({ status: 204 }),
});

test('whatever a description says, it stays text', () => {
  const shown = docsPage([odd], openApiDocument([odd]), '/docs/docs.css');
  expect(shown).toContain('Takes &lt;b&gt;markup&lt;/b&gt; &amp; &quot;quotes&quot;');
  expect(shown).not.toContain('<b>markup');
  expect(shown).not.toContain('<i>here');
});

describe('an example as a command', () => {
  test('quotes what a shell would read, and shows what has to be filled in', () => {
    expect(curlOf(odd, odd.examples![0]!)).toBe(
      `curl -X DELETE "$ASSAY/v1/odd/%7Bname%7D" \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '{\n  "word": "it'\\''s"\n}'`,
    );
  });

  test('sends batches as lines, and keys where they are needed', () => {
    const posts = ENDPOINTS.find(({ path }) => path === '/v1/posts')!;
    const batch = posts.examples!.find(({ lines }) => lines !== undefined)!;
    expect(curlOf(posts, batch)).toMatch(
      /Bearer \$ASSAY_KEY" \\\n {2}-H 'Content-Type: application\/x-ndjson'/,
    );
    const items = ENDPOINTS.find(({ path }) => path === '/v1/items')!;
    expect(curlOf(items, items.examples![0]!)).toContain('curl "$ASSAY/v1/items?limit=10"');
  });
});

describe('a type in words', () => {
  const shown = (schema: Parameters<typeof typeOf>[0]) => html`${typeOf(schema)}`.toString();
  test.each([
    [{ type: 'string', format: 'date-time' }, 'string (date-time)'],
    [{ type: ['integer', 'null'] }, 'integer or null'],
    [{ enum: ['a', 1] }, '<code>&quot;a&quot;</code> or <code>1</code>'],
    [{ $ref: '#/components/schemas/Post' }, '<a href="#schema-Post">Post</a>'],
    [{ type: 'array', items: { type: 'string' } }, 'list of string'],
    [{ type: 'array' }, 'list'],
    [{ type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }] }, '[number, string]'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'map to number'],
    [{ type: 'object', additionalProperties: {} }, 'object'],
    [{ oneOf: [{ type: 'string' }, { type: 'null' }] }, 'string or null'],
    [{}, 'anything'],
  ])('%j', (schema, words) => {
    expect(shown(schema)).toBe(words);
  });

  test('with its bounds', () => {
    expect(boundsOf({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })).toBe('at least 0');
    expect(boundsOf({ minimum: -Number.MAX_SAFE_INTEGER, maximum: 3 })).toBe('at most 3');
    expect(boundsOf({ minLength: 43, maxLength: 43 })).toBe('exactly 43 characters');
    expect(boundsOf({ minItems: 1, maxItems: 8, minimum: 1, maximum: 2 })).toBe('1 to 2, 1 to 8 entries');
  });

  test('fields within fields stand in one table, down to a depth', () => {
    const nested = (depth: number): object =>
      depth === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(depth - 1) } };
    const table = schemaTable({
      type: 'object',
      properties: { list: { type: 'array', items: nested(6) } },
    }).toString();
    expect(table).toContain('<code>list[].a.a.a</code>');
    expect(table).not.toContain('a.a.a.a');
    expect(schemaTable({ type: 'string' }).toString()).toBe('<p class="type">string </p>');
  });
});

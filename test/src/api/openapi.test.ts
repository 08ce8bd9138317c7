/** The OpenAPI document: what is committed is what the table says, and it is sound in itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { API_VERSION, isDocumented, openApiDocument, operationId } from '../../../src/api/openapi.js';
import { ENDPOINTS } from '../../../src/api/table.js';

// biome-ignore lint/suspicious/noExplicitAny: the document is looked into freely
const document = openApiDocument(ENDPOINTS) as any;
const DOCUMENTED = ENDPOINTS.filter(isDocumented);

test('the committed document is the one the table gives (npm run openapi)', () => {
  const committed = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
  expect(committed).toEqual(JSON.parse(JSON.stringify(document)));
});

test('its version is the package’s', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(API_VERSION);
});

test('it lists exactly the endpoints of the table, pages for people left out', () => {
  const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations as object).map((method) => `${method} ${path}`),
  );
  expect(listed.sort()).toEqual(DOCUMENTED.map(({ method, path }) => `${method} ${path}`).sort());
  expect(document.paths['/docs']).toBeUndefined();
  expect(Object.keys(document.paths).some((path) => path.startsWith('/console'))).toBe(false);
});

test('it describes what webhooks are sent', () => {
  const { post } = document.webhooks['verdict.recorded'];
  const { schema } = post.requestBody.content['application/json'];
  expect(schema).toEqual({ $ref: '#/components/schemas/WebhookEvent' });
  expect(document.components.schemas.WebhookEvent.properties.data.$ref).toMatch(/VerdictView$/);
  expect(post.parameters.map(({ name }: { name: string }) => name)).toContain('webhook-signature');
});

test('every operation has an id of its own, and says who may call it', () => {
  const ids = DOCUMENTED.map(operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(document.paths['/v1/items/{id}/revisions'].get.operationId).toBe('getItemsByIdRevisions');
  expect(document.paths['/v1/posts'].post.security).toEqual([{ key: ['ingest'] }, { session: ['ingest'] }]);
  expect(document.paths['/healthz'].get.security).toEqual([]);
});

function* nodes(node: unknown): Generator<Record<string, unknown>> {
  if (typeof node !== 'object' || node === null) return;
  yield node as Record<string, unknown>;
  for (const value of Object.values(node)) yield* nodes(value);
}

test('every reference leads somewhere, and every pattern is one', () => {
  for (const node of nodes(document)) {
    const { $ref, pattern } = node;
    if (typeof $ref === 'string') {
      const found = $ref
        .slice(2)
        .split('/')
        .reduce((at, name) => at?.[name], document);
      expect(found).toBeDefined();
    }
    if (typeof pattern === 'string') {
      expect(() => new RegExp(pattern, 'u')).not.toThrow();
      expect(pattern).not.toMatch(/\$\/\w+$/);
    }
  }
});

test('every variable part of a path is a parameter', () => {
  for (const { method, path } of DOCUMENTED) {
    const parameters = document.paths[path][method].parameters ?? [];
    const declared = parameters.flatMap((one: { in: string; name: string }) =>
      one.in === 'path' ? [one.name] : [],
    );
    expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
  }
});

describe('a shape with a name', () => {
  /** The generator forgets that a reference may be null; a union with null is written down right. */
  function* misleading(schema: unknown, path: string, seen = new Set<unknown>()): Generator<string> {
    if (!(schema instanceof z.ZodType) || seen.has(schema)) return;
    seen.add(schema);
    const inner = schema instanceof z.ZodNullable ? (schema.unwrap() as z.ZodType) : undefined;
    if (inner !== undefined && z.globalRegistry.get(inner)?.id !== undefined) yield path;
    for (const [name, part] of Object.entries(schema.def)) {
      if (name === 'shape') {
        for (const [field, value] of Object.entries(part as object))
          yield* misleading(value, `${path}.${field}`, seen);
      } else for (const one of [part].flat()) yield* misleading(one, path, seen);
    }
  }

  test('is never made nullable by itself', () => {
    const found = DOCUMENTED.flatMap(({ path, body, responses }) => [
      ...misleading(body, `${path} body`),
      ...Object.entries(responses).flatMap(([status, { schema }]) => [
        ...misleading(schema, `${path} ${status}`),
      ]),
    ]);
    expect(found).toEqual([]);
  });

  test('would be found if it were', () => {
    const Named = z.object({}).meta({ id: 'NamedForThisTest' });
    expect([...misleading(z.array(z.object({ a: Named.nullable() })), 'x')]).toEqual(['x.a']);
  });
});

test('the examples of an endpoint stand where they are used', () => {
  const { post } = document.paths['/v1/posts'];
  expect(Object.keys(post.requestBody.content)).toEqual(['application/json', 'application/x-ndjson']);
  expect(post.requestBody.content['application/x-ndjson'].examples['1'].value.split('\n')).toHaveLength(2);
  expect(post.parameters).toMatchObject([{ in: 'header', name: 'Idempotency-Key' }]);
  const [id] = document.paths['/v1/items/{id}'].get.parameters;
  expect(id.examples['2']).toEqual({
    summary: 'An id that nothing has (404)',
    value: 'AAAAAAAAAAAAAAAAAAAAAAAA',
  });
});

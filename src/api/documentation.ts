/** The interface described by itself: `/openapi.json` for programs, `/docs` for people, both made from the table. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../schemas/errors.js';
import type { AnyEndpoint } from '../http/paths.js';
import type { ApiContext } from './context.js';
import { docsPage, errorAnchor } from './docs-page.js';
import { defineEndpoint } from './endpoint.js';
import { openApiDocument } from './openapi.js';

const CACHE = { 'Cache-Control': 'public, max-age=300' };
const STYLE = readFileSync(new URL('./docs.css', import.meta.url), 'utf8');
const STYLE_PATH = `/docs/docs.css?v=${createHash('sha256').update(STYLE).digest('base64url').slice(0, 12)}`;

/** @param table the endpoints that are described, asked for when the first reader comes: these are among them */
export function documentationEndpoints(table: () => readonly AnyEndpoint<ApiContext>[]) {
  let made: Record<string, unknown> | undefined;
  let page: string | undefined;
  const document = () => {
    made ??= openApiDocument(table());
    return made;
  };

  const openapi = defineEndpoint<unknown>()({
    method: 'get',
    path: '/openapi.json',
    access: 'public',
    cors: true,
    tag: 'Documentation',
    summary: 'This interface as an OpenAPI 3.1 document',
    responses: {
      200: {
        description: 'The document',
        schema: z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.unknown()) }),
      },
    },
    examples: [{ summary: 'The document', status: 200 }],
    async handle() {
      return { status: 200, headers: CACHE, body: document() };
    },
  });

  const docs = defineEndpoint<unknown>()({
    method: 'get',
    path: '/docs',
    access: 'public',
    tag: 'Pages',
    summary: 'This interface as a page',
    responses: { 200: { description: 'The page', mediaType: 'text/html; charset=utf-8' } },
    examples: [{ summary: 'The page', status: 200 }],
    async handle() {
      page ??= docsPage(table(), document(), STYLE_PATH);
      return { status: 200, headers: CACHE, raw: { mediaType: 'text/html; charset=utf-8', content: page } };
    },
  });

  const style = defineEndpoint<unknown>()({
    method: 'get',
    path: '/docs/docs.css',
    access: 'public',
    tag: 'Pages',
    summary: 'Its style sheet',
    responses: { 200: { description: 'The style sheet', mediaType: 'text/css; charset=utf-8' } },
    examples: [{ summary: 'The style sheet', status: 200 }],
    async handle() {
      return { status: 200, headers: CACHE, raw: { mediaType: 'text/css; charset=utf-8', content: STYLE } };
    },
  });

  const problem = defineEndpoint<unknown>()({
    method: 'get',
    path: '/problems/{code}',
    access: 'public',
    tag: 'Pages',
    summary: 'What a problem means: its `type` leads here',
    params: z.object({ code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]) }),
    responses: { 303: { description: 'The table of errors' } },
    examples: [{ summary: 'A full queue', params: { code: 'overload.queue_full' }, status: 303 }],
    async handle(_context, { params: { code } }) {
      return { status: 303, headers: { ...CACHE, Location: `/docs#${errorAnchor(code)}` } };
    },
  });

  return [openapi, docs, style, problem];
}

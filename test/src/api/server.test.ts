/** The rim, with endpoints made for the purpose: every way to be wrong has its stated answer, as problem+json. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { AssayError } from '../../../schemas/errors.js';
import type { ApiContext } from '../../../src/api/context.js';
import { defineEndpoint } from '../../../src/api/endpoint.js';
import type { AnyEndpoint } from '../../../src/http/paths.js';
import { startService, type TestService } from './service.js';

const seen: { signal?: AbortSignal; handled: number } = { handled: 0 };
const Echo = z.object({ word: z.string().max(20) });

const echo = defineEndpoint<ApiContext>()({
  method: 'post',
  path: '/v1/echo/{id}',
  access: 'read',
  tag: 'Test',
  summary: 'Says it again',
  params: z.object({ id: z.string() }),
  query: z.strictObject({ loud: z.enum(['yes', 'no']).optional() }),
  body: Echo,
  bodyLimit: 1000,
  idempotent: true,
  responses: {},
  async handle(_context, { params, query, body, principal }) {
    seen.handled += 1;
    if (body.word === 'boom') throw new Error('a secret of the inside');
    if (body.word === 'full') throw new AssayError('overload.queue_full', undefined, { retryAfterS: 7 });
    return { status: 201, body: { ...params, ...query, ...body, tenant: principal?.tenant } };
  },
  async batch(_context, { body: lines }) {
    return {
      status: 200,
      body: lines.map((line) =>
        'error' in line ? [line.line, line.error.code] : [line.line, line.body.word],
      ),
    };
  },
});

const slow = defineEndpoint<ApiContext>()({
  method: 'get',
  path: '/v1/slow',
  access: 'public',
  tag: 'Test',
  summary: 'Never answers',
  deadlineMs: 60,
  cors: true,
  responses: {},
  handle: async (_context, { signal }) => {
    seen.signal = signal;
    return new Promise(() => undefined);
  },
});

const bytes = defineEndpoint<ApiContext>()({
  method: 'get',
  path: '/bytes',
  access: 'public',
  tag: 'Test',
  summary: 'Text as it is',
  responses: {},
  handle: async () => ({
    status: 200,
    headers: { ETag: '"1"' },
    raw: { mediaType: 'text/plain', content: 'as it is' },
  }),
});

const stream = defineEndpoint<ApiContext>()({
  method: 'get',
  path: '/stream',
  access: 'public',
  tag: 'Test',
  summary: 'Goes on until the client leaves',
  deadlineMs: null,
  responses: {},
  handle: async () => ({
    status: 200,
    stream: async (response, signal) => {
      seen.signal = signal;
      response.write('first');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  }),
});

let service: TestService;
let reader: Record<string, string>;
const json = { 'content-type': 'application/json' };
const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
  fetch(service.url + path, { method: 'POST', body, headers: { ...reader, ...json, ...headers } });

async function problem(
  response: Response,
): Promise<{ code: string; status: number; detail?: string; errors?: unknown }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as { code: string; status: number; type: string; instance: string };
  expect(body.status).toBe(response.status);
  expect(body.type).toBe(`/problems/${body.code}`);
  expect(body.instance).toBe(response.headers.get('x-request-id'));
  return body;
}

beforeAll(async () => {
  service = await startService({}, [echo, slow, bytes, stream] as AnyEndpoint<ApiContext>[]);
  reader = await service.key(['read']);
});
afterAll(() => service.close());

describe('an endpoint', () => {
  test('gets its parameters, body and tenant, and answers JSON that is not cached', async () => {
    const response = await post('/v1/echo/7?loud=yes', JSON.stringify({ word: 'hm', unknown: 'ignored' }));
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ id: '7', loud: 'yes', word: 'hm', tenant: 'acme' });
  });

  test('may answer text with headers of its own, and HEAD without a body', async () => {
    const response = await fetch(`${service.url}/bytes`);
    expect(await response.text()).toBe('as it is');
    expect(response.headers.get('etag')).toBe('"1"');
    const head = await fetch(`${service.url}/bytes`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('carries strict security headers', async () => {
    const { headers } = await fetch(`${service.url}/bytes`);
    const csp = headers.get('content-security-policy') ?? '';
    expect(csp).toContain("default-src 'none'");
    expect(csp).not.toContain('unsafe-inline');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  test('is told when its client has gone', async () => {
    const controller = new AbortController();
    const response = await fetch(`${service.url}/stream`, { signal: controller.signal });
    await response.body?.getReader().read();
    expect(seen.signal?.aborted).toBe(false);
    controller.abort();
    await new Promise((resolve) => seen.signal?.addEventListener('abort', resolve));
    expect(seen.signal?.aborted).toBe(true);
  });
});

describe('a request that is wrong', () => {
  test('nothing there: 404; another method: 405 with Allow', async () => {
    expect((await problem(await fetch(`${service.url}/v1/nothing`))).code).toBe('request.not_found');
    const other = await fetch(`${service.url}/v1/echo/7`, { method: 'DELETE' });
    expect((await problem(other)).code).toBe('request.method');
    expect(other.headers.get('allow')).toBe('POST');
  });

  test('a path that cannot be decoded: 400', async () => {
    const status = await new Promise((resolve) => {
      const target = new URL(service.url);
      const options = { host: target.hostname, port: target.port, path: '/v1/echo/%E0%A4%A', method: 'POST' };
      httpRequest(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(400);
  });

  test('another media type or charset: 415', async () => {
    const text = await post('/v1/echo/7', 'word', { 'content-type': 'text/plain' });
    expect((await problem(text)).code).toBe('request.media_type');
    const latin = await post('/v1/echo/7', '{}', { 'content-type': 'application/json; charset=latin1' });
    expect((await problem(latin)).code).toBe('request.media_type');
    const zipped = await post('/v1/echo/7', '{}', { 'content-encoding': 'zstd' });
    expect((await problem(zipped)).code).toBe('request.media_type');
    const utf8 = await post('/v1/echo/7', '{"word":"a"}', {
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(utf8.status).toBe(201);
  });

  test('an oversized body: 413, also when it only becomes so by inflation', async () => {
    const large = await post('/v1/echo/7', JSON.stringify({ word: 'x'.repeat(2000) }));
    expect((await problem(large)).code).toBe('request.too_large');
    expect(large.headers.get('connection')).toBe('close');
    const bomb = gzipSync(Buffer.alloc(10_000_000, 0x20));
    const inflated = await post('/v1/echo/7', bomb, { 'content-encoding': 'gzip' });
    expect((await problem(inflated)).code).toBe('request.too_large');
  });

  /** Sends the head of a request and, until its answer ends the connection, whatever `more` gives. */
  const sendRaw = (head: string, more: () => string | null) =>
    new Promise<{ answer: string; sent: number }>((resolve, reject) => {
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      let answer = '';
      let sent = 0;
      const go = (): void => {
        for (let part = more(); part !== null && !socket.destroyed; part = more()) {
          sent += part.length;
          if (!socket.write(part)) return;
        }
      };
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('drain', go).on('close', () => resolve({ answer, sent }));
      // Sending on after the end is answered by a reset, as it should be.
      socket.on('error', (error) => (answer === '' ? reject(error) : undefined));
      const authorization = `Authorization: ${reader['authorization']}`;
      socket.write(`POST /v1/echo/7 HTTP/1.1\r\nHost: x\r\n${authorization}\r\n${head}\r\n\r\n`);
      go();
    });

  test('a body that declares itself too large is refused before it comes', async () => {
    const head = 'Content-Type: application/json\r\nContent-Length: 99999999999';
    const { answer } = await sendRaw(head, () => null);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"request.too_large"');
  });

  test('a body without end is refused while it comes, and the rest is not waited for', async () => {
    const head = 'Content-Type: application/json\r\nTransfer-Encoding: chunked';
    const part = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    let parts = 0;
    const { answer, sent } = await sendRaw(head, () => (parts++ < 4_000 ? part : null));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(4_000 * part.length);
  });

  test('invalid UTF-8, malformed JSON, a raw NUL, no body: 400', async () => {
    const broken = Buffer.concat([Buffer.from('{"word":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect((await problem(await post('/v1/echo/7', broken))).code).toBe('request.invalid_utf8');
    expect((await problem(await post('/v1/echo/7', '{"word":'))).code).toBe('request.malformed_json');
    expect((await problem(await post('/v1/echo/7', '{"word":"a\0"}'))).code).toBe('request.malformed_json');
    expect((await problem(await post('/v1/echo/7', ''))).code).toBe('request.malformed_json');
  });

  test('JSON nested too deeply: 400 before it is parsed', async () => {
    const nested = `${'['.repeat(400)}${']'.repeat(400)}`;
    expect((await problem(await post('/v1/echo/7', nested))).code).toBe('request.too_deep');
  });

  test('a body or parameter of another shape: 400 with a pointer to each place', async () => {
    const body = await problem(await post('/v1/echo/7', '{"word":5}'));
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/word' }] });
    const query = await problem(await post('/v1/echo/7?loud=maybe', '{"word":"a"}'));
    expect(query).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/query/loud' }] });
    const unknown = await problem(await post('/v1/echo/7?luod=yes', '{"word":"a"}'));
    expect(unknown.code).toBe('request.invalid');
  });

  test('a failure inside: 500 that says nothing of its cause', async () => {
    const text = await (await post('/v1/echo/7', '{"word":"boom"}')).text();
    expect(text).not.toContain('secret');
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', status: 500 });
  });

  test('overload: 503 with Retry-After', async () => {
    const response = await post('/v1/echo/7', '{"word":"full"}');
    expect((await problem(response)).code).toBe('overload.queue_full');
    expect(response.headers.get('retry-after')).toBe('7');
  });

  test('a deadline that passes: 503, and the work is told', async () => {
    const response = await fetch(`${service.url}/v1/slow`);
    expect((await problem(response)).code).toBe('request.timeout');
    expect(response.headers.get('retry-after')).toBe('1');
    expect(seen.signal?.aborted).toBe(true);
  });
});

describe('NDJSON', () => {
  const ndjson = { 'content-type': 'application/x-ndjson' };

  test('each line is checked by itself; empty lines count but are skipped', async () => {
    const body = Buffer.concat([
      Buffer.from('{"word":"one"}\n\n{"word":\r\n{"word":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(`"}\n${'['.repeat(30)}\n{"word":7}\n{"word":"seven"}`),
    ]);
    expect(await (await post('/v1/echo/7', body, ndjson)).json()).toEqual([
      [1, 'one'],
      [3, 'request.malformed_json'],
      [4, 'request.invalid_utf8'],
      [5, 'request.too_deep'],
      [6, 'request.invalid'],
      [7, 'seven'],
    ]);
  });

  test('too many lines: 413; none: 400', async () => {
    const many = gzipSync(Buffer.from('1\n'.repeat(1001)));
    const refused = await post('/v1/echo/7', many, { ...ndjson, 'content-encoding': 'gzip' });
    expect((await problem(refused)).code).toBe('request.too_large');
    expect((await problem(await post('/v1/echo/7', ' \n\n', ndjson))).code).toBe('request.invalid');
  });
});

describe('who may call', () => {
  test('no key: 401; a wrong one: 401; a key without the scope: 403', async () => {
    const nobody = await fetch(`${service.url}/v1/echo/7`, { method: 'POST' });
    expect((await problem(nobody)).code).toBe('auth.missing');
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="assay"');
    for (const authorization of [
      'Bearer ask_aaaaaaaaaa_x',
      'Basic eDp5',
      `Bearer ask_aaaaaaaaaa_${'x'.repeat(43)}`,
    ]) {
      const response = await fetch(`${service.url}/v1/echo/7`, {
        method: 'POST',
        headers: { authorization },
      });
      expect((await problem(response)).code).toBe('auth.invalid');
    }
    const other = await service.key(['ingest', 'attest', 'moderate', 'admin']);
    const scope = await post('/v1/echo/7', '{}', other);
    expect((await problem(scope)).code).toBe('auth.scope');
  });

  test('a key that calls too often: 429 with Retry-After, and again after a while', async () => {
    const hasty = await service.key(['read'], 'acme', 2);
    const call = () => post('/v1/echo/7', '{"word":"a"}', hasty);
    expect([(await call()).status, (await call()).status]).toEqual([201, 201]);
    const refused = await call();
    expect((await problem(refused)).code).toBe('auth.rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBe(30);
    service.advance(30_000);
    expect((await call()).status).toBe(201);
  });
});

describe('the address of a caller', () => {
  const where = defineEndpoint<ApiContext>()({
    method: 'get',
    path: '/where',
    access: 'public',
    tag: 'Test',
    summary: 'Says whose call it is',
    responses: {},
    handle: async (_context, { address }) => ({ status: 200, body: address }),
  });
  const asked = async (proxies: number | undefined) => {
    const behind = await startService(proxies === undefined ? {} : { proxies }, [where] as never);
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.2' };
    const address = await (await fetch(`${behind.url}/where`, { headers })).json();
    await behind.close();
    return address;
  };

  test('is what the proxies say that the operator has put in front, and no other', async () => {
    expect(await asked(undefined)).toBe('127.0.0.1');
    expect(await asked(0)).toBe('127.0.0.1');
    expect(await asked(1)).toBe('203.0.113.2');
    expect(await asked(2)).toBe('198.51.100.1');
  });
});

describe('other origins', () => {
  test('may call an endpoint that says so, and no other', async () => {
    const open = await fetch(`${service.url}/v1/slow`, { method: 'OPTIONS' });
    expect(open.status).toBe(204);
    expect(open.headers.get('access-control-allow-origin')).toBe('*');
    expect(open.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
    expect(open.headers.get('access-control-allow-credentials')).toBeNull();
    const closed = await fetch(`${service.url}/v1/echo/7`, { method: 'OPTIONS' });
    expect(closed.headers.get('allow')).toBe('POST, OPTIONS');
    expect(closed.headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${service.url}/nothing`, { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe('Idempotency-Key', () => {
  const call = (key: string, word: string) =>
    post('/v1/echo/7', JSON.stringify({ word }), { 'idempotency-key': key });

  test('the same request gets the first answer, handled once', async () => {
    const before = seen.handled;
    const first = await call('k1', 'once');
    const second = await call('k1', 'once');
    expect(seen.handled).toBe(before + 1);
    expect([second.status, await second.json()]).toEqual([first.status, await first.json()]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  test('another body under the same key: 422', async () => {
    await call('k2', 'one');
    expect((await problem(await call('k2', 'two'))).code).toBe('idempotency.mismatch');
  });

  test('a failure on our side is not remembered', async () => {
    expect((await call('k3', 'boom')).status).toBe(500);
    expect((await call('k3', 'fine')).status).toBe(201);
  });

  test('a key that is no key: 400', async () => {
    expect((await problem(await call('a b', 'x'))).code).toBe('request.invalid');
  });
});

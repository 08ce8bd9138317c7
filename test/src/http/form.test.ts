/** Forms of pages: parsing, and the form token at the one gate. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.js';
import { createLink, redeemLink } from '../../../src/access/sessions.js';
import type { ApiContext } from '../../../src/api/context.js';
import { defineEndpoint } from '../../../src/api/endpoint.js';
import { parseForm } from '../../../src/http/form.js';
import type { AnyEndpoint } from '../../../src/http/paths.js';
import { startService, type TestService } from '../api/service.js';

const fieldsOf = (text: string) => parseForm(Buffer.from(text, 'latin1')).fields;

describe('a form body', () => {
  test('reads what a browser writes, whatever the characters', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== 'csrf');
    const values = fc.dictionary(name, fc.string({ unit: 'grapheme' }), {
      maxKeys: 20,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(values, (fields) => {
        expect({ ...fieldsOf(new URLSearchParams(fields).toString()) }).toEqual({ ...fields });
      }),
    );
  });

  test('gives the token to the gate and not to the endpoint', () => {
    expect(parseForm(Buffer.from('a=1&csrf=t'))).toMatchObject({ csrf: 't', fields: { a: '1' } });
    expect(parseForm(Buffer.from('')).csrf).toBeUndefined();
  });

  test('takes a name without a value as empty and leaves empty pairs out', () => {
    expect(fieldsOf('a&&b=')).toEqual({ a: '', b: '' });
    expect(Object.keys(fieldsOf('__proto__=1'))).toEqual(['__proto__']);
  });

  test.each([
    ['a=%ff', 'request.invalid_utf8'],
    ['a=%zz', 'request.invalid_utf8'],
    ['a=\u00e9', 'request.invalid_utf8'],
    ['a=1&a=2', 'request.invalid'],
    [Array.from({ length: LIMITS.formFields + 1 }, (_, n) => `f${n}=`).join('&'), 'request.invalid'],
  ])('refuses %p', (text, code) => {
    expect(() => fieldsOf(text)).toThrow(expect.objectContaining({ code }));
  });
});

const endpoint = (access: 'public' | 'read', path: string) =>
  defineEndpoint<ApiContext>()({
    method: 'post',
    path,
    access,
    tag: 'Test',
    summary: 'Says a field again',
    body: z.object({ word: z.string() }),
    form: true,
    responses: {},
    handle: async (_context, { body, session }) => ({ status: 200, body: { ...body, session: session?.id } }),
  });

let service: TestService;
let cookie: string;
let csrf: string;

beforeAll(async () => {
  const endpoints = [
    endpoint('read', '/form'),
    endpoint('public', '/open'),
    endpoint('read', '/console/form'),
  ];
  service = await startService({}, endpoints as AnyEndpoint<ApiContext>[]);
  const link = await createLink(service.context, { tenant: 'acme', user: 'mara', scopes: ['read'] });
  const { secret, doc } = await redeemLink(service.context, link);
  cookie = `assay-session=${secret}`;
  csrf = doc.csrf;
});
afterAll(() => service.close());

const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = { cookie }) =>
  fetch(service.url + path, { method: 'POST', headers, body: new URLSearchParams(fields) });

describe('a form sent with a session', () => {
  test('is taken with the session’s token in a field or a header', async () => {
    const response = await send('/form', { word: 'hm', csrf });
    expect([response.status, await response.json()]).toEqual([
      200,
      { word: 'hm', session: expect.any(String) },
    ]);
    expect((await send('/form', { word: 'hm' }, { cookie, 'x-csrf-token': csrf })).status).toBe(200);
  });

  test.each([[{}], [{ csrf: 'x' }], [{ csrf: '' }]])('is refused with the token %j', async (token) => {
    const response = await send('/form', { word: 'hm', ...(token as Record<string, string>) });
    expect([response.status, (await response.json()) as unknown]).toMatchObject([403, { code: 'auth.csrf' }]);
  });

  test('is refused as JSON, too large, or with a field missing', async () => {
    const json = { cookie, 'content-type': 'application/json' };
    const asJson = await fetch(`${service.url}/form`, {
      method: 'POST',
      headers: json,
      body: '{"word":"hm"}',
    });
    expect(asJson.status).toBe(415);
    expect((await send('/form', { word: 'x'.repeat(LIMITS.formBytes), csrf })).status).toBe(413);
    expect((await send('/form', { csrf })).status).toBe(400);
  });
});

describe('a form sent without a session', () => {
  test('needs no token with a key, and none where anybody may send it', async () => {
    expect((await send('/form', { word: 'hm' }, await service.key(['read']))).status).toBe(200);
    expect((await send('/open', { word: 'hm' }, {})).status).toBe(200);
    expect((await send('/form', { word: 'hm', csrf }, {})).status).toBe(401);
  });
});

describe('a problem', () => {
  test('is a page below /console and problem+json elsewhere', async () => {
    const page = await send('/console/form', { word: 'hm' });
    expect(page.status).toBe(403);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('auth.csrf');
    expect((await send('/form', {}, {})).headers.get('content-type')).toBe('application/problem+json');
    const lost = await fetch(`${service.url}/console/nowhere`);
    expect([lost.status, lost.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    const other = await fetch(`${service.url}/consoles`);
    expect(other.headers.get('content-type')).toBe('application/problem+json');
  });
});

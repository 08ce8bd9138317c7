/** The adapters on the real frameworks: one set of behaviours, three ways to be mounted. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import type { FilterPolicy, PolicyName } from '../../../schemas/attestation.js';
import { attestation as forExpress } from '../../../src/client/express.js';
import { attestation as forFastify } from '../../../src/client/fastify.js';
import { attestation as forHono } from '../../../src/client/hono.js';
import { createVerifier, type Verifier } from '../../../src/client/index.js';
import type { Attestation, MiddlewareOptions, PostedText } from '../../../src/client/middleware.js';
import { type Kit, LIST, makeKit, NOW, network, TEXT } from './kit.js';

let kit: Kit;
let token: string;
let verifier: Verifier;
let broken: Verifier;

beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token();
  const fetch = network({ [LIST]: await kit.list() });
  verifier = createVerifier({ trust: kit.trust, fetch, clock: () => NOW });
  const unfit = { issuers: [{ ...kit.trust.issuers[0]!, status_origins: ['data:x'] }] };
  broken = createVerifier({ trust: unfit, clock: () => NOW });
});

type Body = PostedText & { skip?: boolean };
interface Site {
  require?: PolicyName | FilterPolicy;
  header?: string | null;
  verifier?: Verifier;
}
interface Answer {
  status: number;
  type: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  body: any;
}
type Post = (body: Body, headers?: Record<string, string>) => Promise<Answer>;
const closing: (() => unknown)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

/** The account comes from the session, here a header of the test's own. */
const read = (body: Body, account: string | undefined): PostedText | null =>
  body.skip ? null : { ...body, platform: 'forum', author: account ?? 'ann' };

const ask = (send: (request: Request) => Response | Promise<Response>): Post => {
  return async (body, headers = {}) => {
    const request = new Request('http://127.0.0.1/posts', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    const response = await send(request);
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.json(),
    };
  };
};

const toPort = (port: number) =>
  ask(async (request) =>
    fetch(`http://127.0.0.1:${port}/posts`, {
      method: 'POST',
      body: await request.text(),
      headers: request.headers,
    }),
  );

async function onExpress({ verifier: own = verifier, ...site }: Site): Promise<Post> {
  const app = express();
  app.use(express.json());
  const post = (request: express.Request) => read(request.body, request.get('x-account'));
  app.post('/posts', forExpress<express.Request>({ verifier: own, post, ...site }), (request, response) => {
    response.json((request as { attestation?: Attestation | null }).attestation ?? null);
  });
  app.use(
    (error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      response.status(500).json({ caught: error.message });
    },
  );
  const server = app.listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return toPort((server.address() as AddressInfo).port);
}

async function onFastify({ verifier: own = verifier, ...site }: Site): Promise<Post> {
  const app = fastify();
  closing.push(() => app.close());
  app.decorateRequest('attestation', null);
  app.setErrorHandler((error, _request, reply) => reply.code(500).send({ caught: (error as Error).message }));
  const post = (request: { headers: Record<string, string | string[] | undefined>; body: unknown }) =>
    read(request.body as Body, request.headers['x-account'] as string | undefined);
  app.post(
    '/posts',
    // biome-ignore lint/suspicious/noExplicitAny: Fastify's request is generic over the route
    { preHandler: forFastify<any>({ verifier: own, post, ...site }) },
    async (request) => (request as unknown as { attestation: Attestation | null }).attestation,
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  return toPort((app.server.address() as AddressInfo).port);
}

async function onHono({ verifier: own = verifier, ...site }: Site): Promise<Post> {
  const app = new Hono<{ Variables: { attestation: Attestation | null } }>();
  app.onError((error, context) => context.json({ caught: error.message }, 500));
  app.post(
    '/posts',
    forHono({
      verifier: own,
      post: async (context: import('hono').Context) =>
        read(await context.req.json(), context.req.header('x-account')),
      ...site,
    }),
    (context) => context.json(context.get('attestation')),
  );
  return ask((request) => app.fetch(request));
}

describe.each([
  ['Express', onExpress],
  ['Fastify', onFastify],
  ['Hono', onHono],
] as const)('on %s', (_name, mount) => {
  test('what was found is attached, and nothing is blocked by default', async () => {
    const post = await mount({});
    const good = await post({ text: TEXT, token });
    expect(good).toMatchObject({ status: 200, body: { result: { valid: true, hal: 2 } } });
    expect(good.body.decision).toMatchObject({ action: 'keep', label: 'account_vouched' });
    const bad = await post({ text: 'Other.', token });
    expect(bad).toMatchObject({
      status: 200,
      body: { result: { valid: false, errors: ['content.different'] } },
    });
    const none = await post({ text: TEXT });
    expect(none).toMatchObject({ status: 200, body: { result: null, decision: { reason: 'no_token' } } });
  });

  test('a token in the header is read where the post has none, and the header’s name can be chosen', async () => {
    const post = await mount({});
    expect((await post({ text: TEXT }, { 'Human-Author': token })).body.result.valid).toBe(true);
    const own = await post({ text: TEXT, token: 'x.y.z' }, { 'Human-Author': token });
    expect(own.body.result.valid).toBe(false);
    const named = await mount({ header: 'X-Attestation' });
    expect((await named({ text: TEXT }, { 'x-attestation': token })).body.result.valid).toBe(true);
    const without = await mount({ header: null });
    expect((await without({ text: TEXT }, { 'human-author': token })).body.result).toBeNull();
  });

  test('what a required policy hides is answered with 403 problem+json and goes no further', async () => {
    const post = await mount({ require: 'humans' });
    expect((await post({ text: TEXT, token })).status).toBe(200);
    const copied = await post({ text: TEXT, token }, { 'x-account': 'bob' });
    expect(copied.status).toBe(403);
    expect(copied.type).toMatch(/^application\/problem\+json/);
    expect(copied.body).toEqual({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      code: 'attestation.refused',
      detail: 'The attestation belongs to another account.',
      reason: 'other_account',
      errors: [{ detail: 'author.different' }],
    });
    expect(await post({ text: TEXT })).toMatchObject({
      status: 403,
      body: { reason: 'no_token', errors: [] },
    });
    expect((await post({ token } as Body)).body.reason).toBe('unchecked');
    const strict = await mount({ require: 'strict' });
    expect((await strict({ text: TEXT, token })).body.reason).toBe('below_minimum');
  });

  test('a policy that labels what is unknown lets that pass', async () => {
    const require = {
      minHal: 1,
      requireAuthor: true,
      acceptReformatted: true,
      maxStatusAgeS: 300,
      onUnknown: 'label',
      onStale: 'closed',
    } as const;
    const post = await mount({ require });
    expect(await post({ text: TEXT })).toMatchObject({
      status: 200,
      body: { decision: { action: 'label' } },
    });
    expect((await post({ text: 'Other.', token })).status).toBe(403);
  });

  test('a request without a post passes, whatever is required', async () => {
    const post = await mount({ require: 'strict' });
    expect(await post({ skip: true })).toMatchObject({ status: 200, body: null });
  });

  test('members of the wrong type count as not given, and throw nothing', async () => {
    const post = await mount({});
    const odd = (change: object) => post({ text: TEXT, token, ...change } as Body);
    expect((await odd({ text: 7 })).body.result).toMatchObject({ valid: false, content: 'unchecked' });
    expect((await odd({ text: undefined, html: [] })).body.result.content).toBe('unchecked');
    expect((await odd({ facets: [{ start: '0', end: 1, type: 'link' }] })).body.result.content).toBe(
      'unchecked',
    );
    expect((await odd({ facets: 'x' })).body.result.content).toBe('unchecked');
    expect((await odd({ facets: [] })).body.result.content).toBe('exact');
    expect((await odd({ facets: [{ start: 0, end: 1, type: 'mention' }] })).status).toBe(200);
    expect((await odd({ token: 7 })).body.result.errors).toEqual(['token.malformed']);
    expect((await odd({ text: undefined, html: `<p>${TEXT}</p>` })).body.result.content).toBe('unchecked');
  });

  test('an error of the verifier reaches the framework’s own handler', async () => {
    const post = await mount({ verifier: broken, require: 'all' });
    expect(await post({ text: TEXT, token })).toMatchObject({
      status: 500,
      body: { caught: 'a status origin is not an http(s) URL' },
    });
  });
});

test('a header given twice is read as Node gives it, the first where it is a list', async () => {
  let found: Attestation | null | undefined;
  const middleware = forExpress({ verifier, post: () => ({ text: TEXT, platform: 'forum', author: 'ann' }) });
  const request = { headers: { 'human-author': [token, 'x'] } } as Parameters<typeof middleware>[0];
  await middleware(request, {} as never, () => {
    found = request.attestation;
  });
  expect(found?.result?.valid).toBe(true);
  let attached: { attestation?: Attestation } = {};
  const hook = forFastify({
    verifier,
    post: () => ({ text: TEXT, platform: 'forum', author: { id: 'ann' } }),
  });
  const fastifyRequest = { headers: { 'human-author': [token] } };
  await hook(fastifyRequest, {} as never);
  attached = fastifyRequest as typeof attached;
  expect(attached.attestation?.result?.valid).toBe(true);
});

test.each<[string, (options: MiddlewareOptions<never>) => unknown]>([
  ['Express', forExpress],
  ['Fastify', forFastify],
  ['Hono', forHono],
])(
  'a misspelt policy is refused when the middleware for %s is made, not when a post comes',
  (_name, make) => {
    const require = 'human' as unknown as PolicyName;
    expect(() => make({ verifier, post: () => null, require })).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  },
);

/** Status over HTTP: who may change it, who is told why, and how those who follow the lists learn of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { type DemoAuthor, enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { startService, type TestService } from './service.js';

let service: TestService;
let author: DemoAuthor;
let moderator: Record<string, string>;
const platformKey = createPlatformKey();
beforeAll(async () => {
  service = await startService();
  await registerPlatform(service.context.issuer, 'acme', {
    aud: 'forum',
    name: 'F',
    keys: [platformKey.publicJwk],
  });
  const account = { platform: 'forum', accountId: 'ann', createdAt: '2020-01-01T00:00:00Z', vouched: true };
  author = await enrolDemoAuthor(service.context.issuer, 'acme', platformKey, account);
  moderator = await service.key(['moderate'], 'acme', 6000);
});
afterAll(() => service.close());

const text = 'My own words.';
const call = async (path: string, headers: Record<string, string> = {}, body?: unknown) => {
  const response = await fetch(service.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
  return { status: response.status, body: (await response.json()) as any };
};

describe('authority over a token', () => {
  test.each(['revoke', 'suspend', 'reinstate'])(
    'to %s it: only the platform’s own moderators',
    async (action) => {
      const { jti } = await author.attest({ text });
      const path = `/v1/attestations/${jti}/${action}`;
      const rival = await service.key(['moderate', 'admin', 'attest', 'read'], 'rival');
      const reader = await service.key(['read', 'attest', 'ingest', 'admin'], 'acme');
      expect((await call(path, {}, {})).status).toBe(401);
      expect((await call(path, rival, {})).status).toBe(403);
      expect((await call(path, reader, {})).status).toBe(403);
      // A rival cannot get at it by registering the platform either.
      const grab = await call('/v1/platforms', rival, {
        aud: 'forum',
        name: 'Mine',
        keys: [createPlatformKey().publicJwk],
      });
      expect(grab.status).toBe(403);
      expect((await call(path, rival, {})).status).toBe(403);
      const { status } = (await service.context.collections.attestations.get(jti))!;
      expect(status).toBe('valid');
      expect((await call(path, moderator, {})).status).toBe(200);
    },
  );

  test('the reason is told to the platform’s moderators and to nobody else', async () => {
    const { jti, token } = await author.attest({ text });
    const reason = 'sold-account-4711';
    await call(`/v1/attestations/${jti}/suspend`, moderator, { reason });
    const path = `/v1/attestations/${jti}`;
    expect((await call(path, moderator)).body).toMatchObject({
      jti,
      status: 'suspended',
      reason,
      platform: 'forum',
      prev: null,
    });
    expect((await call(path, await service.key(['moderate'], 'rival'))).status).toBe(403);
    expect((await call(path)).status).toBe(401);
    const verified = await call('/v1/verify', {}, { token, text, platform: 'forum', author: 'ann' });
    expect(verified.body.errors).toEqual(['status.suspended']);
    expect(JSON.stringify(verified.body)).not.toContain(reason);
    const { list } = (await service.context.collections.attestations.get(jti))!;
    expect(await (await fetch(`${service.url}/status/${list}`)).text()).not.toContain(reason);
    await call(`${path}/reinstate`, moderator, {});
    expect((await call(path, moderator)).body).toMatchObject({ status: 'valid', reason: null });
  });

  test('a challenge redeemed by forty requests at once becomes one token; expired or for another text none', async () => {
    const key = await service.key(['attest'], 'acme', 6000);
    const { subject } = author;
    const asked = await call('/v1/challenges', key, { subject, platform: 'forum', text });
    const credential = author.authenticator.assert(asked.body.publicKey);
    const request = { nonce: asked.body.nonce, subject, platform: 'forum', credential };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        call('/v1/attestations', key, at % 4 === 3 ? { ...request, text: 'Another text.' } : request),
      ),
    );
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.token)).size).toBe(
      1,
    );
    const late = await call('/v1/challenges', key, { subject, platform: 'forum', text });
    const signed = author.authenticator.assert(late.body.publicKey);
    const redeem = { nonce: late.body.nonce, subject, platform: 'forum', credential: signed };
    expect((await call('/v1/attestations', key, { ...redeem, text: 'Another text.' })).status).toBe(422);
    expect((await call('/v1/attestations', key, { ...redeem, platform: 'elsewhere' })).status).toBe(403);
    service.advance(5 * 60_000);
    expect((await call('/v1/attestations', key, redeem)).status).toBe(409);
  });
});

describe('the status lists', () => {
  test('are named, all of them, and each names where', async () => {
    const { jti } = await author.attest({ text });
    const { list } = (await service.context.collections.attestations.get(jti))!;
    const response = await fetch(`${service.url}/status`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const { status_lists } = (await response.json()) as { status_lists: string[] };
    expect(status_lists).toContain(`https://assay.example/status/${list}`);
    const jwt = await (await fetch(`${service.url}/status/${list}`)).text();
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());
    expect(claims.status_list.aggregation_uri).toBe('https://assay.example/status');
    const discovery = await call('/.well-known/human-author');
    expect(discovery.body).toMatchObject({
      status_list_aggregation_endpoint: 'https://assay.example/status',
      status_events_uri: 'https://assay.example/v1/status/events',
      quotas: { per_author_day: LIMITS.attestationsPerAuthorDay },
    });
  });

  interface Event {
    id: string;
    uri: string;
  }
  /** Reads events until there are so many. */
  async function events(
    count: number,
    query: string,
    headers: Record<string, string> = {},
    meanwhile?: () => Promise<unknown>,
  ) {
    const controller = new AbortController();
    const response = await fetch(`${service.url}/v1/status/events${query}`, {
      headers,
      signal: controller.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const found: Event[] = [];
    let first = '';
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(chunk, { stream: true });
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const frame = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const id = /^id: (.*)$/m.exec(frame)?.[1] ?? '';
        if (!frame.includes('event: list')) {
          if (first === '') {
            first = id;
            await meanwhile?.();
          }
          continue;
        }
        found.push({ id, uri: JSON.parse(/^data: (.*)$/m.exec(frame)![1]!).uri });
      }
      if (found.length >= count) break;
    }
    controller.abort();
    return { first, found };
  }

  test('are told as they change, each once, and to who comes back from where they were', async () => {
    const { jti } = await author.attest({ text });
    const { list } = (await service.context.collections.attestations.get(jti))!;
    const uri = `https://assay.example/status/${list}`;
    const { found: all } = await events(1, '?after=earliest');
    expect(all.map((each) => each.uri)).toContain(uri);
    service.advance(60_000);
    const live = await events(1, '', {}, () => call(`/v1/attestations/${jti}/suspend`, moderator, {}));
    expect(live.found).toEqual([{ id: expect.any(String), uri }]);
    service.advance(60_000);
    await call(`/v1/attestations/${jti}/reinstate`, moderator, {});
    await call(`/v1/attestations/${jti}/revoke`, moderator, {});
    const resumed = await events(1, '', { 'last-event-id': live.found[0]!.id });
    expect(resumed.found.every((each) => each.uri === uri)).toBe(true);
    expect(resumed.found.length).toBeLessThanOrEqual(2);
    expect((await call('/v1/status/events?after=last+week')).status).toBe(400);
  });

  test('changed by another process are told within seconds', async () => {
    const { jti } = await author.attest({ text });
    const { list } = (await service.context.collections.attestations.get(jti))!;
    service.advance(60_000);
    const change = { inc: { revision: 1 }, set: { changedMs: service.context.clock() } };
    const elsewhere = () => service.context.collections.statusLists.update(String(list), change);
    const { found } = await events(1, '', {}, elsewhere);
    expect(found).toHaveLength(1);
  });

  test('are told to so many at once; a stream that was left gives its place back; HEAD opens none', async () => {
    const { events: feed } = service.context.issuer;
    for (let tries = 0; feed.connections > 0 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(feed.connections).toBe(0);
    const head = await fetch(`${service.url}/v1/status/events`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(feed.connections).toBe(0);
    Object.defineProperty(feed, 'open', { value: LIMITS.statusFollowers, writable: true });
    expect((await call('/v1/status/events')).status).toBe(429);
    Object.defineProperty(feed, 'open', { value: 0, writable: true });
  });
});

describe('a lookup', () => {
  test('is counted for each tenant by itself', async () => {
    const key = await service.key(['read'], 'curious', 6000);
    const other = await service.key(['read'], 'patient', 6000);
    const look = async (headers: Record<string, string>) =>
      (await call('/v1/lookup?prefix=', headers)).status;
    // Turns come back as time passes, so a slow machine gets a few more.
    let turns = 0;
    let told = await look(key);
    for (; told === 409 && turns < 10 * LIMITS.lookupsPerMinute; turns++) told = await look(key);
    expect([told, turns >= LIMITS.lookupsPerMinute]).toEqual([429, true]);
    expect(await look(other)).toBe(409);
    expect((await call('/v1/lookup?prefix=XYZ', other)).status).toBe(400);
    expect((await call('/v1/lookup?prefix=')).status).toBe(401);
  });
});

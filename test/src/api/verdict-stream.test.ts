/** The live stream over HTTP: only one's own verdicts, resumed by the last id, bounded per tenant. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { EXAMPLE_POST } from '../../../src/api/intake-examples.js';
import { VerdictView } from '../../../src/api/verdict-view.js';
import { encodePosition } from '../../../src/live/position.js';
import { VERDICTS_TOPIC } from '../../../streams/topics.js';
import { startWhole, type WholeService } from './whole.js';

let service: WholeService;
let key: Record<string, string>;
let rival: Record<string, string>;
let made = 0;

beforeAll(async () => {
  service = await startWhole();
  key = await service.key(['ingest', 'read'], 'default', 60_000);
  rival = await service.key(['ingest', 'read'], 'rival', 60_000);
});
afterAll(() => service.close());

async function take(count: number, who = key): Promise<string[]> {
  const posts = Array.from({ length: count }, () => ({ ...EXAMPLE_POST, id: `s${made++}` }));
  const { body } = await service.post('/v1/posts', posts, who);
  expect(body.accepted).toBe(count);
  return posts.map(({ id }) => id);
}

interface Event {
  id: string;
  externalId: string;
}

/** A reader of server-sent events. */
async function follow(headers: Record<string, string>, query = '') {
  const controller = new AbortController();
  const response = await fetch(`${service.url}/v1/verdicts/stream${query}`, {
    headers,
    signal: controller.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<string> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream ended');
      text += value;
    }
    const end = text.indexOf('\n\n');
    const block = text.slice(0, end);
    text = text.slice(end + 2);
    return block;
  };
  return {
    response,
    next,
    async events(count: number): Promise<Event[]> {
      const events: Event[] = [];
      while (events.length < count) {
        const block = await next();
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data === undefined) continue;
        expect(block).toContain('event: verdict\n');
        const { externalId } = VerdictView.parse(JSON.parse(data));
        events.push({ id: /^id: (.*)$/m.exec(block)?.[1] as string, externalId });
      }
      return events;
    },
    leave: () => controller.abort(),
  };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const ids = (events: readonly Event[]): string[] => events.map(({ externalId }) => externalId).sort();

test('verdicts come as they are announced; another tenant’s never do', async () => {
  const stream = await follow(key);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await stream.next()).toMatch(/^retry: 2000\nid: 1\./);
  await take(3, rival);
  await service.settle();
  const own = await take(2);
  expect(ids(await stream.events(2))).toEqual(own.sort());
  stream.leave();
});

test('a reader that comes back gets what it missed and then what is new, each once', async () => {
  const first = await follow(key);
  const early = await take(3);
  const seen = await first.events(2);
  first.leave();
  const missed = await take(5);
  await take(4, rival);
  await service.settle();
  const again = await follow({ ...key, 'last-event-id': seen[1]!.id }, '?after=earliest');
  const resumed = await again.events(6);
  const fresh = await take(2);
  const rest = await again.events(2);
  expect(ids([...seen, ...resumed])).toEqual([...early, ...missed].sort());
  expect(ids(rest)).toEqual(fresh.sort());
  again.leave();
});

test('everything the log keeps, from the beginning', async () => {
  await service.settle();
  const { docs } = await service.context.collections.verdicts.page({ index: '_id', limit: 1_000 });
  const own = docs.filter(({ tenant }) => tenant === 'default');
  const stream = await follow(key, '?after=earliest');
  expect(ids(await stream.events(own.length))).toEqual(own.map(({ verdict }) => verdict.externalId).sort());
  stream.leave();
});

test('a long backlog waits for its reader, and comes whole', async () => {
  const stream = await follow(key);
  const [{ id: before }] = await Promise.all([
    stream.next().then((block) => ({ id: /^id: (.*)$/m.exec(block)![1]! })),
    until(() => service.live.connections > 0),
  ]);
  stream.leave();
  const own = await take(400);
  await service.settle();
  const late = await follow({ ...key, 'last-event-id': before });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ids(await late.events(400))).toEqual(own.sort());
  late.leave();
});

test('many readers share one tail, which ends with the last of them', async () => {
  const { log } = service;
  const tails: string[] = [];
  const { tail } = log;
  log.tail = (options) => {
    tails.push(options.topic);
    return tail(options);
  };
  await until(() => service.live.connections === 0);
  const streams = await Promise.all([follow(key), follow(key), follow(rival)]);
  expect(tails).toEqual([VERDICTS_TOPIC]);
  const own = await take(1);
  expect(ids(await streams[0]!.events(1))).toEqual(own);
  expect(ids(await streams[1]!.events(1))).toEqual(own);
  for (const { leave } of streams) leave();
  await until(() => service.live.connections === 0);
  const late = await follow(key);
  expect(tails).toHaveLength(2);
  late.leave();
  log.tail = tail;
});

test('a record that is no verdict is passed over', async () => {
  const stream = await follow(key);
  const odd = ['no', 'null', '{"tenant":"default"}', '{"tenant":5}'];
  for (const value of odd) await service.log.send(VERDICTS_TOPIC, [{ key: 'k', value: Buffer.from(value) }]);
  const own = await take(1);
  expect(ids(await stream.events(1))).toEqual(own);
  stream.leave();
});

describe('a stream is refused', () => {
  test('with a position that nobody gave out', async () => {
    for (const after of ['yesterday', encodePosition([10 ** 9, 0, 0])]) {
      const { status, body } = await service.get(`/v1/verdicts/stream?after=${after}`, key);
      expect([status, body.code]).toEqual([400, 'request.cursor']);
    }
  });

  test('with a position that the log no longer keeps', async () => {
    const { bounds } = service.log;
    service.log.bounds = async (topic) => (await bounds(topic)).map((one) => ({ ...one, first: 1, next: 9 }));
    const { status, body } = await service.get('/v1/verdicts/stream', { ...key, 'last-event-id': '1.0.0.0' });
    service.log.bounds = bounds;
    expect([status, body.code]).toEqual([410, 'stream.expired']);
  });

  test('when the tenant has as many as it may; others are not concerned', async () => {
    await until(() => service.live.connections === 0);
    const places = await Promise.all(
      Array.from({ length: LIMITS.sseConnections }, () => service.live.join('default', 'now')),
    );
    const refused = await service.get('/v1/verdicts/stream', key);
    expect([refused.status, refused.body.code]).toEqual([429, 'overload.streams']);
    expect(refused.headers.get('retry-after')).toBe('10');
    (await follow(rival)).leave();
    for (const place of places) place.release();
    (await follow(key)).leave();
  });

  test('while the log cannot be read, and not for good', async () => {
    await until(() => service.live.connections === 0);
    const { tail } = service.log;
    service.log.tail = async () => {
      throw new Error('no log');
    };
    expect((await service.get('/v1/verdicts/stream', key)).status).toBe(500);
    service.log.tail = tail;
    expect(service.live.connections).toBe(0);
    (await follow(key)).leave();
  });
});

test('a HEAD request is answered and holds no place', async () => {
  await until(() => service.live.connections === 0);
  const response = await fetch(`${service.url}/v1/verdicts/stream`, { method: 'HEAD', headers: key });
  expect(response.status).toBe(200);
  expect(service.live.connections).toBe(0);
});

test('closing the service ends every stream, and takes no new one', async () => {
  const stream = await follow(key);
  await stream.next();
  await service.live.close();
  await expect(stream.events(1)).rejects.toThrow('the stream ended');
  expect((await service.get('/v1/verdicts/stream', key)).status).toBe(503);
  await service.live.close();
});

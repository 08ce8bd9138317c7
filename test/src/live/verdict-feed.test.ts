/** The feed of a process: silent streams show that they live, and every stream ends in time so that its key is checked again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Sink } from '../../../src/live/follower.js';
import { VerdictFeed } from '../../../src/live/verdict-feed.js';
import { openEmbeddedLog } from '../../../streams/log/embedded.js';
import type { Log } from '../../../streams/log/port.js';
import { VERDICTS_TOPIC } from '../../../streams/topics.js';

let folder: string;
let log: Log;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-feed-'));
  log = openEmbeddedLog({ folder });
  await log.ensureTopics([{ name: VERDICTS_TOPIC, partitions: 2, retentionMs: null }]);
});
afterAll(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

const feed = (more: { heartbeatMs?: number; lifetimeMs?: number }) =>
  new VerdictFeed({ log, logger: pino({ level: 'silent' }), view: (verdict) => verdict, ...more });

/** Keeps what is written. */
function listen(): { frames: string[]; sink: Sink } {
  const frames: string[] = [];
  return { frames, sink: { write: (frame) => frames.push(frame) > 0, room: async () => undefined } };
}

const announce = (id: string) =>
  log.send(VERDICTS_TOPIC, [{ key: id, value: Buffer.from(JSON.stringify({ tenant: 'acme', id })) }]);

test('a stream ends when its time is over, and resumes by its last position', async () => {
  const live = feed({ lifetimeMs: 40 });
  const first = listen();
  const joined = await live.join('acme', 'now');
  expect(await joined.follow(first.sink, new AbortController().signal)).toBe('left');
  expect(live.connections).toBe(0);
  await announce('meanwhile');
  const position = /^id: (.*)$/m.exec(first.frames.at(-1)!)![1]!;
  const second = listen();
  await (await live.join('acme', position)).follow(second.sink, new AbortController().signal);
  expect(second.frames.filter((frame) => frame.includes('"meanwhile"'))).toHaveLength(1);
  await live.close();
});

test('a stream ends in time although memory was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const live = feed({ lifetimeMs: 100 });
  const leaving = new AbortController();
  const ended = (await live.join('acme', 'now')).follow(listen().sink, leaving.signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let n = 0; n < 5; n += 1) collect();
  const never = setTimeout(() => leaving.abort('never ended'), 5_000);
  expect(await ended).toBe('left');
  clearTimeout(never);
  expect(leaving.signal.aborted).toBe(false);
  await live.close();
});

test('a silent stream says that it lives, with a position', async () => {
  const live = feed({ heartbeatMs: 5, lifetimeMs: 200 });
  const { frames, sink } = listen();
  await (await live.join('acme', 'now')).follow(sink, new AbortController().signal);
  expect(frames.filter((frame) => /^: alive\nid: 1\.[0-9a-z.]+\n\n$/.test(frame)).length).toBeGreaterThan(1);
  await live.close();
});

test('a place that is not used is given back, once', async () => {
  const live = feed({});
  const joined = await live.join('acme', 'now');
  expect(live.connections).toBe(1);
  joined.release();
  joined.release();
  expect(live.connections).toBe(0);
  await live.close();
  await expect(live.join('acme', 'now')).rejects.toMatchObject({ code: 'request.timeout' });
});

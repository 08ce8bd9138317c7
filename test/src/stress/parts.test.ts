/** The parts of a load test: what is sent and when, what is followed, and what is found wanting. */
import { describe, expect, it } from '@jest/globals';
import { checkPost } from '../../../schemas/check-item.js';
import { Follower } from '../../../src/stress/follower.js';
import { heapOf, observe } from '../../../src/stress/observe.js';
import { stressPost } from '../../../src/stress/posts.js';
import { sendLoad } from '../../../src/stress/send.js';
import { missesOf, stressTenants } from '../../../src/stress/stress.js';
import type { LogRecord } from '../../../streams/log/port.js';
import { NOW, SentLog } from '../../streams/harness/parts.js';

const seen = (id: string | undefined): LogRecord => ({
  topic: 'verdicts',
  partition: 0,
  offset: 0,
  key: null,
  value: Buffer.from('{}'),
  headers: id === undefined ? {} : { ce_id: id },
  timestamp: 0,
});

describe('posts of a load test', () => {
  it('are posts, no two alike, and other ones in another run', () => {
    const at = new Date(NOW).toISOString();
    const posts = Array.from({ length: 500 }, (_, n) => stressPost('r', n, at));
    for (const post of posts) expect(() => checkPost(post, NOW)).not.toThrow();
    expect(new Set(posts.map(({ text }) => text)).size).toBe(500);
    expect(stressPost('s', 1, at).id).not.toBe(posts[1]?.id);
  });
});

describe('the sender', () => {
  it('appends all of them, spread over the tenants, at the rate', async () => {
    const log = new SentLog();
    const follower = new Follower();
    const begun = performance.now();
    const load = { run: 'r', events: 60, rate: 200, tenants: stressTenants(3) };
    const sent = await sendLoad(load, log, follower, { clock: () => NOW });
    expect(sent.appended).toBe(60);
    expect(performance.now() - begun).toBeGreaterThan(290);
    expect(follower.waiting).toBe(60);
    for (const { posts } of load.tenants) expect(log.of(posts)).toHaveLength(20);
  });

  it('ends when told to, and says how many it sent', async () => {
    const log = new SentLog();
    const follower = new Follower();
    const load = { run: 'r', events: 1_000_000, rate: 100, tenants: stressTenants(1) };
    const { appended } = await sendLoad(load, log, follower, {
      clock: () => NOW,
      signal: AbortSignal.timeout(50),
    });
    expect(appended).toBe(log.sent.length);
    expect(appended).toBeLessThan(1_000);
  });
});

describe('the follower', () => {
  it('measures from when a post was due, and tells repetitions from first announcements', () => {
    let now = 0;
    const follower = new Follower(() => now);
    expect(follower.latency()).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
    for (let n = 0; n < 100; n++) follower.expect(`v${n}`, n);
    now = 200;
    follower.see(
      Array.from({ length: 100 }, (_, n) => seen(`v${n}`)),
      () => true,
    );
    follower.see([seen('v1'), seen(undefined)], () => true);
    follower.see([seen('v2')], () => false);
    expect([follower.announced, follower.repeated, follower.waiting]).toEqual([100, 2, 0]);
    const { p50, p95, p99, max } = follower.latency();
    expect(Math.abs(p50 - 150)).toBeLessThan(2);
    expect(Math.abs(p95 - 195)).toBeLessThan(2);
    expect(p99).toBeLessThanOrEqual(max);
    expect(Math.abs(max - 200)).toBeLessThan(1);
  });
});

describe('what is observed', () => {
  it('takes the least heap of the first and of the last tenth', () => {
    const mb = (n: number) => n * 1024 * 1024;
    const samples = [50, 40, ...Array.from({ length: 16 }, () => 90), 44, 60].map(mb);
    expect(heapOf(samples)).toEqual({ start: 40, end: 44, drift: 0.1 });
    expect(heapOf([mb(10)])).toEqual({ start: 10, end: 10, drift: 0 });
  });

  it('goes on when the lag cannot be asked for', async () => {
    const end = observe(() => Promise.reject(new Error('away')));
    await new Promise((resolve) => setTimeout(resolve, 600));
    const { lag, cpuMs, eventLoopMs } = await end();
    expect(lag).toEqual({ largest: 0, end: Number.NaN });
    expect(cpuMs).toBeGreaterThan(0);
    expect(eventLoopMs.max).toBeGreaterThanOrEqual(eventLoopMs.p99);
  });
});

describe('misses', () => {
  const good = {
    dropped: 2,
    duplicates: 0,
    deadLetters: 0,
    latencyMs: { p50: 1, p95: 100, p99: 3, max: 4 },
  };

  it.each([
    [good, { maxDrop: 2, maxP95Ms: 100 }, []],
    [good, { maxDrop: 1, maxP95Ms: null }, ['dropped 2, at most 1 allowed']],
    [good, { maxDrop: 2, maxP95Ms: 99 }, ['p95 of the latency 100 ms, at most 99 ms allowed']],
    [{ ...good, duplicates: 1 }, { maxDrop: 2, maxP95Ms: null }, ['1 verdicts were recorded twice']],
    [{ ...good, deadLetters: 3 }, { maxDrop: 2, maxP95Ms: null }, ['3 records became dead letters']],
  ])('of %j under %j: %j', (figures, bounds, misses) => expect(missesOf(figures, bounds)).toEqual(misses));
});

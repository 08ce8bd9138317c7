/**
 * Appends posts at a steady rate, whatever the pipeline does with them: the due time of each follows from the rate alone,
 * so that a stall is counted as waiting time of every post behind it and not left out.
 */
import { contentHash, verdictId } from '../../schemas/ids.js';
import { readyPost } from '../../streams/intake/ready.js';
import type { Log, OutgoingRecord } from '../../streams/log/port.js';
import { pause } from '../../streams/retry.js';
import type { TenantTopics } from '../../streams/topics.js';
import type { Follower } from './follower.js';
import { stressPost } from './posts.js';

export interface Load {
  run: string;
  events: number;
  /** Posts a second. */
  rate: number;
  tenants: readonly TenantTopics[];
}

export interface Sent {
  appended: number;
  /** Milliseconds that the sender itself fell behind, at worst. */
  behindMs: number;
}

const TICK_MS = 20;
const AT_ONCE = 500;

/** Appends all posts, in order of their due times. @throws {AssayError} `log.unavailable` */
export async function sendLoad(
  { run, events, rate, tenants }: Load,
  log: Pick<Log, 'send'>,
  follower: Follower,
  { clock, signal }: { clock: () => number; signal?: AbortSignal },
): Promise<Sent> {
  const begun = performance.now();
  const dueMs = (n: number): number => begun + (n * 1_000) / rate;
  let appended = 0;
  let behindMs = 0;
  while (appended < events && !signal?.aborted) {
    const now = performance.now();
    const due = Math.min(events, appended + AT_ONCE, Math.floor(((now - begun) * rate) / 1_000) + 1);
    if (due <= appended) {
      await pause(Math.max(1, Math.min(TICK_MS, dueMs(appended) - now)), signal);
      continue;
    }
    behindMs = Math.max(behindMs, now - dueMs(appended));
    const batches = new Map<string, OutgoingRecord[]>();
    const wallMs = clock();
    for (let n = appended; n < due; n += 1) {
      const { tenant, posts } = tenants[n % tenants.length]!;
      const post = stressPost(run, n, new Date(wallMs).toISOString());
      const { itemId, record } = readyPost(tenant, post, wallMs);
      follower.expect(verdictId(itemId, 1, contentHash('text', post.text), 'ingest'), dueMs(n));
      const batch = batches.get(posts) ?? [];
      batches.set(posts, batch);
      batch.push(record);
    }
    await Promise.all([...batches].map(([topic, records]) => log.send(topic, records)));
    appended = due;
    await pause(TICK_MS / 4, signal);
  }
  return { appended, behindMs: Math.round(behindMs) };
}

/**
 * Kills a process in the middle of its work, several times, and lets it go on. What was acknowledged must be there in
 * the end, once; the feeder behaves as clients do: what was not acknowledged is sent again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { start } from './child.js';

export interface Crash {
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** API key that may take texts in and read metrics. */
  key: string;
  /** Milliseconds after which each process is killed, counted from its being ready. */
  killsAfterMs: readonly number[];
  /** Between two batches of the feeder, so that the kills fall into the middle. */
  pauseMs: number;
}

export interface Fed {
  /** Item ids as acknowledged, in the order of the posts. */
  itemIds: string[];
  /** Acknowledged batches at each kill: shows that the kills fell into the middle. */
  atKill: number[];
}

const BATCH = 50;

interface Accepted {
  items: { itemId: string }[];
  refused: number;
}

/** @returns ids as acknowledged; null when there was no answer: whether the dead process took the batch, nobody knows */
async function send(url: string, key: string, posts: readonly unknown[]): Promise<string[] | null> {
  const accepted = await fetch(`${url}/v1/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    body: posts.map((post) => JSON.stringify(post)).join('\n'),
    signal: AbortSignal.timeout(10_000),
  }).then(
    (response) => (response.ok ? (response.json() as Promise<Accepted>).catch(() => null) : null),
    () => null,
  );
  if (accepted === null) return null;
  if (accepted.refused > 0)
    throw new Error(`expected every post to be taken, found ${accepted.refused} refused`);
  return accepted.items.map(({ itemId }) => itemId);
}

const metric = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);

/** Resolves when everything is scored and announced. */
async function settled(url: string, key: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    const text = await response.text();
    if (metric(text, 'assay_log_lag') === 0 && metric(text, 'assay_outbox_pending') === 0) return;
    await wait(200);
  }
}

/** Runs `assay serve` over all kills, feeding the posts; the last process ends in order. */
export async function feedThroughKills(posts: readonly unknown[], crash: Crash): Promise<Fed> {
  const { env, cwd, key, killsAfterMs, pauseMs } = crash;
  const fed: Fed = { itemIds: [], atKill: [] };
  let sent = 0;
  for (const killAfterMs of [...killsAfterMs, null]) {
    const child = start(['serve', '--json'], env, cwd);
    const [, port] = await child.said(/"port":(\d+)/);
    const url = `http://127.0.0.1:${port}`;
    let alive = true;
    const killed = killAfterMs === null ? null : wait(killAfterMs).then(() => child.kill());
    killed?.then(() => {
      alive = false;
    });
    while (alive && sent < posts.length) {
      const ids = await send(url, key, posts.slice(sent, sent + BATCH));
      if (ids === null) {
        await wait(20);
        continue;
      }
      fed.itemIds.push(...ids);
      sent += BATCH;
      await wait(pauseMs);
    }
    if (killed !== null) {
      await killed;
      fed.atKill.push(sent);
      continue;
    }
    await settled(url, key);
    const code = await child.end();
    if (code !== 0) throw new Error(`expected exit code 0, found ${code}:\n${child.err}`);
  }
  return fed;
}

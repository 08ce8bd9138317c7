/** kill -9 while webhooks are being sent: every verdict arrives, what arrives twice has one id, and the books are closed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Receiver, startReceiver } from '../src/egress/receiver.js';
import { type Child, prepare, start } from './child.js';
import { feedThroughKills } from './kill.js';
import { readLedger } from './ledger.js';
import { makeStream } from './posts.js';

const PATIENCE_MS = 400_000;

let home: string;
let receiver: Receiver;
let env: Record<string, string>;
let key: string;

beforeAll(prepare, PATIENCE_MS);

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'assay-webhooks-'));
  receiver = await startReceiver();
  // Slow enough that each kill finds deliveries on the way.
  receiver.answer = (_request, response) => void setTimeout(() => response.writeHead(204).end(), 20);
  env = {
    ASSAY_HOME: home,
    PORT: '0',
    ASSAY_SECRET: 'a sealing secret for processes that die',
    ASSAY_LOG_LEVEL: 'warn',
    ASSAY_EGRESS_ALLOW: `127.0.0.1:${receiver.port}`,
  };
  const made = start(['keys', 'create', '--name', 'feeder', '--scopes', 'ingest,admin'], env, home);
  expect(await made.ended).toBe(0);
  key = made.out.trim();
}, PATIENCE_MS);

afterEach(async () => {
  await receiver.close();
  rmSync(home, { recursive: true, force: true });
});

const headers = (): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
});

async function serve(): Promise<{ child: Child; url: string }> {
  const child = start(['serve', '--json'], env, home);
  const [, port] = await child.said(/"port":(\d+)/);
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Ids that arrived, each as often as it did. */
const arrived = (): string[] => receiver.received.map((one) => String(one.headers['webhook-id']));

describe('a service that is killed while it sends webhooks', () => {
  it(
    'sends each verdict at least once, always under its id, and knows in the end that all of them arrived',
    async () => {
      const first = await serve();
      const made = await fetch(`${first.url}/v1/webhooks`, {
        method: 'POST',
        headers: headers(),
        body: JSON.stringify({ url: `${receiver.url}/hook` }),
      });
      expect(made.status).toBe(201);
      const { id } = (await made.json()) as { id: string };
      expect(await first.child.end()).toBe(0);

      const stream = makeStream(600);
      const crash = { env, cwd: home, key, killsAfterMs: [400, 600, 300], pauseMs: 30 };
      await feedThroughKills(stream.events, crash);

      const { child, url } = await serve();
      const count = async (state: string): Promise<number> => {
        const path = `/v1/webhooks/${id}/deliveries?state=${state}&limit=1`;
        const { items } = (await (await fetch(url + path, { headers: headers() })).json()) as {
          items: unknown[];
        };
        return items.length;
      };
      // The claims of killed processes run out within half a minute.
      while ((await count('pending')) > 0) await wait(500);
      expect(await count('failed')).toBe(0);
      expect(await child.end()).toBe(0);

      const verdicts = (await readLedger(env)).verdicts.map(({ _id }) => _id);
      expect(verdicts).toHaveLength(stream.verdicts);
      expect([...new Set(arrived())].sort()).toEqual([...verdicts].sort());
      for (const { headers: sent, body } of receiver.received)
        expect(JSON.parse(body).data.verdictId).toBe(sent['webhook-id']);
    },
    PATIENCE_MS,
  );
});

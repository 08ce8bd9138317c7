/** kill -9 on the embedded engines: nothing that was acknowledged is lost, nothing is there twice, everything is announced. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { prepare, start } from './child.js';
import { feedThroughKills } from './kill.js';
import { faults, readLedger } from './ledger.js';
import { makeStream } from './posts.js';

const PATIENCE_MS = 300_000;

let home: string;
let env: Record<string, string>;

beforeAll(prepare, PATIENCE_MS);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-kill-'));
  env = {
    ASSAY_HOME: home,
    PORT: '0',
    ASSAY_SECRET: 'a sealing secret for processes that die',
    ASSAY_LOG_LEVEL: 'warn',
  };
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('a service that is killed in the middle of its work', () => {
  it(
    'loses nothing and doubles nothing, on the embedded engines',
    async () => {
      const made = start(['keys', 'create', '--name', 'feeder', '--scopes', 'ingest,admin'], env, home);
      expect(await made.ended).toBe(0);
      const stream = makeStream(3_000);
      const crash = { env, cwd: home, key: made.out.trim(), killsAfterMs: [300, 500, 150, 700], pauseMs: 15 };
      const fed = await feedThroughKills(stream.events, crash);
      expect(fed.atKill[0]).toBeLessThan(stream.events.length);
      expect(new Set(fed.atKill).size).toBeGreaterThan(1);

      const ledger = await readLedger(env);
      expect(faults(ledger)).toEqual([]);
      const ids = new Set(ledger.items.map(({ _id }) => _id));
      expect(fed.itemIds.filter((id) => !ids.has(id))).toEqual([]);
      expect(ledger.items).toHaveLength(stream.posts);
      expect(ledger.verdicts).toHaveLength(stream.verdicts);
      expect(ledger.deadLetters).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'ends in order at SIGTERM with its batch recorded, and refuses a second process meanwhile',
    async () => {
      const service = start(['serve', '--json'], env, home);
      await service.said(/"port":\d+/);
      const second = start(['serve'], env, home);
      expect(await second.ended).toBe(1);
      expect(second.err).toContain(`Process ${service.pid} is already using`);
      expect(await service.end()).toBe(0);
      expect(faults(await readLedger(env))).toEqual([]);
    },
    PATIENCE_MS,
  );
});

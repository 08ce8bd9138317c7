/** kill -9 of a replay that promotes: the same command goes on, every item gets one further verdict, the report is whole. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/config.js';
import { readEnvironment } from '../../src/config/environment.js';
import { openContext } from '../../src/open-context.js';
import { Announcer } from '../../streams/5-announce.js';
import { processRecords } from '../../streams/pipeline.js';
import { post, recordMaker, type SentLog, testParts } from '../streams/harness/parts.js';
import { prepare, start } from './child.js';
import { faults, readLedger } from './ledger.js';
import { makeStream } from './posts.js';

const PATIENCE_MS = 300_000;
const ITEMS = 1_500;
/** Items done at which each process is killed. */
const KILLS_AT = [1, 300, 700, 701, 1_200];

let home: string;
let env: Record<string, string>;

beforeAll(prepare, PATIENCE_MS);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-replay-'));
  env = { ASSAY_HOME: home, ASSAY_LOG_LEVEL: 'warn' };
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Items with verdicts of a detector that is not the shipped one. */
async function fill(): Promise<void> {
  const { config, secrets } = loadConfig(readEnvironment({}, env, '/nonexistent/.env'));
  const logger = pino({ level: 'silent' });
  const opened = await openContext(config, secrets, { clock: Date.now, logger });
  const { log, collections } = opened.context;
  const tenants = [{ tenant: 'default', posts: 'posts', emails: 'emails' }];
  const parts = {
    ...testParts(collections, log as unknown as SentLog, { tenants, clock: Date.now }),
    log,
  };
  const make = recordMaker();
  const texts = makeStream(ITEMS).events.filter(({ version }) => version === 1);
  const records = texts.map((event, n) => ({
    ...make(post(`p${n}`, 1, String(event['text'])), 'post.created'),
    timestamp: Date.now() - ITEMS + n,
  }));
  for (let at = 0; at < records.length; at += 500)
    await processRecords(records.slice(at, at + 500), parts, { wake: () => undefined });
  await new Announcer({ log, collections, logger }).drain();
  await opened.close();
}

describe('a replay that is killed in the middle of its work', () => {
  it(
    'goes on where it was: one promotion an item, each announced, counters as the items say',
    async () => {
      await fill();
      const state = join(home, 'replay.json');
      const done = (): number =>
        existsSync(state) ? (JSON.parse(readFileSync(state, 'utf8')) as { items: number }).items : 0;
      const command = [
        ...['replay', '--from', '2020-01-01T00:00:00Z', '--to', '2099-01-01T00:00:00Z', '--json'],
        ...['--promote', '--detector', 'first-stage', '--rate', '400'],
      ];
      const killedAt: number[] = [];
      for (const at of KILLS_AT) {
        const child = start(command, env, home);
        let ended = false;
        child.ended.then(() => {
          ended = true;
        });
        while (!ended && done() < at) await wait(5);
        // Somewhere in a page, not always at its end.
        await wait(3 * killedAt.length);
        await child.kill();
        killedAt.push(done());
      }
      expect(killedAt.filter((items) => items < ITEMS).length).toBeGreaterThan(2);

      const last = start(command, env, home);
      expect(await last.ended).toBe(0);
      const report = JSON.parse(last.out);
      expect(report).toMatchObject({ items: ITEMS, compared: ITEMS, failed: 0, withoutText: 0 });
      expect(report.promoted).toEqual({ verdicts: ITEMS, overtaken: 0, unchangedEvidence: 0 });

      const ledger = await readLedger(env);
      expect(faults(ledger)).toEqual([]);
      expect(ledger.items).toHaveLength(ITEMS);
      const causes = (kind: string) => ledger.verdicts.filter(({ verdict }) => verdict.cause.kind === kind);
      expect(causes('ingest')).toHaveLength(ITEMS);
      expect(causes('promote')).toHaveLength(ITEMS);
      expect(new Set(causes('promote').map(({ itemId }) => itemId)).size).toBe(ITEMS);
      const before = new Map(causes('ingest').map(({ itemId, verdict }) => [itemId, verdict.band]));
      const changed = causes('promote').filter(
        ({ itemId, verdict }) => before.get(itemId) !== verdict.band,
      ).length;
      expect(report.changed).toBe(changed);
      expect(changed).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});

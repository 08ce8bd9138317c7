/** A demo in a process of its own, and what its engines hold after it has died: the same examination for both sets of engines. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { readDemoItems } from '../../../src/demo/stream.js';
import { type Summary, storedId } from '../../../src/demo/summary.js';
import { openContext } from '../../../src/open-context.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { type Correction, compareCounters } from '../../../streams/counters.js';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** What was found in the store, against what the stream holds. */
export interface Found {
  expected: number;
  /** Ids of the stream that the store lacks. */
  lost: string[];
  /** Ids that are not of the stream. */
  strange: string[];
  /** Items with more than one verdict. */
  twice: string[];
  verdicts: number;
  corrections: Correction[];
}

export interface DyingDemo {
  /** Runs `assay demo --once --json` to its end, or until `killWhen` is true of what it wrote, then kills it after `afterMs`. */
  run(kill?: { when: RegExp; afterMs: number }): Promise<Ended>;
  examine(): Promise<Found>;
  remove(): void;
}

/** @param engines KAFKA_BROKERS and MONGO_URL, or nothing for the embedded engines */
export function dyingDemo(engines: Record<string, string> = {}): DyingDemo {
  const home = mkdtempSync(join(tmpdir(), 'assay-dying-demo-'));
  const args = ['bin/assay.js', 'demo', '--once', '--json', '--home', home, '--port', '0'];
  return {
    async run(kill) {
      const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...engines } });
      const ended: Ended = { code: null, signal: null, out: '', err: '' };
      let dying: NodeJS.Timeout | undefined;
      child.stdout.on('data', (chunk: Buffer) => {
        ended.out += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        ended.err += chunk.toString();
        if (kill?.when.test(ended.err)) dying ??= setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
      });
      [ended.code, ended.signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
      clearTimeout(dying);
      return ended;
    },
    async examine() {
      const raw = readEnvironment({ ASSAY_HOME: home, ASSAY_TENANTS: 'demo' }, engines, '');
      const { config, secrets } = loadConfig(raw);
      const logger = createLogger('silent');
      const { context, close } = await openContext(config, secrets, { clock: Date.now, logger });
      try {
        const expected = new Set((await readDemoItems()).map((item) => storedId('demo', item)));
        const found = new Map<string, number>();
        let after: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof context.collections.items.page>> =
            await context.collections.items.page({
              index: '_id',
              limit: 1_000,
              ...(after === null ? {} : { after }),
            });
          for (const { _id, revision } of page.docs) found.set(_id, revision);
          after = page.next;
        } while (after !== null);
        return {
          expected: expected.size,
          lost: [...expected].filter((id) => !found.has(id)),
          strange: [...found.keys()].filter((id) => !expected.has(id)),
          twice: [...found].filter(([, revision]) => revision !== 1).map(([id]) => id),
          verdicts: await context.collections.verdicts.count({
            index: 'by_decided',
            where: { tenant: 'demo' },
            limit: 20_000,
            scanLimit: 20_000,
          }),
          corrections: await compareCounters(context.collections),
        };
      } finally {
        await close();
      }
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** What every examination has to come to. */
export const nothingLostNothingTwice = ({ expected }: Found) => ({
  expected,
  lost: [],
  strange: [],
  twice: [],
  verdicts: expected,
  corrections: [],
});

export const summaryOf = ({ out }: Ended): Summary => JSON.parse(out) as Summary;

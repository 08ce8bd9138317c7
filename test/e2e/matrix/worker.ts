/**
 * A scoring worker as a process of its own, for the crash matrix: the real pipeline on the engines its environment names,
 * with a cheap judge, and with the fault that its one argument (JSON) asks for. Says `ready`, and `settled` once nothing waits.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { COLLECTIONS } from '../../../schemas/store/collections.js';
import type { CollectionSpec } from '../../../schemas/store/port.js';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import type { Collections } from '../../../src/context.js';
import { openContext } from '../../../src/open-context.js';
import { leasesOf } from '../../../src/outbox-leases.js';
import { openEmbeddedStore } from '../../../src/store/embedded/open.js';
import { OUTBOX_SHARDS_MAX } from '../../../streams/records.js';
import { Worker } from '../../../streams/worker.js';
import { matrixDecide, matrixJudge } from './judge.js';
import { type Kill, lethalParts } from './lethal.js';

/** What one worker is to do, and to suffer. */
export interface Plan {
  kill: Kill | null;
  poison: boolean;
  slowMs: number;
  /** Records taken at a time. */
  maxBatch: number;
  /** Partitions side by side. */
  concurrency: number;
  /** Ends by itself once nothing waits; else at SIGTERM. */
  once: boolean;
  /** Largest size of the embedded store in bytes; null for no bound. */
  storeBytes: number | null;
  /** The clock jumps by these ms, one after another, every 300 ms. */
  clockJumpsMs: number[];
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
const say = (word: string): void => void process.stdout.write(`${word}\n`);

let jumpMs = 0;
for (const [at, jump] of plan.clockJumpsMs.entries())
  setTimeout(() => {
    jumpMs = jump;
  }, 300 * at).unref();
const clock = (): number => Date.now() + jumpMs;

const { config, secrets } = loadConfig(readEnvironment({}, process.env, '/nonexistent/.env'));
const logger = pino({ level: 'silent' });
const opened = await openContext(config, secrets, { clock, logger });
const { context } = opened;
if (plan.storeBytes !== null) {
  // The same file, opened anew with a bound.
  await context.store.close();
  const collections = Object.values<CollectionSpec>(COLLECTIONS);
  context.store = openEmbeddedStore({
    file: join(config.home, 'store.db'),
    collections,
    maxBytes: plan.storeBytes,
  });
  context.collections = Object.fromEntries(
    Object.entries(COLLECTIONS).map(([name, spec]) => [name, context.store.collection(spec)]),
  ) as unknown as Collections;
}
const parts = lethalParts(
  {
    ...context,
    tenants: config.tenants,
    judge: matrixJudge(plan),
    decide: matrixDecide,
    readLetter: async () => {
      throw new Error('the matrix sends no mail');
    },
    verifyAttestation: async () => -1,
    outboxShards: OUTBOX_SHARDS_MAX,
  },
  plan.kill,
);
const worker = new Worker(parts, {
  leases: leasesOf(context),
  maxBatch: plan.maxBatch,
  concurrency: plan.concurrency,
  onError: (error) => say(`failed ${(error as { code?: string }).code ?? (error as Error).message}`),
});
for (;;) {
  try {
    await worker.start();
    break;
  } catch {
    await wait(500);
  }
}
say('ready');

async function end(): Promise<void> {
  await worker.stop();
  if (plan.storeBytes !== null) await context.store.close();
  await opened.close();
  process.exit(0);
}
process.once('SIGTERM', () => void end());
if (plan.once) {
  for (;;) {
    try {
      await worker.settle();
      break;
    } catch {
      await wait(200);
    }
  }
  say('settled');
  await end();
}

/** The failures of one process with its own files: kill -9 in each stage, doubled and shuffled delivery, commits out of order, a full disk, a clock that jumps. */
import { setTimeout as wait } from 'node:timers/promises';
import { STAGES, type Stage } from './lethal.js';
import { type Env, finish, startWorker } from './run.js';
import type { Order } from './stream.js';

export interface Case {
  name: string;
  order: Order;
  /** Lets workers suffer until nothing waits. @returns what they went through */
  suffer: (env: Env, posts: number) => Promise<string>;
}

/** Kills at an early call, then at later ones, each time in a new process; decide is called once for each text. */
const KILLS_AT: Readonly<Record<Stage, readonly number[]>> = {
  admit: [1, 3, 6],
  score: [1, 3, 6],
  decide: [1, 250, 700],
  record: [1, 2, 5],
  announce: [1, 2, 4],
};

async function killIn(stage: Stage, env: Env): Promise<string> {
  let killed = 0;
  for (const call of KILLS_AT[stage]) {
    const code = await startWorker(env, { kill: { stage, call } }).ended;
    if (code === null) killed += 1;
  }
  if (killed === 0) throw new Error(`expected a kill in ${stage}, found none`);
  await finish(env);
  return `${killed} times kill -9 in ${stage}`;
}

/** Room for the empty tables, and for about a quarter of the posts. */
const roomFor = (posts: number): number => 800_000 + posts * 1_000;

async function fullDisk(env: Env, posts: number): Promise<string> {
  const worker = startWorker(env, { storeBytes: roomFor(posts), once: false });
  if (!(await worker.until(/failed disk\.full/))) throw new Error('expected a full disk, found none');
  // It keeps trying and keeps failing: nothing may be given up meanwhile.
  await wait(1_000);
  worker.signal('SIGKILL');
  await worker.ended;
  await finish(env);
  return 'the store was full, the worker was killed, then there was room again';
}

export const EMBEDDED: readonly Case[] = [
  ...STAGES.map(
    (stage): Case => ({
      name: `kill -9 while a batch is in ${stage}`,
      order: 'in order',
      suffer: (env) => killIn(stage, env),
    }),
  ),
  {
    name: 'every record delivered twice, in any order',
    order: 'doubled',
    async suffer(env) {
      await finish(env);
      return 'no worker died';
    },
  },
  {
    name: 'versions and deletions out of order',
    order: 'shuffled',
    async suffer(env) {
      await finish(env);
      return 'no worker died';
    },
  },
  {
    name: 'partitions committed out of order',
    order: 'in order',
    async suffer(env) {
      const plan = { concurrency: 4, slowMs: 150 };
      for (const ms of [700, 1_100]) {
        const worker = startWorker(env, { ...plan, once: false });
        await worker.until(/ready/);
        await wait(ms);
        worker.signal('SIGKILL');
        await worker.ended;
      }
      await finish(env, plan);
      return '4 partitions side by side, each as slow as it liked, 2 workers killed';
    },
  },
  { name: 'the disk is full', order: 'in order', suffer: fullDisk },
  {
    name: 'the clock jumps',
    order: 'in order',
    async suffer(env) {
      const hour = 3_600_000;
      // Back by less than a day: what is published over a day ahead of the clock is set aside, and rightly so (`item.clock`).
      await finish(env, { slowMs: 100, clockJumpsMs: [0, 26 * hour, -23 * hour, hour, -hour / 60, 0] });
      return 'by a day and more, forwards and backwards, six times';
    },
  },
];

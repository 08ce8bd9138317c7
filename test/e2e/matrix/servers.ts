/** The failures of servers and of groups: a broker that dies, a store that is away and then slow, a worker that stands still, a group that never comes to rest. */
import { setTimeout as wait } from 'node:timers/promises';
import type { KafkaServer } from '../../servers/kafka.js';
import { startProxy } from './proxy.js';
import { type Env, finish, type MatrixWorker, startWorker } from './run.js';

export interface Servers {
  env: Env;
  kafka: KafkaServer;
  mongo: { port: number; database: string };
}

/** How long the failures last; a test is content with less than a report. */
export interface Lengths {
  downMs: number;
  stormMs: number;
}

export interface ServersCase {
  name: string;
  suffer(servers: Servers, lengths: Lengths): Promise<string>;
}

/** Longer than a group waits for a silent member (streams/log/kafka/client.ts). */
const PAUSED_MS = 12_000;
const SLOW_MS = 30;

/** Many small batches, so that a failure falls into the work. */
const STEADY = { slowMs: 400, maxBatch: 20 };

/** A failure that comes when all is done shows nothing. */
function requireAtWork({ said }: MatrixWorker): void {
  if (/settled/.test(said)) throw new Error('expected the failure to fall into the work, found it done');
}

async function brokerRestart({ env, kafka }: Servers): Promise<string> {
  const worker = startWorker(env, STEADY);
  await worker.until(/ready/);
  await wait(2_000);
  requireAtWork(worker);
  await kafka.restart();
  if ((await worker.ended) !== 0) throw new Error('expected the worker to live through it, found it dead');
  return 'the broker was killed with kill -9 and started again on its data; the worker lived through it';
}

async function storeAway({ env, mongo }: Servers, { downMs }: Lengths): Promise<string> {
  const proxy = await startProxy(mongo.port);
  try {
    const through = { ...env, MONGO_URL: `mongodb://127.0.0.1:${proxy.port}/${mongo.database}` };
    const worker = startWorker(through, STEADY);
    await worker.until(/ready/);
    await wait(1_000);
    requireAtWork(worker);
    proxy.cut();
    await wait(downMs);
    proxy.restore(SLOW_MS);
    if ((await worker.ended) !== 0) throw new Error('expected the worker to live through it, found it dead');
    return `no connection for ${downMs / 1_000} s, then ${SLOW_MS} ms on every answer; the worker lived through it`;
  } finally {
    await proxy.close();
  }
}

async function standsStill({ env }: Servers): Promise<string> {
  const first = startWorker(env, { ...STEADY, once: false });
  await first.until(/ready/);
  await wait(1_500);
  first.signal('SIGSTOP');
  const second = startWorker(env, STEADY);
  await wait(PAUSED_MS);
  first.signal('SIGCONT');
  if ((await second.ended) !== 0) throw new Error('expected the second worker to settle, found it dead');
  first.signal('SIGTERM');
  await first.ended;
  return `stopped for ${PAUSED_MS / 1_000} s in its work while another took over, then it went on`;
}

async function storm({ env }: Servers, { stormMs }: Lengths): Promise<string> {
  const alive: MatrixWorker[] = [];
  let joined = 0;
  let killed = 0;
  const until = performance.now() + stormMs;
  while (performance.now() < until) {
    alive.push(startWorker(env, { ...STEADY, once: false }));
    joined += 1;
    await wait(1_000);
    if (alive.length < 3) continue;
    const leaving = alive.shift() as MatrixWorker;
    if (joined % 2 === 0) killed += 1;
    leaving.signal(joined % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
  }
  for (const one of alive) one.signal('SIGTERM');
  await Promise.all(alive.map(({ ended }) => ended));
  await finish(env);
  return `a worker joined every second for ${stormMs / 1_000} s (${joined}), and as many left, ${killed} of them killed`;
}

export const SERVERS: readonly ServersCase[] = [
  { name: 'the broker is killed and started again', suffer: brokerRestart },
  { name: 'the store is away, and then slow', suffer: storeAway },
  { name: 'a worker stands still for longer than its session', suffer: standsStill },
  { name: 'workers join and leave without rest', suffer: storm },
];

/** One case of the crash matrix: feeds the log, lets workers suffer, then opens the books; repairs the judge, replays the dead letters, opens them again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import type { Context } from '../../../src/context.js';
import { openContext } from '../../../src/open-context.js';
import { replay } from '../../../streams/dead-letter.js';
import { faults, type Ledger, readLedger } from '../ledger.js';
import { append, type Expected, expectedOf, type Feed } from './stream.js';
import type { Plan } from './worker.js';

export type Env = Readonly<Record<string, string>>;

const CALM: Plan = {
  kill: null,
  poison: true,
  slowMs: 0,
  maxBatch: 200,
  concurrency: 1,
  once: true,
  storeBytes: null,
  clockJumpsMs: [],
};

export interface MatrixWorker {
  readonly pid: number;
  readonly said: string;
  /** Resolves when standard output has matched, or when the process has ended: false. */
  until(pattern: RegExp): Promise<boolean>;
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** Workers that have not ended; none outlives its case. */
const living = new Set<MatrixWorker>();

/** Starts a worker on the built files, from the sources and from dist/ alike. */
export function startWorker(env: Env, plan: Partial<Plan> = {}): MatrixWorker {
  const here = fileURLToPath(import.meta.url);
  const root = here.slice(0, here.lastIndexOf('test/e2e')).replace(/dist\/$/, '');
  const script = `${root}dist/test/e2e/matrix/worker.js`;
  const child = spawn(process.execPath, [script, JSON.stringify({ ...CALM, ...plan })], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let look = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    look();
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  let gone = false;
  ended.then(() => {
    gone = true;
    look();
  });
  const worker: MatrixWorker = {
    pid: child.pid as number,
    ended,
    get said() {
      return said;
    },
    until: (pattern) =>
      new Promise((resolve) => {
        look = () => {
          if (pattern.test(said)) resolve(true);
          else if (gone) resolve(false);
        };
        look();
      }),
    signal: (name) => void child.kill(name),
  };
  living.add(worker);
  ended.then(() => living.delete(worker));
  return worker;
}

/** Opens the engines themselves, while no worker of the embedded ones lives. */
export async function within<T>(env: Env, work: (context: Context) => Promise<T>): Promise<T> {
  const { config, secrets } = loadConfig(readEnvironment({}, env, '/nonexistent/.env'));
  const opened = await openContext(config, secrets, { clock: Date.now, logger: pino({ level: 'silent' }) });
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

/** Runs a calm worker to the end. */
export async function finish(env: Env, plan: Partial<Plan> = {}): Promise<void> {
  const code = await startWorker(env, plan).ended;
  if (code !== 0) throw new Error(`expected the last worker to end with 0, found ${code}`);
}

const missing = (wanted: ReadonlySet<string>, found: ReadonlySet<string>, what: string): string[] =>
  [...wanted].filter((one) => !found.has(one)).map((one) => `${what}: ${one}`);

/** What is wrong beyond what the books say of themselves: lost, doubled, or never asked for. */
function against(ledger: Ledger, expected: Expected, repaired: boolean): string[] {
  const found = new Map<string, number>();
  for (const { itemId, version } of ledger.verdicts) {
    const key = `${itemId}:${version}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  const wanted = new Set([...expected.verdicts, ...(repaired ? expected.poisoned : [])]);
  const keys = new Set(found.keys());
  return [
    ...missing(wanted, keys, 'lost'),
    ...missing(keys, wanted, 'never asked for'),
    ...[...found].filter(([, n]) => n > 1).map(([key]) => `doubled: ${key}`),
    ...missing(expected.items, new Set(ledger.items.map(({ _id }) => _id)), 'item lost'),
  ];
}

/** Letters in a state, as `item:version`. */
async function letters({ collections }: Context, state: 'open' | 'replayed') {
  const found: { id: string; key: string }[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof collections.deadLetters.page>> = await collections.deadLetters.page(
      { index: 'by_state', where: { tenant: 'default', state }, limit: 500, ...(after ? { after } : {}) },
    );
    for (const { _id, value, key } of page.docs) {
      const post = JSON.parse(Buffer.from(value, 'base64').toString('utf8')) as { version: number };
      found.push({ id: _id, key: `${key}:${post.version}` });
    }
    after = page.next;
  } while (after !== null);
  return found;
}

export interface Outcome {
  records: number;
  /** Everything that is wrong; empty when nothing is. */
  faults: string[];
  /** Announcements beyond one per verdict. */
  repeated: number;
  deadLetters: number;
  seconds: number;
  /** What the workers suffered, in words. */
  suffered: string;
}

/**
 * @param suffer runs workers until nothing waits any more; says what they went through
 */
export async function runCase(env: Env, feed: Feed, suffer: (env: Env) => Promise<string>): Promise<Outcome> {
  const begun = performance.now();
  const expected = expectedOf(feed);
  await within(env, ({ log }) => append(feed, log));
  const suffered = await suffer(env).finally(() => {
    for (const worker of living) worker.signal('SIGKILL');
  });
  const first = await readLedger(env);
  const found = [...faults(first), ...against(first, expected, false)];
  const open = await within(env, async (context) => {
    const now = await letters(context, 'open');
    const { deadLetters } = context.collections;
    for (const { id } of now) await replay(id, 'default', { deadLetters, log: context.log, now: Date.now() });
    return now;
  });
  const keys = new Set(open.map(({ key }) => key));
  found.push(...missing(expected.poisoned, keys, 'no dead letter'));
  found.push(...missing(keys, expected.poisoned, 'set aside without being poisoned'));
  await finish(env, { poison: false });
  const last = await readLedger(env);
  found.push(...faults(last), ...against(last, expected, true));
  found.push(
    ...(await within(env, (context) => letters(context, 'open'))).map(({ key }) => `still open: ${key}`),
  );
  const announced = [...last.announced.values()].reduce((sum, n) => sum + n, 0);
  return {
    records: feed.events.length,
    faults: found,
    repeated: announced - last.announced.size,
    deadLetters: open.length,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    suffered,
  };
}

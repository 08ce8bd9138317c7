/** What the process of a load test looks like meanwhile: heap, event loop, processor time, records that wait. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Observed {
  eventLoopMs: { p99: number; max: number };
  /** Least heap in use in the first and in the last tenth of the run, in MB: what garbage collection leaves. */
  heapMb: { start: number; end: number; drift: number };
  /** Records appended and not yet scored: most seen, and at the end. */
  lag: { largest: number; end: number };
  cpuMs: number;
}

const EVERY_MS = 250;
const MB = 1024 * 1024;

/** Least heap of the first and the last tenth of the samples. */
export function heapOf(samples: readonly number[]): Observed['heapMb'] {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const least = (some: readonly number[]): number => Math.round((Math.min(...some) / MB) * 10) / 10;
  const start = least(samples.slice(0, tenth));
  const end = least(samples.slice(-tenth));
  return { start, end, drift: Math.round((end / start - 1) * 1_000) / 1_000 };
}

/** Begins to observe. @returns ends it, with what was seen; idempotent */
export function observe(lag: () => Promise<number>): () => Promise<Observed> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const cpu = process.cpuUsage();
  const heap = [process.memoryUsage().heapUsed];
  let largest = 0;
  let asking = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    heap.push(process.memoryUsage().heapUsed);
    if (!idle) return;
    idle = false;
    // An engine that does not answer is seen in the latencies.
    asking = lag()
      .then(
        (now) => {
          largest = Math.max(largest, now);
        },
        () => undefined,
      )
      .finally(() => {
        idle = true;
      });
  }, EVERY_MS);
  let ended: Promise<Observed> | undefined;
  const end = async (): Promise<Observed> => {
    clearInterval(timer);
    await asking;
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const ms = (nanos: number): number => Math.round(nanos / 1e5) / 10;
    return {
      eventLoopMs: { p99: ms(delay.percentile(99)), max: ms(delay.max) },
      heapMb: heapOf(heap),
      lag: { largest, end: await lag().catch(() => Number.NaN) },
      cpuMs: (user + system) / 1_000,
    };
  };
  return () => {
    ended ??= end();
    return ended;
  };
}

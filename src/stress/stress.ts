/**
 * A load test of the whole way of a text: posts appended at a rate, admitted, judged, recorded and announced by a worker
 * of this process, and every one of them accounted for in the store afterwards.
 */

import { readLetter } from '../../detectors/email/read-letter.js';
import { AssayError } from '../../schemas/errors.js';
import type { LogRecord } from '../../streams/log/port.js';
import { OUTBOX_SHARDS_MAX } from '../../streams/records.js';
import { pause } from '../../streams/retry.js';
import { type TenantTopics, VERDICTS_TOPIC } from '../../streams/topics.js';
import { Worker } from '../../streams/worker.js';
import type { Collections, Context } from '../context.js';
import { decideWith, type Judging } from '../judging.js';
import { leasesOf } from '../outbox-leases.js';
import { Follower, type Latency } from './follower.js';
import { type Observed, observe } from './observe.js';
import { sendLoad } from './send.js';

export interface StressOptions {
  run: string;
  events: number;
  rate: number;
  tenants: readonly TenantTopics[];
  /** Records a worker takes at a time. */
  batch: number;
  prior: number;
  /** Most events that may be missing in the end. */
  maxDrop: number;
  /** Largest 95th percentile of the latency, in ms; null for no bound. */
  maxP95Ms: number | null;
  /** Milliseconds without any announcement after which what is missing counts as dropped. */
  stallMs?: number;
  signal?: AbortSignal;
  onProgress?: (seen: { appended: boolean; announced: number; waiting: number }) => void;
}

export interface StressReport extends Omit<Observed, 'cpuMs'> {
  run: string;
  engines: { log: string; store: string };
  detector: string;
  events: number;
  rate: number;
  tenants: number;
  seconds: number;
  announcedPerSecond: number;
  appended: number;
  /** Verdicts in the store. */
  judged: number;
  announced: number;
  /** Appended, and not both in the store and announced. */
  dropped: number;
  /** Verdicts in the store beyond one per event. */
  duplicates: number;
  /** Announcements beyond one per verdict: allowed, under the same id. */
  repeatedAnnouncements: number;
  deadLetters: number;
  /** From when a post was due to be appended to when a follower of the verdicts topic had its verdict. */
  latencyMs: Latency;
  /** How late the sender itself was at worst; large values mean that this machine cannot send so fast. */
  senderBehindMs: number;
  cpuMsPerEvent: number;
  /** What was asked for and not met; empty when all was. */
  misses: string[];
}

/** Names of the tenants and topics that load tests use; the same for every run, so that a broker does not fill up with topics. */
export const stressTenants = (count: number): TenantTopics[] =>
  Array.from({ length: count }, (_none, at) => ({
    tenant: `stress-${at + 1}`,
    posts: `posts.stress-${at + 1}`,
    emails: `emails.stress-${at + 1}`,
  }));

/** @throws {AssayError} `config.invalid` where the store holds anything but earlier load tests */
async function requireOwnStore({ items }: Collections): Promise<void> {
  const { docs } = await items.page({ index: '_id', limit: 1 });
  if (docs.every(({ tenant }) => tenant.startsWith('stress-'))) return;
  throw new AssayError(
    'config.invalid',
    'This store holds items. A load test wants a store and a log of its own: name another database in MONGO_URL, or another --home.',
  );
}

/** More than any run has; servers take 32 bits. */
const MOST_COUNTED = 2_000_000_000;

type Stored = { items: number; verdicts: number };

async function stored(tenants: readonly TenantTopics[], { items, verdicts }: Collections): Promise<Stored> {
  const all = { limit: MOST_COUNTED, scanLimit: MOST_COUNTED };
  const sum: Stored = { items: 0, verdicts: 0 };
  for (const { tenant } of tenants) {
    sum.items += await items.count({ index: 'by_received', where: { tenant }, ...all });
    sum.verdicts += await verdicts.count({ index: 'by_decided', where: { tenant }, ...all });
  }
  return sum;
}

const START_MS = 30_000;
const START_AGAIN_MS = 500;

/** A cluster that has just come up knows no coordinator of groups for a moment. @throws {AssayError} `log.unavailable` */
async function startPatiently(worker: Worker, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      return await worker.start();
    } catch (error) {
      const away = error instanceof AssayError && error.code === 'log.unavailable';
      if (!away || performance.now() > until || signal?.aborted) throw error;
      await pause(START_AGAIN_MS, signal);
    }
  }
}

const STALL_MS = 30_000;
const LOOK_MS = 100;

/** Waits until every expected verdict was announced, or until nothing has moved for too long. */
async function settled(follower: Follower, stallMs: number, onLook: () => void): Promise<void> {
  let seen = follower.announced;
  let movedMs = performance.now();
  while (follower.waiting > 0 && performance.now() - movedMs < stallMs) {
    await pause(LOOK_MS);
    onLook();
    if (follower.announced === seen) continue;
    seen = follower.announced;
    movedMs = performance.now();
  }
}

/** What the figures miss of what was asked. */
export function missesOf(
  report: Pick<StressReport, 'dropped' | 'duplicates' | 'latencyMs' | 'deadLetters'>,
  { maxDrop, maxP95Ms }: Pick<StressOptions, 'maxDrop' | 'maxP95Ms'>,
): string[] {
  const { dropped, duplicates, latencyMs, deadLetters } = report;
  return [
    ...(dropped > maxDrop ? [`dropped ${dropped}, at most ${maxDrop} allowed`] : []),
    ...(duplicates > 0 ? [`${duplicates} verdicts were recorded twice`] : []),
    ...(deadLetters > 0 ? [`${deadLetters} records became dead letters`] : []),
    ...(maxP95Ms !== null && latencyMs.p95 > maxP95Ms
      ? [`p95 of the latency ${latencyMs.p95} ms, at most ${maxP95Ms} ms allowed`]
      : []),
  ];
}

/**
 * Runs a load test to its end.
 * @param context opened with the tenants of the options
 * @throws {AssayError} `config.invalid` where the store is in use, `log.unavailable`, `store.unavailable`
 */
export async function stress(
  context: Context,
  judging: Judging,
  options: StressOptions,
): Promise<StressReport> {
  const { log, store, collections, clock } = context;
  const { run, tenants, prior, signal } = options;
  await requireOwnStore(collections);
  let deadLetters = 0;
  const parts = {
    ...context,
    tenants,
    judge: judging.detector,
    decide: decideWith(judging, prior),
    readLetter,
    verifyAttestation: async () => -1,
    outboxShards: OUTBOX_SHARDS_MAX,
  };
  const worker = new Worker(parts, {
    leases: leasesOf(context),
    maxBatch: options.batch,
    onBatch: ({ rejected }) => {
      deadLetters += rejected;
    },
  });
  const stops = [() => worker.stop()];
  try {
    await startPatiently(worker, signal);
    // What an interrupted run left on its topics is not ours to count.
    await worker.settle(signal);
    const before = await stored(tenants, collections);
    deadLetters = 0;
    const follower = new Follower();
    const ours = ({ value }: LogRecord): boolean => value?.includes(`"externalId":"${run}-`) === true;
    const tail = await log.tail({
      topic: VERDICTS_TOPIC,
      from: 'end',
      onRecords: async (records) => follower.see(records, ours),
    });
    const seen = observe(() => worker.lag());
    stops.push(
      () => seen().then(() => undefined),
      () => tail.stop(),
    );
    const begun = performance.now();
    const tell = (appended: boolean): void =>
      options.onProgress?.({ appended, announced: follower.announced, waiting: follower.waiting });
    const telling = setInterval(() => tell(false), LOOK_MS);
    const sent = await sendLoad(options, log, follower, { clock, signal }).finally(() =>
      clearInterval(telling),
    );
    await settled(follower, options.stallMs ?? STALL_MS, () => tell(true));
    const seconds = (performance.now() - begun) / 1_000;
    const { cpuMs, ...observed } = await seen();
    const after = await stored(tenants, collections);
    const items = after.items - before.items;
    const judged = after.verdicts - before.verdicts;
    const { appended } = sent;
    const figures = {
      judged,
      announced: follower.announced,
      dropped: appended - Math.min(appended, items, judged, follower.announced),
      duplicates: Math.max(0, judged - appended),
      repeatedAnnouncements: follower.repeated,
      deadLetters,
      latencyMs: follower.latency(),
    };
    const rounded = (value: number): number => Math.round(value * 100) / 100;
    return {
      run,
      engines: { log: log.engine, store: store.engine },
      detector: judging.detector.detectorSet,
      events: options.events,
      rate: options.rate,
      tenants: tenants.length,
      seconds: rounded(seconds),
      announcedPerSecond: rounded(follower.announced / seconds),
      appended,
      ...figures,
      senderBehindMs: sent.behindMs,
      ...observed,
      cpuMsPerEvent: rounded(cpuMs / Math.max(1, appended)),
      misses: missesOf(figures, options),
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

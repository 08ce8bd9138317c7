/**
 * Whether the service can do its work: facts for /healthz (is the process alive), /readyz (should it get traffic) and
 * `assay doctor`. A fact says what was found; it never throws.
 */
import type { DetectorRef } from '../../schemas/evidence.js';
import { freeMegabytes } from './disk.js';

export interface Fact {
  name: 'log' | 'store' | 'model' | 'worker' | 'disk';
  ok: boolean;
  detail: string;
}

export interface Readiness {
  ready: boolean;
  facts: Fact[];
}

/** What is asked. Parts that this process does not run are left out. */
export interface HealthParts {
  log: { ping(): Promise<void> };
  store: { ping(): Promise<void> };
  /** Detectors as loaded; throws where a model is missing. */
  detectors: () => readonly DetectorRef[];
  worker?: { readonly ready: boolean; lag(): Promise<number> };
  disk: { folder: string; minFreeMb: number };
}

/** A ping that takes longer counts as failed, so that a probe always gets an answer. */
const PING_MS = 2_000;

async function within(ms: number, work: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function fact(name: Fact['name'], check: () => Promise<string>): Promise<Fact> {
  try {
    return { name, ok: true, detail: await within(PING_MS, check()) };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
}

async function diskFact({ folder, minFreeMb }: HealthParts['disk']): Promise<string> {
  const free = await freeMegabytes(folder);
  if (free < minFreeMb) throw new Error(`expected at least ${minFreeMb} MB free, found ${free}`);
  return `${free} MB free`;
}

async function workerFact(worker: NonNullable<HealthParts['worker']>): Promise<string> {
  if (!worker.ready) throw new Error('no partitions assigned yet');
  return `lag ${await worker.lag()}`;
}

/** Asks everybody at once. */
export async function readiness(parts: HealthParts): Promise<Readiness> {
  const { log, store, detectors, worker, disk } = parts;
  const facts = await Promise.all([
    fact('log', async () => log.ping().then(() => 'reachable')),
    fact('store', async () => store.ping().then(() => 'reachable')),
    fact('model', async () =>
      detectors()
        .map(({ id, version }) => `${id} ${version}`)
        .join(', '),
    ),
    ...(worker === undefined ? [] : [fact('worker', () => workerFact(worker))]),
    fact('disk', () => diskFact(disk)),
  ]);
  return { ready: facts.every(({ ok }) => ok), facts };
}

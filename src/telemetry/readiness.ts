/**
 * Whether the service can do its work, part by part: for /readyz and `assay doctor`. A check says what was found; it
 * never throws and always answers within two seconds.
 */

import type { Logger } from 'pino';
import { AssayError } from '../../schemas/errors.js';
import type { DetectorRef } from '../../schemas/evidence.js';
import { freeMegabytes } from './disk.js';

/** One part, whether it can do its work, and figures for people. */
export interface Check {
  name: 'log' | 'store' | 'detector' | 'worker' | 'disk';
  ok: boolean;
  facts: Record<string, string | number | boolean | null>;
}

/** What is asked. A part that this process does not run is left out. */
export interface Checked {
  log: { readonly engine: string; ping(): Promise<void> };
  store: { readonly engine: string; ping(): Promise<void> };
  /** Detectors as loaded; throws where a model is missing. */
  detectors?: () => readonly DetectorRef[];
  worker?: { readonly ready: boolean; readonly heldBack: boolean; lag(): Promise<number> };
  disk?: { folder: string; minFreeMb: number };
  /** Told why a part did not answer. */
  logger?: Pick<Logger, 'warn'>;
}

const PATIENCE_MS = 2_000;

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AssayError('request.timeout', `no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Outcome = { ok?: boolean; facts: Check['facts'] };

interface Asking {
  patienceMs: number;
  logger?: Checked['logger'];
}

async function check(
  name: Check['name'],
  look: () => Promise<Outcome>,
  { patienceMs, logger }: Asking,
): Promise<Check> {
  try {
    const { ok = true, facts } = await within(patienceMs, look());
    return { name, ok, facts };
  } catch (error) {
    // Anybody may read the answer, so it names the kind of the error; addresses and reasons stand in the log.
    logger?.warn({ err: error, part: name }, 'a part is not ready');
    const kind = error instanceof AssayError ? error.code : (error as Error).name;
    return { name, ok: false, facts: { error: kind } };
  }
}

async function engine(part: Checked['log']): Promise<Outcome> {
  await part.ping();
  return { facts: { engine: part.engine } };
}

async function detectorFacts(detectors: NonNullable<Checked['detectors']>): Promise<Outcome> {
  const loaded = detectors();
  const facts = Object.fromEntries(
    loaded.map(({ id, version, engine: on, device }) => [id, `${version}, ${on} on ${device}`]),
  );
  return { ok: loaded.length > 0, facts };
}

async function workerFacts(worker: NonNullable<Checked['worker']>): Promise<Outcome> {
  return { ok: worker.ready, facts: { lag: await worker.lag(), heldBack: worker.heldBack } };
}

async function diskFacts({ folder, minFreeMb }: NonNullable<Checked['disk']>): Promise<Outcome> {
  const freeMb = await freeMegabytes(folder);
  return { ok: freeMb >= minFreeMb, facts: { freeMb, minFreeMb } };
}

/** Asks every part at once. @param patienceMs after which a part counts as not able to do its work */
export async function readiness(parts: Checked, patienceMs = PATIENCE_MS): Promise<Check[]> {
  const { log, store, detectors, worker, disk, logger } = parts;
  const asking = { patienceMs, logger };
  return Promise.all([
    check('log', () => engine(log), asking),
    check('store', () => engine(store), asking),
    ...(detectors === undefined ? [] : [check('detector', () => detectorFacts(detectors), asking)]),
    ...(worker === undefined ? [] : [check('worker', () => workerFacts(worker), asking)]),
    ...(disk === undefined ? [] : [check('disk', () => diskFacts(disk), asking)]),
  ]);
}

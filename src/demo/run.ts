/**
 * `assay demo`: the real service in a folder of its own, with a recorded stream flowing in. Started again it goes on where
 * it stopped. Results go to `out`, everything else to `err`.
 */
import type { Writable } from 'node:stream';
import type { BatchReport } from '../../streams/pipeline.js';
import { createKey, listKeys, revokeKey } from '../access/keys.js';
import { createLink, loginPath } from '../access/sessions.js';
import { loadConfig } from '../config/config.js';
import { readEnvironment } from '../config/environment.js';
import { keptSecret } from '../config/kept-secret.js';
import { ROLES } from '../config/roles.js';
import type { OpenJudging } from '../judging.js';
import { openService, type Service } from '../service.js';
import { createLogger } from '../telemetry/logger.js';
import { issueTokens, SOFTWARE_KEYS } from './attestations.js';
import { feed } from './feed.js';
import { keptIssuer } from './kept-issuer.js';
import { mainArgument, planAttestations } from './plan-attestations.js';
import { beginProgress, type Progress, readProgress } from './progress.js';
import { type Counts, ProgressLine } from './progress-line.js';
import { DEMO_PLATFORM, type DemoItem, type PostItem, readDemoItems } from './stream.js';
import { summarise } from './summary.js';
import { summaryTable } from './summary-table.js';

export const DEMO_TENANT = 'demo';
export const DEMO_HOME = '.assay-demo';

export interface DemoOptions {
  /** Folder of the demo's data; default `.assay-demo`. */
  home?: string;
  /** Process everything as fast as it goes, print the summary, end. */
  once: boolean;
  /** First port to try; 0: any. */
  port: number;
  /** The summary as JSON. */
  json: boolean;
  /** Items a second; default: the whole stream in two and a half minutes. */
  pace?: number;
  /** Ends the demo in order. */
  signal: AbortSignal;
  out: Writable;
  err: Writable;
  /** Where KAFKA_BROKERS and MONGO_URL are looked for; default: the process's own environment. */
  env?: Record<string, string | undefined>;
  /** For tests: another detector, another stream. */
  openJudging?: OpenJudging;
  readItems?: () => Promise<DemoItem[]>;
}

const WHOLE_S = 150;
const PORTS_TRIED = 20;
const KEY_LIFE_MS = 24 * 3_600_000;
const KEY_NAME = 'printed by the demo';

/** The demo's own settings, which the environment's do not reach; the engines may be chosen by URL as anywhere. */
function settingsOf({ home = DEMO_HOME, port, env }: DemoOptions) {
  const ASSAY_AUDIENCES = `${DEMO_TENANT}=${DEMO_PLATFORM}`;
  const flags = {
    ASSAY_HOME: home,
    PORT: String(port),
    ASSAY_ROLES: ROLES.join(','),
    ASSAY_TENANTS: DEMO_TENANT,
    ASSAY_AUDIENCES,
  };
  const { config, secrets } = loadConfig(readEnvironment(flags, env, ''));
  const { secret, created, file } = keptSecret(home);
  return { config, secrets: { ...secrets, sealing: secret }, secretNote: created ? file : null };
}

/** A key for trying the API, in place of the one of the last start. */
async function freshKey(service: Service): Promise<string> {
  const { context } = service;
  for (const { _id, name, revokedMs } of (await listKeys(context, DEMO_TENANT)).docs) {
    if (name === KEY_NAME && revokedMs === null) await revokeKey(context, DEMO_TENANT, _id);
  }
  const { key } = await createKey(context, {
    tenant: DEMO_TENANT,
    name: KEY_NAME,
    scopes: ['ingest', 'read', 'attest'],
    expiresMs: context.clock() + KEY_LIFE_MS,
  });
  return key;
}

const postsOf = (items: readonly DemoItem[]): PostItem[] => items.filter((item) => item.kind === 'post');

async function invite(
  service: Service,
  items: readonly DemoItem[],
  say: (line: string) => void,
): Promise<void> {
  const link = await createLink(service.context, {
    tenant: DEMO_TENANT,
    user: 'demo moderator',
    scopes: ['read', 'moderate'],
  });
  say(`Console        ${service.publicUrl}/console`);
  say(`Sign in        ${service.publicUrl}${loginPath(link)}   (once, within 15 minutes)`);
  const argued = mainArgument(postsOf(items));
  if (argued !== null) {
    const query = new URLSearchParams({ platform: DEMO_PLATFORM, conversation: argued, filter: 'humans' });
    say(`Reader's feed  ${service.publicUrl}/console/feed?${query}`);
  }
  say(`API key        ${await freshKey(service)}   (ingest, read, attest; one day)`);
}

/** What the last start left, or a beginning: the tokens are issued before the first text comes in. */
async function progressOf(service: Service, items: readonly DemoItem[]): Promise<Progress> {
  const { collections, clock } = service.context;
  const kept = await readProgress(collections);
  if (kept !== null) return kept;
  const plan = planAttestations(postsOf(items));
  const tokens = await issueTokens(service.issuer, DEMO_TENANT, plan);
  const progress = { anchorMs: clock(), sent: 0, tokens };
  await beginProgress(collections, progress);
  return progress;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Streams in what is left and waits until all of it is judged and announced. @returns seconds it took */
async function play(
  service: Service,
  items: readonly DemoItem[],
  progress: Progress,
  counts: Counts,
  { once, pace, signal, err }: DemoOptions,
): Promise<number> {
  const begun = performance.now();
  const line = new ProgressLine(err, () => counts);
  try {
    const parts = { ...service.context, tenant: DEMO_TENANT };
    await feed(items, progress, parts, {
      pace: once ? null : (pace ?? items.length / WHOLE_S),
      signal,
      onSent: (sent) => {
        counts.sent = sent;
      },
    });
    await service.worker.settle(signal);
    return (performance.now() - begun) / 1_000;
  } finally {
    line.end();
  }
}

async function present(service: Service, options: DemoOptions, counts: Counts): Promise<number> {
  const { once, json, signal, out, err } = options;
  const say = (text: string) => err.write(`${text}\n`);
  const items = await (options.readItems ?? readDemoItems)();
  counts.all = items.length;
  if (!once) await invite(service, items, say);
  const progress = await progressOf(service, items);
  counts.sent = progress.sent;
  if (progress.sent > 0) say(`Goes on where it stopped: ${progress.sent} of ${items.length} items are in.`);
  say(SOFTWARE_KEYS);
  const seconds = await play(service, items, progress, counts, options);
  if (once && signal.aborted) {
    say('Stopped before the end; started again, it goes on from here.');
    return 1;
  }
  if (once) {
    const run = { judged: counts.judged, seconds };
    const summary = await summarise(service.context.collections, DEMO_TENANT, items, run);
    out.write(json ? `${JSON.stringify(summary)}\n` : summaryTable(summary));
    return summary.missing === 0 ? 0 : 1;
  }
  if (!signal.aborted)
    say(`Everything is in; the console stays at ${service.publicUrl}/console until you press Ctrl-C.`);
  await aborted(signal);
  return 0;
}

/**
 * Runs the demo.
 * @returns exit code: 0, or 1 when `once` was stopped or items are missing at its end
 * @throws {AssayError} as `openService`
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { config, secrets, secretNote } = settingsOf(options);
  const counts: Counts = { all: 0, sent: 0, judged: 0, flagged: 0 };
  const count = ({ recorded }: BatchReport): void => {
    counts.judged += recorded.length;
    counts.flagged += recorded.filter(
      ({ verdict }) => verdict.kind !== 'tombstone' && verdict.band === 'machine',
    ).length;
  };
  const service = await openService(config, secrets, {
    logger: createLogger('error', options.err),
    nextFreePorts: PORTS_TRIED,
    issuerName: keptIssuer(config.home),
    ...(options.openJudging === undefined ? {} : { openJudging: options.openJudging }),
    onBatch: count,
  });
  try {
    const say = (text: string) => options.err.write(`${text}\n`);
    if (secretNote !== null) say(`Made a secret that seals the demo's signing keys: ${secretNote}`);
    if (options.port !== 0 && service.port !== options.port) {
      say(`Port ${options.port} is taken; this demo listens on ${service.port}.`);
    }
    return await present(service, options, counts);
  } finally {
    await service.close();
  }
}

/**
 * The whole service in one process: engines, issuer, detector, the pipeline's worker, intake, sweepers and the HTTP
 * server, opened in order and closed in reverse. `assay serve`, `assay demo` and the tests of dying processes run it.
 */
import type { Logger } from 'pino';
import { readLetter } from '../detectors/email/read-letter.js';
import { AssayError } from '../schemas/errors.js';
import type { Leases } from '../streams/announce/lease.js';
import { Backlog } from '../streams/back-pressure.js';
import { Intake } from '../streams/intake.js';
import type { BatchReport } from '../streams/pipeline.js';
import { OUTBOX_SHARDS_MAX, type PipelineParts } from '../streams/records.js';
import { intakeTopics, SCORE_GROUP } from '../streams/topics.js';
import { Worker } from '../streams/worker.js';
import type { ApiContext } from './api/context.js';
import { createApp } from './api/server.js';
import { verdictView } from './api/verdict-view.js';
import { type Issuer, openIssuer } from './attest/issuer.js';
import { issuerSettings } from './attest/issuer-settings.js';
import { verifyPost } from './attest/verify-post.js';
import { Closing } from './closing.js';
import type { Config, Secrets } from './config/config.js';
import { publicUrlOf } from './config/public-url.js';
import type { Clock, Context } from './context.js';
import { type Egress, openEgress } from './egress/egress.js';
import { verifierFetch } from './egress/verifier-fetch.js';
import { type Listener, listen } from './http/listen.js';
import { type Judging, loadOptionsOf, type OpenJudging, openJudging } from './judging.js';
import { VerdictFeed } from './live/verdict-feed.js';
import { openContext, usesHome } from './open-context.js';
import { leasesOf } from './outbox-leases.js';
import { scoreNowWith } from './score-now.js';
import { type Sweepers, startSweepers } from './sweepers.js';
import { createLogger } from './telemetry/logger.js';
import { createMetrics, type Metrics } from './telemetry/metrics.js';
import { readiness } from './telemetry/readiness.js';
import { startWebhooks } from './webhooks/start.js';

export interface ServiceOptions {
  /** Default: JSON lines on standard error at the configured level. */
  logger?: Logger;
  clock?: Clock;
  /** How the detector is loaded; tests bring a double. */
  openJudging?: OpenJudging;
  /** How many ports after a taken one are tried; default 0: a taken port is an error. */
  nextFreePorts?: number;
  /** The issuer's name in tokens, from where the service is reached; default: the same. */
  issuerName?: (publicUrl: string) => string;
  onBatch?: (report: BatchReport) => void;
  onAnnounced?: (count: number) => void;
}

export interface Service {
  readonly context: ApiContext;
  readonly config: Config;
  readonly worker: Worker;
  readonly issuer: Issuer;
  readonly judging: Judging;
  readonly metrics: Metrics;
  readonly sweepers: Sweepers;
  /** Where it listens; the port may be another one than configured. */
  readonly port: number;
  readonly publicUrl: string;
  /** Ends in order: no new requests, the batch in hand finished, what is open closed. Idempotent. */
  close(): Promise<void>;
}

/** Milliseconds answers in hand may take once the service closes. */
const ANSWER_GRACE_MS = 2_000;
/** Verdicts counted as pending at most, for the gauge. */
const PENDING_MOST = 100_000;

function sealingOf({ sealing }: Secrets): string {
  if (sealing !== null) return sealing;
  throw new AssayError(
    'config.invalid',
    'ASSAY_SECRET is not set: it seals the signing keys in the store, and without it no attestation can be issued. ' +
      'Make one with `openssl rand -base64 32` and keep it: the keys open with this secret only.',
  );
}

function pipelineParts(
  context: Context,
  config: Config,
  { detector, decide }: Judging,
  issuer: Issuer,
): PipelineParts {
  return {
    ...context,
    tenants: config.tenants,
    judge: detector,
    decide: (evidence) => decide(evidence, [], config.prior, detector.policy),
    readLetter,
    verifyAttestation: verifyPost(issuer),
    outboxShards: OUTBOX_SHARDS_MAX,
  };
}

/** One worker and the figures it reports to. */
function createWorker(
  parts: PipelineParts,
  config: Config,
  leases: Leases,
  options: ServiceOptions,
  onAnnounced: () => void,
): { worker: Worker; metrics: Metrics } {
  const worker: Worker = new Worker(parts, {
    leases,
    maxBatch: config.batch,
    onBatch: (report) => {
      metrics.onBatch(report);
      options.onBatch?.(report);
    },
    onAnnounced: (count) => {
      metrics.onAnnounced(count);
      onAnnounced();
      options.onAnnounced?.(count);
    },
    onError: (_error, { topic }) => metrics.onFailedBatch(topic),
  });
  const metrics = createMetrics({
    lag: () => worker.lag(),
    pending: () => worker.announcer.pending(PENDING_MOST),
  });
  return { worker, metrics };
}

interface Built extends Pick<Service, 'worker' | 'issuer' | 'judging' | 'metrics'> {
  live: VerdictFeed;
  egress: Egress;
  publicUrl: string;
}

function apiContext(context: Context, config: Config, secrets: Secrets, built: Built): ApiContext {
  const { worker, issuer, judging, metrics, live, egress, publicUrl } = built;
  const { log, store, blobs, clock } = context;
  const backlog = new Backlog(log, SCORE_GROUP, [...intakeTopics(config.tenants).keys()], clock);
  const { home: folder, minFreeMb } = config;
  return {
    ...context,
    intake: new Intake({ log, blobs, clock, tenants: config.tenants, backlog }),
    scoreNow: scoreNowWith(judging, config.prior),
    live,
    issuer,
    egress,
    readiness: () =>
      readiness({
        logger: context.logger,
        log,
        store,
        detectors: () => judging.detector.detectors,
        worker,
        ...(usesHome(config, secrets) ? { disk: { folder, minFreeMb } } : {}),
      }),
    metrics: metrics.registry,
    publicUrl,
    proxies: config.proxies,
    sentenceOf: judging.sentenceOf,
  };
}

async function openAll(
  config: Config,
  secrets: Secrets,
  options: ServiceOptions,
  closing: Closing,
): Promise<Omit<Service, 'close'>> {
  const { clock = Date.now, logger = createLogger(config.logLevel) } = options;
  const secret = sealingOf(secrets);
  const opened = await openContext(config, secrets, { clock, logger });
  closing.add('engines', () => opened.close());
  const { context } = opened;
  const listener: Listener = await listen(config.host, config.port, options.nextFreePorts);
  closing.add('server', () => listener.close(0));
  const publicUrl = publicUrlOf(config, listener.port);
  const rp = { id: new URL(publicUrl).hostname, name: 'Assay', origins: [publicUrl] };
  const iss = options.issuerName?.(publicUrl) ?? publicUrl;
  const egress = openEgress({ allow: config.egressAllow });
  const settings = await issuerSettings(config);
  const fetch = verifierFetch(egress);
  const issuer = await openIssuer(context, { iss, secret, rp, fetch, logger, ...settings });
  const judging = await (options.openJudging ?? openJudging)(loadOptionsOf(config));
  closing.add('detector', () => judging.detector.close());
  const parts = pipelineParts(context, config, judging, issuer);
  const { worker, metrics } = createWorker(parts, config, leasesOf(context), options, () => sender.wake());
  closing.add('metrics', () => metrics.close());
  const sender = startWebhooks(context, { issuer, judging, metrics, egress });
  closing.add('webhooks', () => sender.stop());
  closing.add('worker', () => worker.stop());
  await worker.start();
  const sweepers = startSweepers(context);
  closing.add('sweepers', () => sweepers.stop());
  const { log } = context;
  const live = new VerdictFeed({ log, logger, view: (verdict) => verdictView(verdict, judging) });
  const built = { worker, issuer, judging, metrics, live, egress, publicUrl };
  const api = apiContext(context, config, secrets, built);
  listener.serve(createApp(api));
  // The first to be closed: what comes in while the worker stops would only wait for the next start.
  closing.add('requests', () => listener.close(ANSWER_GRACE_MS));
  // Streams never end by themselves; their readers come back to the next process with their position.
  closing.add('live', () => live.close());
  return { context: api, config, sweepers, port: listener.port, ...built };
}

/**
 * Opens everything; when something fails, closes what was open.
 * @throws {AssayError} `config.invalid` without ASSAY_SECRET, `config.port_taken`, `disk.full`, `log.locked`,
 * `store.locked`, `log.unavailable`, `store.unavailable`, `attest.key_locked`, `attest.no_signer`, `detector.missing_model`
 */
export async function openService(
  config: Config,
  secrets: Secrets,
  options: ServiceOptions = {},
): Promise<Service> {
  const closing = new Closing();
  try {
    const opened = await openAll(config, secrets, options, closing);
    const { logger } = opened.context;
    const failed = (error: unknown, part: string) =>
      logger.error({ err: error, part }, 'a part could not be closed in order');
    return { ...opened, close: () => closing.close(failed) };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

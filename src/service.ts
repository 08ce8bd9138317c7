/**
 * The service in one process: engines, issuer, detector, the pipeline's worker, intake, sweepers and the HTTP server, as
 * far as the roles of the process need them, opened in order and closed in reverse. `assay serve`, `assay demo` and the
 * tests of dying processes run it.
 */
import type { Logger } from 'pino';
import { AssayError } from '../schemas/errors.js';
import { Admission } from '../streams/admission.js';
import { Intake } from '../streams/intake.js';
import type { BatchReport } from '../streams/pipeline.js';
import type { Worker } from '../streams/worker.js';
import { intakeQuota } from './access/intake-quota.js';
import type { ApiContext } from './api/context.js';
import { createApp } from './api/server.js';
import { endpointsOf } from './api/table.js';
import { verdictView } from './api/verdict-view.js';
import { type Issuer, openIssuer } from './attest/issuer.js';
import { issuerSettings } from './attest/issuer-settings.js';
import { Closing } from './closing.js';
import type { Config, Secrets } from './config/config.js';
import { publicUrlOf } from './config/public-url.js';
import { checkRoles, type Role } from './config/roles.js';
import type { Clock, Context } from './context.js';
import { downloadOf } from './egress/download.js';
import { type Egress, openEgress } from './egress/egress.js';
import { verifierFetch } from './egress/verifier-fetch.js';
import { createFlow } from './flow.js';
import { type Listener, listen } from './http/listen.js';
import { type Judging, loadOptionsOf, type OpenJudging, openJudging, openSentences } from './judging.js';
import { VerdictFeed } from './live/verdict-feed.js';
import { openContext, usesHome } from './open-context.js';
import { scoreNowWith } from './score-now.js';
import { type Sweepers, startSweepers } from './sweepers.js';
import { createLogger } from './telemetry/logger.js';
import type { Metrics } from './telemetry/metrics.js';
import { readiness } from './telemetry/readiness.js';
import type { WebhookSender } from './webhooks/sender.js';
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
  /** Null where no role of this process judges. */
  readonly judging: Judging | null;
  readonly metrics: Metrics;
  /** Null where this process does not announce. */
  readonly sweepers: Sweepers | null;
  /** Where it listens; the port may be another one than configured. */
  readonly port: number;
  readonly publicUrl: string;
  /** Ends in order: no new requests, the batch in hand finished, what is open closed. Idempotent. */
  close(): Promise<void>;
}

/** Milliseconds answers in hand may take once the service closes. */
const ANSWER_GRACE_MS = 2_000;

function sealingOf({ sealing }: Secrets): string {
  if (sealing !== null) return sealing;
  throw new AssayError(
    'config.invalid',
    'ASSAY_SECRET is not set: it seals the signing keys in the store, and without it no attestation can be issued. ' +
      'Make one with `openssl rand -base64 32` and keep it: the keys open with this secret only.',
  );
}

interface Built extends Pick<Service, 'worker' | 'issuer' | 'judging' | 'metrics'> {
  sentenceOf: Judging['sentenceOf'];
  live: VerdictFeed;
  egress: Egress;
  publicUrl: string;
}

/** Whether one of these roles is among those of the process. */
const runs = ({ roles }: Config, ...wanted: readonly Role[]): boolean =>
  wanted.some((role) => roles.includes(role));

const NO_SCORE: ApiContext['scoreNow'] = () =>
  Promise.reject(new AssayError('internal', 'this process judges nothing'));

function apiContext(context: Context, config: Config, secrets: Secrets, built: Built): ApiContext {
  const { worker, issuer, judging, metrics, live, egress, publicUrl, sentenceOf } = built;
  const { log, store, blobs, clock } = context;
  const quota = intakeQuota(config.intakeQuotas, clock);
  const admission = new Admission({ log, tenants: config.tenants, clock, quota });
  const { home: folder, minFreeMb } = config;
  return {
    ...context,
    intake: new Intake({ log, blobs, clock, tenants: config.tenants, admission }),
    admission,
    scoreNow: judging === null ? NO_SCORE : scoreNowWith(judging, config.prior),
    live,
    issuer,
    egress,
    readiness: () =>
      readiness({
        logger: context.logger,
        log,
        store,
        ...(judging === null ? {} : { detectors: () => judging.detector.detectors }),
        ...(runs(config, 'score', 'announce') ? { worker } : {}),
        ...(usesHome(config, secrets) ? { disk: { folder, minFreeMb } } : {}),
      }),
    metrics: metrics.registry,
    roles: config.roles,
    publicUrl,
    proxies: config.proxies,
    sentenceOf,
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
  checkRoles(config, secrets);
  const opened = await openContext(config, secrets, { clock, logger });
  closing.add('engines', () => opened.close());
  const { context } = opened;
  const listener: Listener = await listen(config.host, config.port, options.nextFreePorts);
  closing.add('server', () => listener.close(0));
  const publicUrl = publicUrlOf(config, listener.port);
  const rp = { id: new URL(publicUrl).hostname, name: 'Assay', origins: [publicUrl] };
  const iss = options.issuerName?.(publicUrl) ?? publicUrl;
  const egress = openEgress({ allow: config.egressAllow });
  const settings = await issuerSettings(config, downloadOf(config.egressAllow));
  const fetch = verifierFetch(egress);
  const issuer = await openIssuer(context, { iss, secret, rp, fetch, logger, ...settings });
  const judging = runs(config, 'api', 'score')
    ? await (options.openJudging ?? openJudging)(loadOptionsOf(config))
    : null;
  closing.add('detector', () => judging?.detector.close());
  const sentenceOf = judging?.sentenceOf ?? (await openSentences());
  let sender: WebhookSender | null = null;
  const { worker, metrics } = createFlow({
    context,
    config,
    judging,
    issuer,
    ...(options.onBatch === undefined ? {} : { onBatch: options.onBatch }),
    onAnnounced: (count) => {
      sender?.wake();
      options.onAnnounced?.(count);
    },
  });
  closing.add('metrics', () => metrics.close());
  if (runs(config, 'announce')) sender = startWebhooks(context, { issuer, sentenceOf, metrics, egress });
  closing.add('webhooks', () => sender?.stop());
  closing.add('worker', () => worker.stop());
  await worker.start();
  const sweepers = runs(config, 'announce') ? startSweepers(context) : null;
  closing.add('sweepers', () => sweepers?.stop());
  const { log } = context;
  const live = new VerdictFeed({ log, logger, view: (verdict) => verdictView(verdict, { sentenceOf }) });
  const built = { worker, issuer, judging, metrics, live, egress, publicUrl, sentenceOf };
  const api = apiContext(context, config, secrets, built);
  listener.serve(createApp(api, endpointsOf(config.roles)));
  // The first to be closed: what comes in while the worker stops would only wait for the next start.
  closing.add('requests', () => listener.close(ANSWER_GRACE_MS));
  // Streams never end by themselves; their readers come back to the next process with their position.
  closing.add('live', () => live.close());
  return { context: api, config, sweepers, port: listener.port, ...built };
}

/**
 * Opens everything; when something fails, closes what was open.
 * @throws {AssayError} `config.invalid` without ASSAY_SECRET or for roles that cannot stand alone, `config.port_taken`, `disk.full`, `log.locked`,
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

/**
 * The way of a text as this process runs it: a consumer that judges, an announcer that empties the outbox, either or
 * none of them as the roles say, and the figures they report to.
 */
import { readLetter } from '../detectors/email/read-letter.js';
import { AssayError } from '../schemas/errors.js';
import type { Decide, Judge } from '../streams/judge.js';
import type { BatchReport } from '../streams/pipeline.js';
import { OUTBOX_SHARDS_MAX, type PipelineParts } from '../streams/records.js';
import { Worker } from '../streams/worker.js';
import type { Issuer } from './attest/issuer.js';
import { verifyPost } from './attest/verify-post.js';
import type { Config } from './config/config.js';
import type { Context } from './context.js';
import { decideWith, type Judging } from './judging.js';
import { leasesOf } from './outbox-leases.js';
import { breakerMetrics } from './store/breaker-metrics.js';
import { createMetrics, type Metrics } from './telemetry/metrics.js';

export interface FlowParts {
  context: Context;
  config: Config;
  /** Null where this process judges nothing. */
  judging: Judging | null;
  issuer: Issuer;
  onBatch?: (report: BatchReport) => void;
  onAnnounced?: (count: number) => void;
}

/** Verdicts counted as pending at most, for the gauge. */
const PENDING_MOST = 100_000;

/** In the place of a detector that was not loaded. */
const NO_JUDGE: Judge = {
  detectorSet: 'none',
  judge: () => Promise.reject(new AssayError('internal', 'this process judges nothing')),
};

const NO_DECISION: Decide = () => {
  throw new AssayError('internal', 'this process judges nothing');
};

function pipelineParts({ context, config, judging, issuer }: FlowParts): PipelineParts {
  return {
    ...context,
    tenants: config.tenants,
    judge: judging?.detector ?? NO_JUDGE,
    decide: judging === null ? NO_DECISION : decideWith(judging, config.prior),
    readLetter,
    verifyAttestation: verifyPost(issuer),
    outboxShards: OUTBOX_SHARDS_MAX,
  };
}

/** One worker, not started yet, and the figures it reports to. */
export function createFlow(parts: FlowParts): { worker: Worker; metrics: Metrics } {
  const { context, config, onBatch, onAnnounced } = parts;
  const worker: Worker = new Worker(pipelineParts(parts), {
    leases: leasesOf(context),
    consumes: config.roles.includes('score'),
    announces: config.roles.includes('announce'),
    maxBatch: config.batch,
    degradeAbove: config.degradeAbove,
    onRescored: (count) => metrics.onRescored(count),
    onBatch: (report) => {
      metrics.onBatch(report);
      onBatch?.(report);
    },
    onAnnounced: (count) => {
      metrics.onAnnounced(count);
      onAnnounced?.(count);
    },
    onError: (_error, { topic }) => metrics.onFailedBatch(topic),
    onRebalance: () => metrics.onRebalance(),
  });
  const metrics = createMetrics(
    {
      lag: () => worker.lag(),
      pending: () => worker.announcer.pending(PENDING_MOST),
      degraded: () => worker.degraded,
    },
    config.batch,
  );
  if (context.breaker !== null) breakerMetrics(metrics.registry, context.breaker);
  return { worker, metrics };
}

/** What is measured, in Prometheus terms, in a registry of its own. Labels have few values: no ids, no tenants' secrets. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchReport } from '../../streams/pipeline.js';

/** Sources of the gauges that are read when somebody asks. */
export interface Readings {
  /** Records not yet scored. */
  lag(): Promise<number>;
  /** Verdicts not yet announced. */
  pending(): Promise<number>;
  /** Whether texts get the first stage only; default never. */
  degraded?(): boolean;
}

export interface Metrics {
  readonly registry: Registry;
  onBatch(report: BatchReport): void;
  onAnnounced(count: number): void;
  onFailedBatch(topic: string): void;
  onRebalance(): void;
  onRescored(count: number): void;
  close(): void;
}

const FILL = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1];
const AGE_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];
const BATCH_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function gauges(registry: Registry, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => Promise<number>): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        // An engine that cannot be reached is a matter for /readyz; here the value is simply unknown.
        this.set(await read().catch(() => Number.NaN));
      },
    });
  gauge('assay_log_lag', 'Records appended and not yet scored', () => readings.lag());
  gauge('assay_outbox_pending', 'Verdicts recorded and not yet announced', () => readings.pending());
}

/**
 * @param readings asked at every scrape
 * @param maxBatch records that a batch may have
 */
export function createMetrics(readings: Readings, maxBatch = 500): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauges(registry, readings);
  const registers = [registry];
  const records = new Counter({
    name: 'assay_records_total',
    help: 'Records taken from intake topics',
    registers,
  });
  const items = new Counter({
    name: 'assay_verdicts_total',
    help: 'Verdicts recorded',
    labelNames: ['kind', 'band'],
    registers,
  });
  const rejected = new Counter({ name: 'assay_dead_letters_total', help: 'Records set aside', registers });
  const announced = new Counter({ name: 'assay_announced_total', help: 'Verdicts announced', registers });
  const failed = new Counter({
    name: 'assay_failed_batches_total',
    help: 'Batches that failed and came again',
    labelNames: ['topic'],
    registers,
  });
  const seconds = new Histogram({
    name: 'assay_batch_seconds',
    help: 'Time from a batch in hand to its verdicts recorded',
    buckets: BATCH_SECONDS,
    registers,
  });
  const fill = new Histogram({
    name: 'assay_batch_fill_ratio',
    help: 'Records of a batch against what it may have (ASSAY_BATCH)',
    buckets: FILL,
    registers,
  });
  const age = new Histogram({
    name: 'assay_queue_age_seconds',
    help: 'How long the oldest record of a batch had waited on the log',
    buckets: AGE_SECONDS,
    registers,
  });
  const rebalances = new Counter({
    name: 'assay_rebalances_total',
    help: 'Times that partitions were dealt out anew',
    registers,
  });
  const degraded = new Counter({
    name: 'assay_degraded_verdicts_total',
    help: 'Verdicts by the first stage alone, because too much was waiting',
    registers,
  });
  const rescored = new Counter({
    name: 'assay_rescored_total',
    help: 'Texts judged again after such a time',
    registers,
  });
  new Gauge({
    name: 'assay_degraded',
    help: 'Whether texts get the first stage only',
    registers,
    collect() {
      this.set(readings.degraded?.() ? 1 : 0);
    },
  });
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  new Gauge({
    name: 'assay_event_loop_delay_p99_seconds',
    help: '99th percentile of the event loop delay since the last scrape',
    registers,
    collect() {
      this.set(delay.percentile(99) / 1e9);
      delay.reset();
    },
  });
  return {
    registry,
    onBatch(report) {
      records.inc(report.records);
      rejected.inc(report.rejected);
      seconds.observe(report.seconds);
      fill.observe(report.records / maxBatch);
      age.observe(report.ageSeconds);
      for (const { verdict } of report.recorded) {
        items.inc({ kind: verdict.kind, band: verdict.band });
        if (verdict.degraded) degraded.inc();
      }
    },
    onAnnounced: (count) => announced.inc(count),
    onFailedBatch: (topic) => failed.inc({ topic }),
    onRebalance: () => rebalances.inc(),
    onRescored: (count) => rescored.inc(count),
    close: () => delay.disable(),
  };
}

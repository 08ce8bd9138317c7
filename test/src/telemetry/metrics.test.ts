/** What Prometheus reads: counts of what happened, readings of what waits. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import type { VerdictDoc } from '../../../schemas/store/documents.js';
import { metrics as endpoint } from '../../../src/api/metrics.js';
import { Breaker } from '../../../src/store/breaker.js';
import { breakerMetrics } from '../../../src/store/breaker-metrics.js';
import { createMetrics, type Metrics } from '../../../src/telemetry/metrics.js';
import { startService } from '../api/service.js';

const verdict = (band: string) => ({ verdict: { kind: 'post', band } }) as unknown as VerdictDoc;

let metrics: Metrics | undefined;
afterEach(() => metrics?.close());

const value = async (line: string): Promise<number> => {
  const text = await metrics!.registry.metrics();
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1));
};

describe('metrics', () => {
  it('count records, verdicts by band, dead letters, announcements and failed batches', async () => {
    metrics = createMetrics({ lag: async () => 3, pending: async () => 4 }, 8);
    const recorded = [verdict('machine'), verdict('machine'), verdict('uncertain')];
    metrics.onBatch({ records: 4, rejected: 1, recorded, seconds: 0.02, ageSeconds: 3 });
    metrics.onRebalance();
    metrics.onAnnounced(3);
    metrics.onFailedBatch('posts');
    expect(await value('assay_records_total')).toBe(4);
    expect(await value('assay_verdicts_total{kind="post",band="machine"}')).toBe(2);
    expect(await value('assay_dead_letters_total')).toBe(1);
    expect(await value('assay_announced_total')).toBe(3);
    expect(await value('assay_failed_batches_total{topic="posts"}')).toBe(1);
    expect(await value('assay_batch_seconds_bucket{le="0.025"}')).toBe(1);
    expect(await value('assay_batch_seconds_bucket{le="0.01"}')).toBe(0);
    expect(await value('assay_batch_fill_ratio_bucket{le="0.5"}')).toBe(1);
    expect(await value('assay_batch_fill_ratio_bucket{le="0.25"}')).toBe(0);
    expect(await value('assay_queue_age_seconds_sum')).toBe(3);
    expect(await value('assay_rebalances_total')).toBe(1);
    expect(await value('assay_log_lag')).toBe(3);
    expect(await value('assay_outbox_pending')).toBe(4);
    expect(await value('assay_event_loop_delay_p99_seconds')).not.toBeNaN();
  });

  it('tell whether texts get the first stage only, how many did, and how many were judged again', async () => {
    let degraded = true;
    metrics = createMetrics({ lag: async () => 0, pending: async () => 0, degraded: () => degraded });
    const marked = { verdict: { kind: 'post', band: 'machine', degraded: true } } as unknown as VerdictDoc;
    const recorded = [marked, verdict('machine')];
    metrics.onBatch({ records: 2, rejected: 0, recorded, seconds: 0.02, ageSeconds: 0 });
    metrics.onRescored(5);
    expect(await value('assay_degraded')).toBe(1);
    expect(await value('assay_degraded_verdicts_total')).toBe(1);
    expect(await value('assay_rescored_total')).toBe(5);
    degraded = false;
    expect(await value('assay_degraded')).toBe(0);
  });

  it('tell how the breaker before the store stands', async () => {
    metrics = createMetrics({ lag: async () => 0, pending: async () => 0 });
    const breaker = new Breaker({ failures: 1, now: () => 0 });
    breakerMetrics(metrics.registry, breaker);
    expect(await value('assay_store_breaker{state="closed"}')).toBe(1);
    const away = () => Promise.reject(new AssayError('store.unavailable'));
    await breaker.run(away).catch(() => undefined);
    expect(await value('assay_store_breaker{state="closed"}')).toBe(0);
    expect(await value('assay_store_breaker{state="open"}')).toBe(1);
    expect(await value('assay_store_breaker_opened_total')).toBe(1);
  });

  it('call a reading unknown when its engine cannot be reached', async () => {
    metrics = createMetrics({ lag: async () => Promise.reject(new Error('down')), pending: async () => 0 });
    expect(await metrics.registry.metrics()).toContain('assay_log_lag Nan');
    expect(await value('assay_outbox_pending')).toBe(0);
  });

  it('are served to the operator alone', async () => {
    metrics = createMetrics({ lag: async () => 9, pending: async () => 0 });
    const service = await startService({ metrics: metrics.registry }, [endpoint]);
    try {
      const scrape = (headers: Record<string, string>) => fetch(`${service.url}/metrics`, { headers });
      expect((await scrape({})).status).toBe(401);
      expect((await scrape(await service.key(['read']))).status).toBe(403);
      const answer = await scrape(await service.key(['admin']));
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(await answer.text()).toContain('assay_log_lag 9');
    } finally {
      await service.close();
    }
  });
});

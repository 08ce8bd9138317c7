/** Figures of webhooks, in the service's registry: tries by what came of them, and how old the oldest is that waits. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { TryResult } from './deliver.js';
import { oldestWaitingS } from './deliveries.js';
import { heads } from './queue.js';
import type { WebhookStore } from './registry.js';

/** @returns what a sender is to call after each try */
export function webhookMetrics(registry: Registry, store: WebhookStore): (result: TryResult) => void {
  const registers = [registry];
  const tries = new Counter({
    name: 'assay_webhook_tries_total',
    help: 'Tries to deliver to a webhook: delivered, retry (comes again), failed (given up)',
    labelNames: ['result'],
    registers,
  });
  for (const result of ['delivered', 'retry', 'failed'] satisfies TryResult[]) tries.inc({ result }, 0);
  new Gauge({
    name: 'assay_webhook_oldest_seconds',
    help: 'Age of the oldest verdict that waits for an active webhook',
    registers,
    async collect() {
      const oldest = async (): Promise<number> => {
        const found = await heads(store.collections.webhookDeliveries, '');
        return oldestWaitingS(
          store,
          found.map(({ webhook }) => webhook),
        );
      };
      // A store that cannot be reached is a matter for /readyz; here the value is simply unknown.
      this.set(await oldest().catch(() => Number.NaN));
    },
  });
  return (result) => tries.inc({ result });
}

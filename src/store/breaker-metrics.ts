/** How the breaker before the store stands, and how often it opened. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Breaker, BreakerState } from './breaker.js';

const STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

export function breakerMetrics(registry: Registry, breaker: Breaker): void {
  const registers = [registry];
  new Gauge({
    name: 'assay_store_breaker',
    help: 'State of the breaker before the store: 1 for the one it is in',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of STATES) this.set({ state }, breaker.state === state ? 1 : 0);
    },
  });
  const opened = new Counter({
    name: 'assay_store_breaker_opened_total',
    help: 'Times that the store was left alone',
    registers,
  });
  breaker.onChange = (state) => {
    if (state === 'open') opened.inc();
  };
}

/**
 * Deletes what has expired, on a schedule: sessions and links, remembered answers, dead letters, unanswered challenges,
 * deliveries to webhooks, records past their retention. Each part is swept by itself, so that one that fails does not keep the others.
 */
import { expire } from '../streams/dead-letter.js';
import { sweepSessions } from './access/sessions.js';
import { sweepAttestation } from './attest/sweep.js';
import type { Context } from './context.js';
import { sweepIdempotency } from './http/idempotency.js';
import { sweepDeliveries } from './webhooks/deliveries.js';

export interface Sweepers {
  /** One sweep of everything; what failed is logged. For tests and for `stop`. */
  sweep(): Promise<void>;
  /** No further sweeps; resolves when the one in hand is done. Idempotent. */
  stop(): Promise<void>;
}

const EVERY_MS = 5 * 60_000;

const parts = (context: Context): Record<string, () => Promise<unknown>> => ({
  sessions: () => sweepSessions(context),
  idempotency: () => sweepIdempotency(context),
  'dead letters': () => expire(context.collections.deadLetters, context.clock()),
  attestation: () => sweepAttestation(context),
  webhooks: () => sweepDeliveries(context),
  log: () => context.log.sweep(context.clock()),
});

/** @param everyMs pause between two sweeps */
export function startSweepers(context: Context, everyMs = EVERY_MS): Sweepers {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    for (const [part, work] of Object.entries(parts(context))) {
      if (stopped) return;
      try {
        await work();
      } catch (error) {
        context.logger.warn({ err: error, part }, 'sweeping failed; it is tried again later');
      }
    }
  };
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, everyMs);
  timer.unref();
  return {
    sweep,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

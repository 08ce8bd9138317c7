/** The sender of webhooks as a running service has it: on the service's store, under its seal, with its figures. */
import { verdictView } from '../api/verdict-view.js';
import type { Issuer } from '../attest/issuer.js';
import type { Context } from '../context.js';
import type { Egress } from '../egress/egress.js';
import type { Judging } from '../judging.js';
import type { Metrics } from '../telemetry/metrics.js';
import { webhookMetrics } from './metrics.js';
import { WebhookSender } from './sender.js';

export interface WebhookParts {
  issuer: Pick<Issuer, 'seal'>;
  sentenceOf: Judging['sentenceOf'];
  metrics: Pick<Metrics, 'registry'>;
  egress: Pick<Egress, 'fetch'>;
}

/** Sends from now on, until it is stopped. */
export function startWebhooks(
  context: Context,
  { issuer, sentenceOf, metrics, egress }: WebhookParts,
): WebhookSender {
  const sender = new WebhookSender({
    ...context,
    egress,
    seal: issuer.seal,
    view: (verdict) => verdictView(verdict, { sentenceOf }),
    onTry: webhookMetrics(metrics.registry, context),
  });
  sender.start();
  return sender;
}

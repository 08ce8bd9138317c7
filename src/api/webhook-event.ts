/** What receivers of webhooks are sent, for the OpenAPI document; docs/webhooks.md tells the rest. */
import { z } from 'zod';
import { VERDICT_RECORDED } from '../../schemas/webhook.js';
import { VerdictView } from './verdict-view.js';

export const WebhookEvent = z
  .object({
    type: z.literal(VERDICT_RECORDED),
    timestamp: z.iso.datetime({ offset: true }).describe('When the verdict was decided'),
    data: VerdictView,
  })
  .meta({ id: 'WebhookEvent' });

/** Headers of Standard Webhooks. */
export const WebhookHeaders = z.object({
  'webhook-id': z.string().describe('The verdict id: the same for every try and every replay'),
  'webhook-timestamp': z.string().describe('When this try began, in seconds since the epoch'),
  'webhook-signature': z
    .string()
    .describe(
      '`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; two with a space between after a rotation',
    ),
});

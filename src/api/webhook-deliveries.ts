/** Deliveries of a webhook, for the tenant's administrator: what waits, what arrived, what failed and why, and sending again. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { Problem } from '../../schemas/problem.js';
import type { WebhookDeliveryDoc } from '../../schemas/store/documents.js';
import { DeliveryFailure, DeliveryState } from '../../schemas/webhook.js';
import { listDeliveries, replayDelivery, replayFailed } from '../webhooks/deliveries.js';
import { defineEndpoint } from './endpoint.js';
import { instant } from './instant.js';
import { bindCursor, Next, PAGE_QUERY, unbindCursor } from './page.js';
import { EXAMPLE_WEBHOOK_ID, NO_WEBHOOK, type WebhookContext, WebhookParams } from './webhooks.js';

/** A delivery that the documentation's examples show. */
export const EXAMPLE_DELIVERY_ID = 'delivery-of-the-example';

const Delivery = z
  .object({
    id: z.string(),
    verdictId: z.string().describe('Also the `webhook-id` it is sent with'),
    itemId: z.string(),
    state: DeliveryState,
    tries: z.int().describe('Since it was announced, or sent again'),
    lastStatus: z.int().nullable().describe('HTTP status of the last answer; null where there was none'),
    lastFailure: DeliveryFailure.nullable().describe(
      '`status`: none of 2xx. `gone`: 410. `unreachable`: no such name, no connection, no valid certificate, or an address that is not public',
    ),
    createdAt: z.string(),
    lastTryAt: z.string().nullable(),
    nextTryAt: z.string().nullable().describe('Null once it is settled'),
    settledAt: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

const instantOf = (ms: number | null): string | null => (ms === null ? null : instant(ms));

/** A delivery as API and command line show it. */
export const deliveryView = (doc: WebhookDeliveryDoc): z.infer<typeof Delivery> => ({
  id: doc._id,
  verdictId: doc.verdictId,
  itemId: doc.itemId,
  state: doc.state,
  tries: doc.tries,
  lastStatus: doc.lastStatus,
  lastFailure: doc.lastFailure,
  createdAt: instant(doc.createdMs),
  lastTryAt: instantOf(doc.lastTryMs),
  nextTryAt: doc.state === 'pending' ? instant(doc.dueMs) : null,
  settledAt: instantOf(doc.settledMs),
});

const list = defineEndpoint<WebhookContext>()({
  method: 'get',
  path: '/v1/webhooks/{id}/deliveries',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Deliveries of a webhook, the newest verdict first',
  description: 'Kept for three days once delivered, for 30 days while they wait or have failed.',
  params: WebhookParams,
  query: z.strictObject({ state: DeliveryState.optional().describe('Default `failed`'), ...PAGE_QUERY }),
  responses: {
    200: {
      description: 'A page of deliveries',
      schema: z.object({ items: z.array(Delivery), next: Next }).meta({ id: 'WebhookDeliveries' }),
    },
    404: NO_WEBHOOK,
  },
  examples: [
    { summary: 'What failed', params: { id: EXAMPLE_WEBHOOK_ID }, status: 200 },
    {
      summary: 'What waits',
      params: { id: EXAMPLE_WEBHOOK_ID },
      query: { state: 'pending', limit: '10' },
      status: 200,
    },
    { summary: 'An id that nothing has', params: { id: 'none' }, status: 404 },
  ],
  async handle(context, { principal, params: { id }, query }) {
    const { state = 'failed', limit = LIMITS.pageDefault, cursor } = query;
    const { tenant } = principal!;
    const scope = [tenant, 'webhook-deliveries', id, state];
    const after = unbindCursor(scope, cursor);
    const { docs, next } = await listDeliveries(context, tenant, id, { state, limit, after });
    return { status: 200, body: { items: docs.map(deliveryView), next: bindCursor(scope, next) } };
  },
});

const again = defineEndpoint<WebhookContext>()({
  method: 'post',
  path: '/v1/webhooks/{id}/deliveries/{delivery}/replay',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Send a delivery again, with the id it had',
  params: z.object({ id: z.string().min(1).max(64), delivery: z.string().min(1).max(64) }),
  responses: {
    202: { description: 'Waits to be sent', schema: Delivery },
    404: { description: 'No such delivery of this tenant', schema: Problem },
    409: { description: 'It still waits to be sent', schema: Problem },
  },
  examples: [
    {
      summary: 'One that failed',
      params: { id: EXAMPLE_WEBHOOK_ID, delivery: EXAMPLE_DELIVERY_ID },
      status: 202,
    },
    {
      summary: 'One that waits',
      params: { id: EXAMPLE_WEBHOOK_ID, delivery: EXAMPLE_DELIVERY_ID },
      status: 409,
    },
    { summary: 'An id that nothing has', params: { id: EXAMPLE_WEBHOOK_ID, delivery: 'none' }, status: 404 },
  ],
  async handle(context, { principal, params: { id, delivery } }) {
    const doc = await replayDelivery(context, principal!.tenant, id, delivery);
    return { status: 202, body: deliveryView(doc) };
  },
});

const allFailed = defineEndpoint<WebhookContext>()({
  method: 'post',
  path: '/v1/webhooks/{id}/replay',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Send everything again that failed',
  description: `The oldest first, ${LIMITS.webhookReplay} at a time: call again while there are more.`,
  params: WebhookParams,
  responses: {
    202: {
      description: 'How many wait to be sent, and whether there are more that failed',
      schema: z.object({ replayed: z.int(), more: z.boolean() }).meta({ id: 'Replayed' }),
    },
    404: NO_WEBHOOK,
  },
  examples: [
    { summary: 'A webhook', params: { id: EXAMPLE_WEBHOOK_ID }, status: 202 },
    { summary: 'An id that nothing has', params: { id: 'none' }, status: 404 },
  ],
  async handle(context, { principal, params: { id } }) {
    return { status: 202, body: await replayFailed(context, principal!.tenant, id) };
  },
});

export const WEBHOOK_DELIVERY_ENDPOINTS = [list, again, allFailed];

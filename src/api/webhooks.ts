/** Webhooks of the tenant, for its administrator: where verdicts are sent as they are announced. docs/webhooks.md tells receivers how. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { Problem } from '../../schemas/problem.js';
import type { WebhookDoc } from '../../schemas/store/documents.js';
import { WebhookState } from '../../schemas/webhook.js';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
  rotateSecret,
  type WithSecret,
  webhookOf,
} from '../webhooks/registry.js';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';
import { instant } from './instant.js';

export type WebhookContext = Pick<ApiContext, 'collections' | 'clock' | 'issuer' | 'egress'>;

/** The webhook that the documentation's examples show. */
export const EXAMPLE_WEBHOOK_ID = 'webhook-of-the-example';
/** One whose answers say that it is gone. */
export const EXAMPLE_OLD_WEBHOOK_ID = 'webhook-of-the-past';

const ADDRESS = z
  .string()
  .min(1)
  .max(LIMITS.egressUrlLength)
  .describe('https, on the public internet; redirects are not followed');

const webhookFields = {
  id: z.string(),
  url: z.string(),
  name: z.string(),
  state: WebhookState.describe(
    '`paused`: deliveries wait. `disabled`: it answered 410, so nothing is queued for it any more',
  ),
  createdAt: z.string(),
  secrets: z.int().describe('Secrets that sign: 2 for a day after a rotation'),
};

const Webhook = z.object(webhookFields).meta({ id: 'Webhook' });
const Secret = z.string().describe('`whsec_…`, signs what is sent; shown this once');
const WebhookWithSecret = z.object({ ...webhookFields, secret: Secret }).meta({ id: 'WebhookWithSecret' });

const NewWebhook = z
  .strictObject({
    url: ADDRESS,
    name: z.string().max(LIMITS.webhookName).default('').describe('For people'),
  })
  .meta({ id: 'NewWebhook' });

const view = (doc: WebhookDoc, now: number): z.infer<typeof Webhook> => ({
  id: doc._id,
  url: doc.url,
  name: doc.name,
  state: doc.state,
  createdAt: instant(doc.createdMs),
  secrets: doc.secrets.filter(({ expiresMs }) => expiresMs === null || expiresMs > now).length,
});

const withSecret = ({ webhook, secret }: WithSecret, now: number): z.infer<typeof WebhookWithSecret> => ({
  ...view(webhook, now),
  secret,
});

export const WebhookParams = z.object({ id: z.string().min(1).max(64) });
export const NO_WEBHOOK = { description: 'No such webhook of this tenant', schema: Problem };
const NOT_NOW = { description: 'Its state does not allow this', schema: Problem };
const UNKNOWN = { summary: 'An id that nothing has', params: { id: 'none' }, status: 404 };
const shown = { params: { id: EXAMPLE_WEBHOOK_ID } };

const create = defineEndpoint<WebhookContext>()({
  method: 'post',
  path: '/v1/webhooks',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Register a webhook',
  description: `From now on it is sent every verdict of the tenant that is announced, signed with the secret in the answer (Standard Webhooks). A tenant has at most ${LIMITS.webhooks}.`,
  body: NewWebhook,
  responses: {
    201: { description: 'Registered, with its secret', schema: WebhookWithSecret },
    409: { description: 'The tenant has as many as it may', schema: Problem },
    422: { description: 'An address that may not be reached', schema: Problem },
  },
  examples: [
    {
      summary: 'A receiver',
      body: { url: 'https://hooks.example.com/assay', name: 'moderation queue' },
      status: 201,
    },
    { summary: 'An address inside a network', body: { url: 'https://10.0.0.1/' }, status: 422 },
  ],
  async handle(context, { principal, body: { url, name } }) {
    const { issuer, egress, clock } = context;
    const parts = { seal: issuer.seal, egress };
    const made = await createWebhook(context, parts, { tenant: principal!.tenant, url, name });
    return { status: 201, body: withSecret(made, clock()) };
  },
});

const list = defineEndpoint<WebhookContext>()({
  method: 'get',
  path: '/v1/webhooks',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Webhooks of the tenant, the newest first',
  responses: {
    200: {
      description: 'All of them',
      schema: z.object({ items: z.array(Webhook) }).meta({ id: 'Webhooks' }),
    },
  },
  examples: [{ summary: 'All', status: 200 }],
  async handle(context, { principal }) {
    const docs = await listWebhooks(context, principal!.tenant);
    return { status: 200, body: { items: docs.map((doc) => view(doc, context.clock())) } };
  },
});

const one = defineEndpoint<WebhookContext>()({
  method: 'get',
  path: '/v1/webhooks/{id}',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'One webhook',
  params: WebhookParams,
  responses: { 200: { description: 'The webhook', schema: Webhook }, 404: NO_WEBHOOK },
  examples: [{ summary: 'A webhook', ...shown, status: 200 }, UNKNOWN],
  async handle(context, { principal, params: { id } }) {
    return { status: 200, body: view(await webhookOf(context, principal!.tenant, id), context.clock()) };
  },
});

const pause = defineEndpoint<WebhookContext>()({
  method: 'post',
  path: '/v1/webhooks/{id}/pause',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Let deliveries wait',
  description: 'Verdicts are queued on, for 30 days at most, and sent when the webhook is resumed.',
  params: WebhookParams,
  responses: { 200: { description: 'Paused', schema: Webhook }, 404: NO_WEBHOOK, 409: NOT_NOW },
  examples: [
    { summary: 'A webhook', ...shown, status: 200 },
    { summary: 'One that is disabled', params: { id: EXAMPLE_OLD_WEBHOOK_ID }, status: 409 },
    UNKNOWN,
  ],
  async handle(context, { principal, params: { id } }) {
    return { status: 200, body: view(await pauseWebhook(context, principal!.tenant, id), context.clock()) };
  },
});

const resume = defineEndpoint<WebhookContext>()({
  method: 'post',
  path: '/v1/webhooks/{id}/resume',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Send again, whether it was paused or disabled',
  params: WebhookParams,
  responses: { 200: { description: 'Active', schema: Webhook }, 404: NO_WEBHOOK, 409: NOT_NOW },
  examples: [{ summary: 'A webhook', ...shown, status: 200 }, UNKNOWN],
  async handle(context, { principal, params: { id } }) {
    return { status: 200, body: view(await resumeWebhook(context, principal!.tenant, id), context.clock()) };
  },
});

const rotate = defineEndpoint<WebhookContext>()({
  method: 'post',
  path: '/v1/webhooks/{id}/rotate',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Give it a new secret',
  description:
    'For a day everything is signed with both, the new one and the one before, so that receivers can change over.',
  params: WebhookParams,
  responses: {
    200: { description: 'With its new secret', schema: WebhookWithSecret },
    404: NO_WEBHOOK,
    409: NOT_NOW,
  },
  examples: [{ summary: 'A webhook', ...shown, status: 200 }, UNKNOWN],
  async handle(context, { principal, params: { id } }) {
    const made = await rotateSecret(context, context.issuer.seal, principal!.tenant, id);
    return { status: 200, body: withSecret(made, context.clock()) };
  },
});

const remove = defineEndpoint<WebhookContext>()({
  method: 'delete',
  path: '/v1/webhooks/{id}',
  access: 'admin',
  tag: 'Webhooks',
  summary: 'Delete a webhook, its secrets, and what waits for it',
  params: WebhookParams,
  responses: {
    200: { description: 'Deleted', schema: z.object({ id: z.string() }).meta({ id: 'DeletedWebhook' }) },
    404: NO_WEBHOOK,
  },
  examples: [{ summary: 'A webhook', params: { id: EXAMPLE_OLD_WEBHOOK_ID }, status: 200 }, UNKNOWN],
  async handle(context, { principal, params: { id } }) {
    await deleteWebhook(context, principal!.tenant, id);
    return { status: 200, body: { id } };
  },
});

export const WEBHOOK_ENDPOINTS = [create, list, one, pause, resume, rotate, remove];

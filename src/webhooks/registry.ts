/** The webhooks of a tenant: made, listed, paused, resumed, given a new secret, deleted. Another tenant's do not exist. */
import { randomBytes } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { WebhookDoc } from '../../schemas/store/documents.js';
import type { Change, Filter } from '../../schemas/store/port.js';
import type { Seal } from '../attest/seal.js';
import type { Context } from '../context.js';
import type { Egress } from '../egress/egress.js';
import { newWebhookSecret, rotated, sealSecret } from './secret.js';

export interface WebhookStore extends Pick<Context, 'clock'> {
  collections: Pick<Context['collections'], 'webhooks' | 'webhookDeliveries'>;
}

export interface WithSecret {
  webhook: WebhookDoc;
  /** `whsec_…`, in this answer and nowhere else. */
  secret: string;
}

/** Newest first. A tenant has at most LIMITS.webhooks, so there is one page of them. */
export async function listWebhooks({ collections }: WebhookStore, tenant: string): Promise<WebhookDoc[]> {
  const query = { index: 'by_tenant', where: { tenant }, order: 'desc', limit: LIMITS.webhooks + 1 } as const;
  return (await collections.webhooks.page(query)).docs;
}

/** @throws {AssayError} `request.not_found`, also for a webhook of another tenant */
export async function webhookOf(
  { collections }: WebhookStore,
  tenant: string,
  id: string,
): Promise<WebhookDoc> {
  const doc = await collections.webhooks.get(id);
  if (doc?.tenant === tenant) return doc;
  throw new AssayError('request.not_found', 'There is no webhook with this id.');
}

/** @throws {AssayError} `egress.refused` for an address that may not be reached, `webhook.limit` */
export async function createWebhook(
  store: WebhookStore,
  { seal, egress }: { seal: Seal; egress: Pick<Egress, 'check'> },
  { tenant, url, name }: Pick<WebhookDoc, 'tenant' | 'url' | 'name'>,
): Promise<WithSecret> {
  egress.check(url);
  const { webhooks } = store.collections;
  const secret = newWebhookSecret();
  const _id = randomBytes(18).toString('base64url');
  const webhook: WebhookDoc = {
    _id,
    tenant,
    url,
    name,
    state: 'active',
    secrets: [sealSecret(seal, _id, secret)],
    rotation: 0,
    createdMs: store.clock(),
  };
  await webhooks.insert(webhook);
  // Counted afterwards, so that of many at once none slips past the limit.
  const count = await webhooks.count({ index: 'by_tenant', where: { tenant }, limit: LIMITS.webhooks + 1 });
  if (count <= LIMITS.webhooks) return { webhook, secret };
  await webhooks.delete(_id);
  throw new AssayError('webhook.limit', `expected at most ${LIMITS.webhooks} webhooks`);
}

/** A guarded change of one's own webhook. @throws {AssayError} `request.not_found`, or `webhook.state` when the guard fails */
async function change(
  store: WebhookStore,
  { _id, tenant }: WebhookDoc,
  guard: Filter,
  changes: Change,
): Promise<WebhookDoc> {
  const changed = await store.collections.webhooks.findAndUpdate(_id, changes, { tenant, ...guard });
  if (changed !== null) return changed;
  await webhookOf(store, tenant, _id);
  throw new AssayError('webhook.state', 'the webhook was changed by somebody else');
}

/** Deliveries wait from now on; those on the way arrive. @throws {AssayError} `webhook.state` when it is disabled */
export async function pauseWebhook(store: WebhookStore, tenant: string, id: string): Promise<WebhookDoc> {
  const webhook = await webhookOf(store, tenant, id);
  if (webhook.state === 'paused') return webhook;
  if (webhook.state === 'disabled') throw new AssayError('webhook.state', 'the webhook is disabled');
  return change(store, webhook, { state: 'active' }, { set: { state: 'paused' } });
}

/** Whether paused or disabled: what waits is sent, and what is announced from now on. */
export async function resumeWebhook(store: WebhookStore, tenant: string, id: string): Promise<WebhookDoc> {
  const webhook = await webhookOf(store, tenant, id);
  if (webhook.state === 'active') return webhook;
  return change(store, webhook, { state: webhook.state }, { set: { state: 'active' } });
}

/** A new secret; the one before signs beside it for a day. */
export async function rotateSecret(
  store: WebhookStore,
  seal: Seal,
  tenant: string,
  id: string,
): Promise<WithSecret> {
  const webhook = await webhookOf(store, tenant, id);
  const { rotation, secrets } = webhook;
  const secret = newWebhookSecret();
  const set = {
    secrets: rotated(secrets, sealSecret(seal, id, secret), store.clock()),
    rotation: rotation + 1,
  };
  return { webhook: await change(store, webhook, { rotation }, { set }), secret };
}

/** What waits for it is dropped by the sender; what is settled goes as its time comes. */
export async function deleteWebhook(store: WebhookStore, tenant: string, id: string): Promise<void> {
  await webhookOf(store, tenant, id);
  await store.collections.webhooks.delete(id, { tenant });
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { LIMITS } from '../../../schemas/limits.js';
import {
  listDeliveries,
  replayDelivery,
  replayFailed,
  sweepDeliveries,
} from '../../../src/webhooks/deliveries.js';
import { webhookMetrics } from '../../../src/webhooks/metrics.js';
import { pauseWebhook } from '../../../src/webhooks/registry.js';
import { replacing } from '../../streams/harness/parts.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
let hook: string;
beforeEach(async () => {
  rig = await openRig();
  hook = (await rig.webhook()).webhook._id;
});
afterEach(() => rig.close());

const coded = (code: string) => expect.objectContaining({ code });
const names = (docs: readonly { verdictId: string }[]): string[] => docs.map(({ verdictId }) => verdictId);
const byVerdict = async (name: string) =>
  (await rig.deliveries()).find(({ verdictId, webhook }) => verdictId === name && webhook === hook)!;

/** Lets everything that waits fail for good. */
async function failAll(): Promise<void> {
  rig.receiver.answer = (_request, response) => void response.writeHead(500).end();
  const sender = rig.sender({ random: () => 0.5 });
  rig.now += 1;
  await rig.settle(sender);
  for (const { _id, state } of await rig.deliveries())
    if (state === 'pending')
      await rig.collections.webhookDeliveries.update(_id, {
        set: { firstTryMs: rig.now - LIMITS.webhookRetryMs },
      });
  rig.now += 3_600_000;
  await rig.settle(sender);
  rig.receiver.answer = (_request, response) => void response.writeHead(204).end();
}

describe('deliveries', () => {
  it('are listed by state, newest first, page by page', async () => {
    await rig.announce(['v1', 'v2', 'v3']);
    const query = { state: 'pending', limit: 2 } as const;
    const first = await listDeliveries(rig, 'acme', hook, query);
    expect(names(first.docs)).toEqual(['v3', 'v2']);
    const second = await listDeliveries(rig, 'acme', hook, { ...query, after: first.next! });
    expect(names(second.docs)).toEqual(['v1']);
    expect((await listDeliveries(rig, 'acme', hook, { ...query, state: 'delivered' })).docs).toEqual([]);
    await expect(listDeliveries(rig, 'rival', hook, query)).rejects.toEqual(coded('request.not_found'));
  });
});

describe('replaying', () => {
  it('sends what failed or arrived again, under its id, with a day of tries before it', async () => {
    await rig.announce(['v1']);
    await failAll();
    const failed = await byVerdict('v1');
    expect(failed.state).toBe('failed');
    expect(await replayDelivery(rig, 'acme', hook, failed._id)).toMatchObject({ state: 'pending', tries: 0 });
    await rig.settle(rig.sender());
    expect(await byVerdict('v1')).toMatchObject({ state: 'delivered', tries: 1 });
    await replayDelivery(rig, 'acme', hook, failed._id);
    await rig.settle(rig.sender());
    const sent = rig.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(sent).toEqual(['v1', 'v1', 'v1', 'v1']);
  });

  it('refuses what still waits, what is unknown, and what is another webhook’s', async () => {
    await rig.announce(['v1']);
    const { _id } = await byVerdict('v1');
    await expect(replayDelivery(rig, 'acme', hook, _id)).rejects.toEqual(coded('webhook.state'));
    await expect(replayDelivery(rig, 'acme', hook, 'none')).rejects.toEqual(coded('request.not_found'));
    await failAll();
    const { webhook: other } = await rig.webhook('/other');
    await expect(replayDelivery(rig, 'acme', other._id, _id)).rejects.toEqual(coded('request.not_found'));
    await expect(replayDelivery(rig, 'rival', hook, _id)).rejects.toEqual(coded('request.not_found'));
  });

  it('of all that failed goes by as many as one call may, the oldest first', async () => {
    const count = LIMITS.webhookReplay + 1;
    await rig.announce(Array.from({ length: count }, (_none, at) => `v${String(at).padStart(5, '0')}`));
    await rig.announce(['waiting']);
    const failed = (await rig.deliveries()).filter(({ verdictId }) => verdictId !== 'waiting');
    const set = { state: 'failed', queue: null };
    await rig.collections.webhookDeliveries.bulk(
      failed.map(({ _id }) => ({ update: { id: _id, change: { set } } })),
    );
    expect(await replayFailed(rig, 'acme', hook)).toEqual({ replayed: LIMITS.webhookReplay, more: true });
    const left = (await listDeliveries(rig, 'acme', hook, { state: 'failed', limit: 10 })).docs;
    expect(names(left)).toEqual([`v${String(count - 1).padStart(5, '0')}`]);
    expect(await replayFailed(rig, 'acme', hook)).toEqual({ replayed: 1, more: false });
    expect(await replayFailed(rig, 'acme', hook)).toEqual({ replayed: 0, more: false });
    await expect(replayFailed(rig, 'rival', hook)).rejects.toEqual(coded('request.not_found'));
  });
});

describe('the sweeper', () => {
  it('deletes what was delivered after three days, and what failed or waits after thirty', async () => {
    await rig.announce(['arrived']);
    await rig.settle(rig.sender());
    await rig.announce(['failed']);
    await failAll();
    await pauseWebhook(rig, 'acme', hook);
    rig.now += 1;
    await rig.announce(['waiting']);
    const left = async () => names(await rig.deliveries()).sort();
    const soonest = (await byVerdict('arrived')).expiresMs;
    rig.now = soonest;
    expect(await sweepDeliveries(rig)).toBe(0);
    rig.now = soonest + 1;
    await sweepDeliveries(rig);
    expect(await left()).toEqual(['failed', 'waiting']);
    rig.now = Math.max((await byVerdict('failed')).expiresMs, (await byVerdict('waiting')).expiresMs);
    await sweepDeliveries(rig);
    expect(await left()).toHaveLength(1);
    rig.now += 1;
    await sweepDeliveries(rig);
    expect(await left()).toEqual([]);
  });
});

describe('metrics', () => {
  const value = async (registry: Registry, line: string): Promise<string | undefined> =>
    (await registry.metrics())
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.slice(line.length + 1);

  it('count tries by what came of them, and tell the age of the oldest that waits for an active webhook', async () => {
    const registry = new Registry();
    const onTry = webhookMetrics(registry, rig);
    const oldest = () => value(registry, 'assay_webhook_oldest_seconds');
    expect(await value(registry, 'assay_webhook_tries_total{result="failed"}')).toBe('0');
    expect(await oldest()).toBe('0');
    onTry('delivered');
    onTry('delivered');
    expect(await value(registry, 'assay_webhook_tries_total{result="delivered"}')).toBe('2');
    await rig.announce(['v1']);
    rig.now += 9_999;
    await rig.announce(['v2']);
    expect(await oldest()).toBe('10.001');
    await pauseWebhook(rig, 'acme', hook);
    expect(await oldest()).toBe('0');
  });

  it('call the age unknown when the store cannot be reached', async () => {
    const registry = new Registry();
    const webhookDeliveries = replacing(rig.collections.webhookDeliveries, {
      page: async () => Promise.reject(new Error('down')),
    });
    webhookMetrics(registry, { clock: rig.clock, collections: { ...rig.collections, webhookDeliveries } });
    expect(await value(registry, 'assay_webhook_oldest_seconds')).toBe('Nan');
  });
});

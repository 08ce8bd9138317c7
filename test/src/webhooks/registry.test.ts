import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
  rotateSecret,
  webhookOf,
} from '../../../src/webhooks/registry.js';
import { replacing } from '../../streams/harness/parts.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const coded = (code: string) => expect.objectContaining({ code });

describe('a new webhook', () => {
  it('is active, its tenant’s own, and keeps its secret sealed', async () => {
    const { webhook, secret } = await rig.webhook();
    const kept = await webhookOf(rig, 'acme', webhook._id);
    expect(kept).toMatchObject({ tenant: 'acme', state: 'active', createdMs: rig.now });
    expect(JSON.stringify(kept)).not.toContain(secret.slice(6));
  });

  it('has an address that may be reached', async () => {
    const egress = {
      check: () => {
        throw new Error('refused');
      },
    };
    const made = createWebhook(rig, { seal: rig.seal, egress }, { tenant: 'acme', url: 'x', name: '' });
    await expect(made).rejects.toThrow('refused');
    expect(await listWebhooks(rig, 'acme')).toEqual([]);
  });

  it('is one of as many as a tenant may have, also when they are made all at once', async () => {
    for (let at = 1; at < LIMITS.webhooks; at += 1) await rig.webhook(`/${at}`);
    const both = await Promise.allSettled([rig.webhook('/x'), rig.webhook('/y')]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    if ((await listWebhooks(rig, 'acme')).length < LIMITS.webhooks) await rig.webhook('/z');
    await expect(rig.webhook('/more')).rejects.toEqual(coded('webhook.limit'));
    expect(await listWebhooks(rig, 'acme')).toHaveLength(LIMITS.webhooks);
    await rig.webhook('/other', 'rival');
  });
});

describe('webhooks', () => {
  it('are listed newest first, and only to their tenant', async () => {
    const { webhook: first } = await rig.webhook('/1');
    rig.now += 1;
    const { webhook: second } = await rig.webhook('/2');
    await rig.webhook('/3', 'rival');
    expect((await listWebhooks(rig, 'acme')).map(({ _id }) => _id)).toEqual([second._id, first._id]);
  });

  it('of another tenant do not exist, whatever is asked of them', async () => {
    const { webhook } = await rig.webhook();
    const acts = [webhookOf, pauseWebhook, resumeWebhook, deleteWebhook] as const;
    for (const act of acts)
      await expect(act(rig, 'rival', webhook._id)).rejects.toEqual(coded('request.not_found'));
    await expect(rotateSecret(rig, rig.seal, 'rival', webhook._id)).rejects.toEqual(
      coded('request.not_found'),
    );
    expect(await webhookOf(rig, 'acme', webhook._id)).toEqual(webhook);
  });
});

describe('pausing and resuming', () => {
  it('go back and forth, and asking twice changes nothing', async () => {
    const { webhook } = await rig.webhook();
    const { _id } = webhook;
    expect((await resumeWebhook(rig, 'acme', _id)).state).toBe('active');
    expect((await pauseWebhook(rig, 'acme', _id)).state).toBe('paused');
    expect((await pauseWebhook(rig, 'acme', _id)).state).toBe('paused');
    expect((await resumeWebhook(rig, 'acme', _id)).state).toBe('active');
    await rig.collections.webhooks.update(_id, { set: { state: 'disabled' } });
    await expect(pauseWebhook(rig, 'acme', _id)).rejects.toEqual(coded('webhook.state'));
    expect((await resumeWebhook(rig, 'acme', _id)).state).toBe('active');
  });

  it('fail when somebody else was faster, or the webhook went meanwhile', async () => {
    const { webhook } = await rig.webhook();
    const racing = (meanwhile: () => Promise<unknown>) => ({
      clock: rig.clock,
      collections: {
        ...rig.collections,
        webhooks: replacing(rig.collections.webhooks, {
          findAndUpdate: async (...args) => {
            await meanwhile();
            return rig.collections.webhooks.findAndUpdate(...args);
          },
        }),
      },
    });
    const rotate = () => rotateSecret(rig, rig.seal, 'acme', webhook._id);
    const late = rotateSecret(racing(rotate), rig.seal, 'acme', webhook._id);
    await expect(late).rejects.toEqual(coded('webhook.state'));
    expect(await webhookOf(rig, 'acme', webhook._id)).toMatchObject({ rotation: 1, secrets: { length: 2 } });
    const gone = pauseWebhook(
      racing(() => deleteWebhook(rig, 'acme', webhook._id)),
      'acme',
      webhook._id,
    );
    await expect(gone).rejects.toEqual(coded('request.not_found'));
  });
});

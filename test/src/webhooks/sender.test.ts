/** Deliveries on their way: each arrives, signed, once where nothing goes wrong and under the same id where something does. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import type { WebhookDeliveryDoc } from '../../../schemas/store/documents.js';
import { deleteWebhook, pauseWebhook, resumeWebhook, rotateSecret } from '../../../src/webhooks/registry.js';
import { replacing } from '../../streams/harness/parts.js';
import type { Received } from '../egress/receiver.js';
import { openRig, type Rig, START, webhookDoc } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const idOf = ({ headers }: Received): unknown => headers['webhook-id'];
const ids = (): unknown[] => rig.receiver.received.map(idOf).sort();
const answerWith = (status: number, headers: Record<string, string> = {}): void => {
  rig.receiver.answer = (_request, response) => void response.writeHead(status, headers).end();
};
/** Whether one of the signatures was made with this secret. */
function signedWith(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.slice(6), 'base64');
  const message = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signature = `v1,${createHmac('sha256', key).update(message).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(signature);
}

describe('a verdict', () => {
  it('arrives once, signed, with the id and the time of its try', async () => {
    const { secret } = await rig.webhook();
    await rig.announce(['v1']);
    rig.now = START + 5_500;
    await rig.settle(rig.sender());
    expect(rig.receiver.received).toHaveLength(1);
    const [received] = rig.receiver.received as [Received];
    expect(received).toMatchObject({
      method: 'POST',
      url: '/hook',
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'v1',
        'webhook-timestamp': String(START / 1_000 + 5),
      },
    });
    expect(JSON.parse(received.body)).toEqual({
      type: 'verdict.recorded',
      timestamp: new Date(START).toISOString(),
      data: {
        verdictId: 'v1',
        itemId: 'item-v1',
        band: 'machine',
        kind: 'post',
        decidedAt: new Date(START).toISOString(),
      },
    });
    expect(signedWith(secret, received)).toBe(true);
    expect(await rig.deliveries()).toMatchObject([
      {
        state: 'delivered',
        queue: null,
        tries: 1,
        lastStatus: 204,
        lastFailure: null,
        settledMs: rig.now,
        expiresMs: rig.now + LIMITS.webhookDeliveredMs,
      },
    ]);
    expect(rig.results).toEqual(['delivered']);
  });

  it('arrives at every webhook of its tenant and at no other', async () => {
    await rig.webhook('/one');
    await rig.webhook('/two');
    await rig.webhook('/rival', 'rival');
    await rig.announce(['v1', 'v2']);
    await rig.settle(rig.sender());
    const seen = rig.receiver.received.map((one) => `${one.url} ${idOf(one)}`).sort();
    expect(seen).toEqual(['/one v1', '/one v2', '/two v1', '/two v2']);
  });

  it('of which nothing is left is not sent', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    await rig.collections.verdicts.delete('v1');
    await rig.settle(rig.sender());
    expect([rig.receiver.received, await rig.deliveries()]).toEqual([[], []]);
  });

  it('is sent as it stands at the time of the try', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    await rig.collections.verdicts.update('v1', { set: { 'verdict.band': 'uncertain' } });
    await rig.settle(rig.sender());
    expect(rig.receiver.received[0]?.body).toContain('"band":"uncertain"');
  });
});

describe('a delivery that did not arrive', () => {
  it.each([
    ['an error', 500, 'status'],
    ['a request it does not like', 404, 'status'],
    ['a redirect', 302, 'redirect'],
  ])('for %s comes again, the same but for its time', async (_why, status, failure) => {
    await rig.webhook();
    await rig.announce(['v1']);
    answerWith(status, { location: 'https://elsewhere.example/' });
    const sender = rig.sender();
    await rig.settle(sender);
    expect(await rig.deliveries()).toMatchObject([
      {
        state: 'pending',
        claim: null,
        tries: 1,
        lastStatus: failure === 'redirect' ? null : status,
        lastFailure: failure,
        dueMs: rig.now + 5_000,
      },
    ]);
    rig.now += 4_999;
    await rig.settle(sender);
    expect(rig.receiver.received).toHaveLength(1);
    rig.now += 1;
    answerWith(200);
    await rig.settle(sender);
    expect(ids()).toEqual(['v1', 'v1']);
    const [first, second] = rig.receiver.received;
    expect(second?.body).toBe(first?.body);
    expect(rig.results).toEqual(['retry', 'delivered']);
  });

  it('for want of a connection says so and no more', async () => {
    const { webhook } = await rig.webhook();
    await rig.collections.webhooks.update(webhook._id, { set: { url: 'https://10.0.0.1/' } });
    await rig.announce(['v1']);
    await rig.settle(rig.sender());
    expect(await rig.deliveries()).toMatchObject([{ lastFailure: 'unreachable', lastStatus: null }]);
  });

  it('for a reply that is too large comes again', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    rig.receiver.answer = (_request, response) =>
      void response.end(Buffer.alloc(LIMITS.egressReplyBytes + 1));
    await rig.settle(rig.sender());
    expect(await rig.deliveries()).toMatchObject([{ lastFailure: 'too_large', state: 'pending' }]);
  });

  it('waits as long as the receiver asks', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    answerWith(429, { 'retry-after': '600' });
    await rig.settle(rig.sender());
    expect(await rig.deliveries()).toMatchObject([{ dueMs: rig.now + 600_000 }]);
  });

  it('has failed after a day of tries, is kept, and holds up nothing', async () => {
    await rig.webhook('/down');
    await rig.webhook('/up');
    await rig.announce(['v1']);
    rig.receiver.answer = ({ url }, response) => void response.writeHead(url === '/up' ? 204 : 503).end();
    const sender = rig.sender();
    for (;;) {
      await rig.settle(sender);
      const waiting = (await rig.deliveries()).find(({ state }) => state === 'pending');
      if (waiting === undefined) break;
      rig.now = waiting.dueMs;
    }
    expect(rig.now - START).toBeGreaterThan(LIMITS.webhookRetryMs - 4 * 3_600_000);
    expect(rig.now - START).toBeLessThanOrEqual(LIMITS.webhookRetryMs);
    const failed = (await rig.deliveries()).find(({ state }) => state === 'failed');
    expect(failed).toMatchObject({
      tries: 13,
      lastStatus: 503,
      queue: null,
      expiresMs: rig.now + LIMITS.webhookKeptMs,
    });
    expect(rig.receiver.received.filter(({ url }) => url === '/up')).toHaveLength(1);
  });

  it('because it could not be made ready comes again, and is no failure of the receiver', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    const sender = rig.sender({
      view: () => {
        throw new TypeError('no such sentence');
      },
    });
    await rig.settle(sender);
    expect(await rig.deliveries()).toMatchObject([
      { state: 'pending', lastFailure: null, lastStatus: null, dueMs: rig.now + 5_000 },
    ]);
  });
});

describe('a webhook that answers 410', () => {
  it('is disabled: what waits stays, what is new is not queued, until it is resumed', async () => {
    const { webhook } = await rig.webhook();
    await rig.announce(['v1', 'v2', 'v3']);
    answerWith(410);
    const sender = rig.sender({ limits: { webhook: 1, tenant: 1, total: 1 } });
    await rig.settle(sender);
    expect(rig.receiver.received).toHaveLength(1);
    expect((await webhookDoc(rig, webhook._id)).state).toBe('disabled');
    const states = (await rig.deliveries()).map(({ state }) => state).sort();
    expect(states).toEqual(['failed', 'pending', 'pending']);
    await rig.announce(['v4']);
    expect(await rig.deliveries()).toHaveLength(3);
    answerWith(204);
    await resumeWebhook(rig, 'acme', webhook._id);
    await rig.settle(sender);
    expect(new Set(ids())).toEqual(new Set(['v1', 'v2', 'v3']));
    expect(rig.receiver.received).toHaveLength(3);
  });
});

describe('a paused webhook', () => {
  it('is sent nothing, and everything when it is resumed', async () => {
    const { webhook } = await rig.webhook();
    await rig.announce(['v1']);
    await pauseWebhook(rig, 'acme', webhook._id);
    await rig.announce(['v2']);
    const sender = rig.sender();
    await rig.settle(sender);
    expect(rig.receiver.received).toEqual([]);
    await resumeWebhook(rig, 'acme', webhook._id);
    await rig.settle(sender);
    expect(ids()).toEqual(['v1', 'v2']);
  });
});

describe('many paused webhooks', () => {
  it('do not keep the others from their turn', async () => {
    for (const path of ['/1', '/2', '/3', '/4', '/5']) {
      const { webhook } = await rig.webhook(path);
      if (path !== '/3') await pauseWebhook(rig, 'acme', webhook._id);
    }
    await rig.announce(['v1']);
    const sender = rig.sender({ queues: 2 });
    for (let round = 0; round < 3; round += 1) {
      await sender.round();
      await sender.idle();
    }
    expect(rig.receiver.received.map(({ url }) => url)).toEqual(['/3']);
  });
});

describe('a deleted webhook', () => {
  it('is sent nothing more, and what waited for it is dropped', async () => {
    const { webhook } = await rig.webhook();
    await rig.webhook('/other');
    await rig.announce(['v1', 'v2']);
    await deleteWebhook(rig, 'acme', webhook._id);
    await rig.settle(rig.sender());
    expect(rig.receiver.received.map(({ url }) => url)).toEqual(['/other', '/other']);
    expect((await rig.deliveries()).filter((each) => each.webhook === webhook._id)).toEqual([]);
  });
});

describe('a rotated secret', () => {
  it('signs beside the one before for a day, and alone afterwards', async () => {
    const { webhook, secret: old } = await rig.webhook();
    const { secret: fresh } = await rotateSecret(rig, rig.seal, 'acme', webhook._id);
    expect(fresh).not.toBe(old);
    const sender = rig.sender();
    await rig.announce(['v1']);
    await rig.settle(sender);
    rig.now += LIMITS.webhookOldSecretMs;
    await rig.announce(['v2']);
    await rig.settle(sender);
    const [during, after] = rig.receiver.received as [Received, Received];
    expect([signedWith(old, during), signedWith(fresh, during)]).toEqual([true, true]);
    expect([signedWith(old, after), signedWith(fresh, after)]).toEqual([false, true]);
  });
});

describe('a process that dies', () => {
  it('between claim and mark loses its claim, and the delivery comes again under the same id', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    // What a killed process leaves behind: it was sent, and nobody wrote that down.
    const dying = rig.sender({
      collections: {
        ...rig.collections,
        webhookDeliveries: replacing(rig.collections.webhookDeliveries, {
          update: async () => Promise.reject(new Error('killed')),
        }),
      },
    });
    await dying.round();
    await dying.idle();
    const [left] = (await rig.deliveries()) as [WebhookDeliveryDoc];
    expect(left).toMatchObject({ state: 'pending', tries: 1, dueMs: rig.now + LIMITS.webhookClaimMs });
    expect(left.claim).not.toBeNull();
    const next = rig.sender();
    rig.now += LIMITS.webhookClaimMs - 1;
    await rig.settle(next);
    expect(rig.receiver.received).toHaveLength(1);
    rig.now += 1;
    await rig.settle(next);
    expect(ids()).toEqual(['v1', 'v1']);
    expect(await rig.deliveries()).toMatchObject([{ state: 'delivered', tries: 2 }]);
  });

  it('before it sent anything loses nothing either', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    const dying = rig.sender({
      collections: {
        ...rig.collections,
        verdicts: replacing(rig.collections.verdicts, {
          getMany: async () => Promise.reject(new Error('killed')),
        }),
      },
    });
    await expect(dying.round()).rejects.toThrow('killed');
    rig.now += LIMITS.webhookClaimMs;
    await rig.settle(rig.sender());
    expect(ids()).toEqual(['v1']);
  });

  it('and comes back late does not overwrite what its successor found', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    const held: (() => void)[] = [];
    rig.receiver.answer = (_request, response) => {
      held.push(() => void response.writeHead(held.length > 1 ? 500 : 204).end());
      if (held.length === 2) response.writeHead(204).end();
    };
    const slow = rig.sender();
    await slow.round();
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    rig.now += LIMITS.webhookClaimMs;
    await rig.settle(rig.sender());
    expect(await rig.deliveries()).toMatchObject([{ state: 'delivered', tries: 2 }]);
    held[0]?.();
    await slow.idle();
    expect(await rig.deliveries()).toMatchObject([{ state: 'delivered', tries: 2, lastStatus: 204 }]);
    expect(rig.results).toEqual(['delivered']);
  });
});

describe('two processes on one store', () => {
  it('send each delivery once', async () => {
    await rig.webhook();
    await rig.announce(Array.from({ length: 40 }, (_none, at) => `v${at}`));
    const [one, two] = [rig.sender(), rig.sender()];
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([one.round(), two.round()]);
      await Promise.all([one.idle(), two.idle()]);
    }
    expect(rig.receiver.received).toHaveLength(40);
    expect(new Set(ids()).size).toBe(40);
    expect(rig.results.every((result) => result === 'delivered')).toBe(true);
  });
});

describe('what is on the way at one time', () => {
  it('is bounded per webhook and tenant, and none is left out', async () => {
    const counts = { now: 0, most: 0 };
    const perPath = new Map<string, number>();
    const mostPerPath = new Map<string, number>();
    rig.receiver.answer = ({ url }, response) => {
      counts.now += 1;
      counts.most = Math.max(counts.most, counts.now);
      perPath.set(url, (perPath.get(url) ?? 0) + 1);
      mostPerPath.set(url, Math.max(mostPerPath.get(url) ?? 0, perPath.get(url) as number));
      setTimeout(() => {
        counts.now -= 1;
        perPath.set(url, (perPath.get(url) as number) - 1);
        response.writeHead(204).end();
      }, 10);
    };
    for (const path of ['/a', '/b', '/c']) await rig.webhook(path);
    await rig.announce(Array.from({ length: 12 }, (_none, at) => `v${at}`));
    await rig.settle(rig.sender({ limits: { webhook: 2, tenant: 3, total: 10 } }));
    expect(rig.receiver.received).toHaveLength(36);
    expect(counts.most).toBeLessThanOrEqual(3);
    expect([...mostPerPath.values()].every((most) => most <= 2)).toBe(true);
  });

  it('is shared in turn, so that a long queue does not keep a short one waiting', async () => {
    await rig.webhook('/long');
    await rig.announce(Array.from({ length: 30 }, (_none, at) => `v${at}`));
    await rig.webhook('/short');
    await rig.announce(['last']);
    const sender = rig.sender({ limits: { webhook: 2, tenant: 2, total: 2 } });
    for (let round = 0; round < 2; round += 1) {
      await sender.round();
      await sender.idle();
    }
    expect(rig.receiver.received.filter(({ url }) => url === '/short')).toHaveLength(1);
  });
});

describe('the loop', () => {
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('sends what it is woken for, and goes on after the store failed', async () => {
    await rig.webhook();
    let broken = true;
    const sender = rig.sender({
      collections: {
        ...rig.collections,
        webhooks: replacing(rig.collections.webhooks, {
          getMany: async (names) => {
            if (broken) {
              broken = false;
              throw new Error('down');
            }
            return rig.collections.webhooks.getMany(names);
          },
        }),
      },
    });
    await rig.announce(['v1']);
    sender.start();
    sender.start();
    await until(() => rig.receiver.received.length === 1);
    await rig.announce(['v2']);
    sender.wake();
    await until(() => rig.receiver.received.length === 2);
    await sender.stop();
    await sender.stop();
    await rig.announce(['v3']);
    expect(await sender.round()).toBe(0);
    expect(ids()).toEqual(['v1', 'v2']);
  });

  it('that is stopped gives back what does not arrive in time, as if it had not been tried', async () => {
    await rig.webhook();
    await rig.announce(['v1']);
    rig.receiver.answer = () => undefined;
    const sender = rig.sender();
    sender.start();
    await until(() => rig.receiver.received.length === 1);
    await sender.stop();
    expect(await rig.deliveries()).toMatchObject([
      { state: 'pending', tries: 0, firstTryMs: null, claim: null, dueMs: rig.now },
    ]);
    answerWith(204);
    await rig.settle(rig.sender());
    expect(ids()).toEqual(['v1', 'v1']);
  });
});

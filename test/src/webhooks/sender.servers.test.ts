/** Webhooks on a MongoDB-wire server: several processes share the queues, one of them dies with what it claimed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { COLLECTIONS } from '../../../schemas/store/collections.js';
import type { CollectionSpec } from '../../../schemas/store/port.js';
import { openMongoStore } from '../../../src/store/mongo/open.js';
import { listWebhooks, rotateSecret } from '../../../src/webhooks/registry.js';
import { type TestMongo, testMongo } from '../../servers/test-mongo.js';
import { replacing } from '../../streams/harness/parts.js';
import { openRig, type Rig } from './rig.js';

let mongo: TestMongo;
let rig: Rig;
beforeAll(async () => {
  mongo = await testMongo();
  const specs = Object.values<CollectionSpec>(COLLECTIONS);
  const { store } = await openMongoStore({ url: mongo.freshDatabase(), collections: specs });
  rig = await openRig(store);
}, 60_000);
afterAll(async () => {
  await rig?.close();
  await mongo?.stop();
});

const COUNT = 60;

describe('webhooks on a MongoDB-wire server', () => {
  it('are sent each verdict by one of two processes, and by the second one what the first died with', async () => {
    const { webhook } = await rig.webhook('/one');
    await rig.webhook('/two');
    await rotateSecret(rig, rig.seal, 'acme', webhook._id);
    expect(await listWebhooks(rig, 'acme')).toHaveLength(2);
    await rig.announce(Array.from({ length: COUNT }, (_none, at) => `v${at}`));
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
    const claimed = (await rig.deliveries()).filter(({ claim }) => claim !== null).length;
    expect(claimed).toBe(2 * LIMITS.webhookInFlight);

    const [one, two] = [rig.sender(), rig.sender()];
    await Promise.all([rig.settle(one), rig.settle(two)]);
    expect((await rig.deliveries()).filter(({ state }) => state === 'pending')).toHaveLength(claimed);
    rig.now += LIMITS.webhookClaimMs;
    await Promise.all([rig.settle(one), rig.settle(two)]);
    expect((await rig.deliveries()).every(({ state }) => state === 'delivered')).toBe(true);
    const sent = rig.receiver.received.map((received) => `${received.url} ${received.headers['webhook-id']}`);
    expect(new Set(sent).size).toBe(2 * COUNT);
    expect(sent).toHaveLength(2 * COUNT + claimed);
  });
});

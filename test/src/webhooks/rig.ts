/** A sender over an embedded store in memory, a clock that tests move, and a receiver on 127.0.0.1. */
import { pino } from 'pino';
import { COLLECTIONS } from '../../../schemas/store/collections.js';
import type { VerdictDoc, WebhookDeliveryDoc, WebhookDoc } from '../../../schemas/store/documents.js';
import type { CollectionSpec, Store } from '../../../schemas/store/port.js';
import type { Verdict } from '../../../schemas/verdict.js';
import { openSeal, type Seal } from '../../../src/attest/seal.js';
import type { Collections } from '../../../src/context.js';
import { openEgress } from '../../../src/egress/egress.js';
import { openEmbeddedStore } from '../../../src/store/embedded/open.js';
import type { TryResult } from '../../../src/webhooks/deliver.js';
import { createWebhook, type WithSecret } from '../../../src/webhooks/registry.js';
import { type SenderParts, WebhookSender } from '../../../src/webhooks/sender.js';
import { fanOut } from '../../../streams/announce/fan-out.js';
import { type Receiver, startReceiver } from '../egress/receiver.js';

export const START = Date.UTC(2030, 0, 15);

export interface Rig {
  store: Store;
  collections: Collections;
  seal: Seal;
  receiver: Receiver;
  results: TryResult[];
  clock: () => number;
  /** Milliseconds; assign to move the clock. */
  now: number;
  sender(more?: Partial<SenderParts>): WebhookSender;
  webhook(path?: string, tenant?: string): Promise<WithSecret>;
  /** Records verdicts of these names and queues them for the tenant's webhooks. */
  announce(names: readonly string[], tenant?: string): Promise<VerdictDoc[]>;
  deliveries(): Promise<WebhookDeliveryDoc[]>;
  /** Rounds until nothing is due and nothing is on the way. */
  settle(sender: WebhookSender): Promise<void>;
  close(): Promise<void>;
}

export const silent = pino({ level: 'silent' });

const verdictDoc = (_id: string, tenant: string, decidedMs: number): VerdictDoc => {
  const verdict = { verdictId: _id, itemId: `item-${_id}`, tenant, band: 'machine', kind: 'post' };
  return {
    _id,
    tenant,
    itemId: verdict.itemId,
    version: 1,
    revision: 1,
    verdict: { ...verdict, decidedAt: new Date(decidedMs).toISOString() } as Verdict,
    evidence: null,
    head: { verdictId: _id, version: 1, revision: 1, band: 'machine', deletedVersion: -1 },
    pending: [{ to: 'webhook', key: 'webhook' }],
    shard: null,
    decidedMs,
  };
};

/** Made once: deriving the key takes a quarter of a second, and a seal does not depend on the store it is used with. */
let sealing: Promise<Seal> | undefined;

/** @param opened a store to work on; default one in memory */
export async function openRig(opened?: Store): Promise<Rig> {
  const specs = Object.values<CollectionSpec>(COLLECTIONS);
  const store = opened ?? openEmbeddedStore({ file: ':memory:', collections: specs });
  const collections = Object.fromEntries(
    Object.entries(COLLECTIONS).map(([name, spec]) => [name, store.collection(spec)]),
  ) as unknown as Collections;
  const receiver = await startReceiver();
  sealing ??= openSeal(collections.meta, 'a secret of the operator');
  const seal = await sealing;
  const egress = openEgress({ allow: [`127.0.0.1:${receiver.port}`] });
  const senders: WebhookSender[] = [];
  const clock = () => rig.now;
  const rig: Rig = {
    store,
    collections,
    seal,
    receiver,
    clock,
    results: [],
    now: START,
    sender(more = {}) {
      const sender = new WebhookSender({
        collections,
        clock,
        seal,
        egress,
        logger: silent,
        view: ({ tenant: _, ...shown }) => shown,
        random: () => 0.5,
        onTry: (result) => rig.results.push(result),
        graceMs: 20,
        ...more,
      });
      senders.push(sender);
      return sender;
    },
    webhook: (path = '/hook', tenant = 'acme') =>
      createWebhook(
        { collections, clock },
        { seal, egress },
        { tenant, url: `${receiver.url}${path}`, name: path },
      ),
    async announce(names, tenant = 'acme') {
      const docs = names.map((name, at) => verdictDoc(name, tenant, rig.now + at));
      rig.now += names.length;
      await collections.verdicts.bulk(docs.map((doc) => ({ insert: doc })));
      await fanOut(docs, collections);
      return docs;
    },
    deliveries: async () =>
      (await collections.webhookDeliveries.page({ index: '_id', limit: 5_000, scanLimit: 5_000 })).docs,
    async settle(sender) {
      let begun: number;
      do {
        begun = await sender.round();
        await sender.idle();
      } while (begun > 0);
    },
    async close() {
      for (const sender of senders) await sender.stop();
      await receiver.close();
      await store.close();
    },
  };
  return rig;
}

export const webhookDoc = async ({ collections }: Rig, id: string): Promise<WebhookDoc> =>
  (await collections.webhooks.get(id)) as WebhookDoc;

/** Verdicts become deliveries to webhooks: each once per webhook, whatever is announced again. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VerdictDoc, WebhookDoc } from '../../../schemas/store/documents.js';
import type { Store } from '../../../schemas/store/port.js';
import { Announcer } from '../../../streams/5-announce.js';
import { fanOut } from '../../../streams/announce/fan-out.js';
import type { Log } from '../../../streams/log/port.js';
import { processRecords } from '../../../streams/pipeline.js';
import type { RecordCollections } from '../../../streams/records.js';
import {
  deletion,
  openMemoryStore,
  post,
  recordMaker,
  SentLog,
  silent,
  testParts,
} from '../harness/parts.js';

let store: Store;
let collections: RecordCollections;
let log: SentLog;

beforeEach(() => {
  ({ store, collections } = openMemoryStore());
  log = new SentLog();
});
afterEach(() => store.close());

const make = recordMaker();

async function recordPosts(...ids: string[]): Promise<void> {
  const records = ids.map((id) => make(post(id, 1, `text ${id}`), 'post.created'));
  await processRecords(records, testParts(collections, log), { wake: () => undefined });
}

const announcer = (): Announcer => new Announcer({ log: log as unknown as Log, collections, logger: silent });

async function addWebhook(_id: string, more: Partial<WebhookDoc> = {}): Promise<void> {
  const doc: WebhookDoc = {
    _id,
    tenant: 'acme',
    url: 'https://hooks.example.com/',
    name: _id,
    state: 'active',
    secrets: [],
    rotation: 0,
    createdMs: 1,
    ...more,
  };
  await collections.webhooks.insert(doc);
}

const deliveries = async () =>
  (await collections.webhookDeliveries.page({ index: '_id', limit: 1_000 })).docs;
const verdicts = async (): Promise<VerdictDoc[]> =>
  (await collections.verdicts.page({ index: '_id', limit: 1_000 })).docs;

describe('an announced verdict', () => {
  it('is queued once for each webhook of its tenant that is not disabled', async () => {
    await addWebhook('one');
    await addWebhook('waiting', { state: 'paused' });
    await addWebhook('gone', { state: 'disabled' });
    await addWebhook('elsewhere', { tenant: 'rival' });
    await recordPosts('1', '2');
    await announcer().drain();
    const found = await deliveries();
    const ids = (await verdicts()).map(({ _id }) => _id);
    for (const webhook of ['one', 'waiting']) {
      const own = found.filter((each) => each.webhook === webhook);
      expect(own.map(({ verdictId }) => verdictId).sort()).toEqual(ids.sort());
      expect(
        own.every(
          ({ queue, state, tenant }) => queue === webhook && state === 'pending' && tenant === 'acme',
        ),
      ).toBe(true);
    }
    expect(found).toHaveLength(4);
    expect((await verdicts()).flatMap(({ pending }) => pending)).toEqual([]);
  });

  it('is queued for a deletion as well', async () => {
    await addWebhook('one');
    await recordPosts('1');
    const gone = [make(deletion('1', 2), 'post.deleted')];
    await processRecords(gone, testParts(collections, log), { wake: () => undefined });
    await announcer().drain();
    const kinds = (await verdicts()).map(({ verdict }) => verdict.kind).sort();
    expect(kinds).toEqual(['post', 'tombstone']);
    expect(await deliveries()).toHaveLength(2);
  });

  it('does not begin anew what is on its way or settled when it is announced twice', async () => {
    await addWebhook('one');
    await recordPosts('1');
    const before = await verdicts();
    await announcer().drain();
    const [delivery] = await deliveries();
    const settled = { state: 'delivered', queue: null, tries: 3 };
    await collections.webhookDeliveries.update(delivery!._id, { set: settled });
    await fanOut(before, collections);
    expect(await deliveries()).toMatchObject([settled]);
  });

  it('that owes no webhook anything is queued for none', async () => {
    await addWebhook('one');
    await recordPosts('1');
    await fanOut(
      (await verdicts()).map((doc) => ({ ...doc, pending: [{ to: 'verdict', key: 'verdict' }] })),
      collections,
    );
    expect(await deliveries()).toEqual([]);
  });

  it('stays owed while its deliveries cannot be queued', async () => {
    await addWebhook('one');
    await recordPosts('1');
    const broken = {
      ...collections,
      webhookDeliveries: { bulk: async () => Promise.reject(new Error('full')) },
    };
    const failing = new Announcer({
      log: log as unknown as Log,
      collections: broken as unknown as RecordCollections,
      logger: silent,
    });
    await expect(failing.drain()).rejects.toThrow('full');
    expect((await verdicts())[0]?.pending.map(({ to }) => to)).toContain('webhook');
    await announcer().drain();
    expect(await deliveries()).toHaveLength(1);
  });
});

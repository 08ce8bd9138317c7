/** Texts judged by the first stage alone: marked, kept for later over a restart, and judged again exactly once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../schemas/errors.js';
import { itemId } from '../../schemas/ids.js';
import type { VerdictDoc } from '../../schemas/store/documents.js';
import type { Store } from '../../schemas/store/port.js';
import type { Verdict } from '../../schemas/verdict.js';
import { Announcer } from '../../streams/5-announce.js';
import { compareCounters } from '../../streams/counters.js';
import type { Judge } from '../../streams/judge.js';
import { openEmbeddedLog } from '../../streams/log/embedded.js';
import { processRecords } from '../../streams/pipeline.js';
import type { PipelineParts, RecordCollections } from '../../streams/records.js';
import { Rescorer } from '../../streams/rescore.js';
import { topicSpecs, VERDICTS_TOPIC } from '../../streams/topics.js';
import { Worker } from '../../streams/worker.js';
import {
  deletion,
  judge,
  openMemoryStore,
  post,
  recordMaker,
  replacing,
  SentLog,
  testParts,
} from './harness/parts.js';

let store: Store;
let collections: RecordCollections;
let sent: SentLog;
let parts: PipelineParts;

/** Finds a machine only with all there is; the first stage leaves every text open. */
const cascade: Judge = {
  detectorSet: judge.detectorSet,
  async judge(inputs, options = {}) {
    const whole = await judge.judge(inputs);
    if (options.firstStageOnly !== true) return whole;
    return whole.map((judgement) => ({ ...judgement, llr: 0, symbols: [], degraded: true as const }));
  },
};

beforeEach(() => {
  ({ store, collections } = openMemoryStore());
  sent = new SentLog();
  parts = testParts(collections, sent, { judge: cascade });
});
afterEach(() => store.close());

const calm = { look: async () => false };
const rescorer = (more: Partial<PipelineParts> = {}, onRescored?: (count: number) => void) =>
  new Rescorer({
    pipeline: { ...parts, ...more },
    overload: calm,
    announcer: { wake: () => undefined },
    ...(onRescored === undefined ? {} : { onRescored }),
  });

const take = (records: Parameters<typeof processRecords>[0], firstStageOnly: boolean) =>
  processRecords(records, parts, { wake: () => undefined }, { firstStageOnly });

const verdictsOf = async (id: string): Promise<VerdictDoc[]> =>
  (await collections.verdicts.page({ index: 'by_item_revision', where: { itemId: id }, limit: 50 })).docs;

const id = (external: string) => itemId('acme', 'post', 'forum', external);
const announcer = () => new Announcer({ log: parts.log, collections, logger: parts.logger });

describe('a text judged by the first stage alone', () => {
  it('says so, and is judged again with everything once there is room, as another revision', async () => {
    const make = recordMaker();
    await take([make(post('1', 1, 'a machine wrote this', { lang: 'en' }), 'post.created')], true);
    const [first] = await verdictsOf(id('1'));
    expect(first).toMatchObject({ degraded: 'due', verdict: { degraded: true, band: 'uncertain' } });
    await announcer().drain();
    let rescored = 0;
    expect(
      await rescorer({}, (count) => {
        rescored += count;
      }).page(),
    ).toBe(1);
    expect(rescored).toBe(1);
    await announcer().drain();
    const [old, fresh, ...none] = await verdictsOf(id('1'));
    expect(none).toEqual([]);
    expect(old?.degraded).toBeUndefined();
    expect(fresh).toMatchObject({ revision: 2, verdict: { band: 'machine', cause: { kind: 'rescore' } } });
    expect(fresh?.verdict.degraded).toBeUndefined();
    expect(fresh?.evidence?.evidenceId).not.toBe(old?.evidence?.evidenceId);
    expect(await collections.items.get(id('1'))).toMatchObject({ band: 'machine', revision: 2, lang: 'en' });
    expect((await collections.itemVersions.page({ index: '_id', limit: 5 })).docs).toEqual([]);
    expect(sent.of<Verdict>(VERDICTS_TOPIC).map(({ cause, revision }) => [cause.kind, revision])).toEqual([
      ['ingest', 1],
      ['rescore', 2],
    ]);
    expect(await compareCounters(collections)).toEqual([]);
    expect(await rescorer().page()).toBe(0);
  });

  it('is judged again once, whoever died in between and however many work at it', async () => {
    const make = recordMaker();
    const records = Array.from({ length: 60 }, (_none, i) =>
      make(post(String(i), 1, `a machine wrote ${i}`), 'post.created'),
    );
    await take(records, true);
    const dying = replacing(collections.verdicts, {
      bulk: async (ops: Parameters<typeof collections.verdicts.bulk>[0]) => {
        // The new verdicts are recorded, and the process dies before it could say that this was done.
        if (ops.some((op) => 'update' in op && op.update.change.unset !== undefined))
          throw new AssayError('store.unavailable');
        return collections.verdicts.bulk(ops);
      },
    });
    await expect(rescorer({ collections: { ...collections, verdicts: dying } }).page()).rejects.toThrow();
    await Promise.all([rescorer().page(), rescorer().page()]);
    for (let pages = 0; pages < 3; pages += 1) await rescorer().page();
    const all = (await collections.verdicts.page({ index: '_id', limit: 1_000 })).docs;
    expect(all).toHaveLength(120);
    expect(all.filter(({ degraded }) => degraded === 'due')).toEqual([]);
    const items = (await collections.items.page({ index: '_id', limit: 1_000 })).docs;
    expect(items.every(({ band, revision }) => band === 'machine' && revision === 2)).toBe(true);
    await announcer().drain();
    expect(await compareCounters(collections)).toEqual([]);
  });

  it('is left alone once it was edited or deleted', async () => {
    const make = recordMaker();
    await take([make(post('1', 1, 'a machine wrote this'), 'post.created')], true);
    await take([make(post('2', 1, 'a machine wrote that'), 'post.created')], true);
    await take([make(post('1', 2, 'a person wrote this'), 'post.edited')], false);
    await take([make(deletion('2', 2), 'post.deleted')], false);
    expect(await rescorer().page()).toBe(2);
    expect((await verdictsOf(id('1'))).map(({ verdict }) => verdict.cause.kind)).toEqual([
      'ingest',
      'ingest',
    ]);
    expect((await verdictsOf(id('2'))).map(({ verdict }) => verdict.cause.kind)).toEqual([
      'ingest',
      'delete',
    ]);
    expect(await collections.items.get(id('1'))).toMatchObject({ band: 'no_machine_signs', version: 2 });
  });

  it('waits while its item is not brought up to date yet', async () => {
    const make = recordMaker();
    const dead = replacing(collections.items, {
      bulk: async () => Promise.reject(new AssayError('store.unavailable')),
    });
    const record = make(post('1', 1, 'a machine wrote this'), 'post.created');
    const half = { ...parts, collections: { ...collections, items: dead } };
    await expect(
      processRecords([record], half, { wake: () => undefined }, { firstStageOnly: true }),
    ).rejects.toThrow();
    expect(await rescorer().page()).toBe(0);
    await take([record], false);
    expect(await rescorer().page()).toBe(1);
    expect(await collections.items.get(id('1'))).toMatchObject({ band: 'machine', revision: 2 });
  });

  it('is marked in no way where the first stage was enough', async () => {
    await take([recordMaker()(post('1', 1, 'a person wrote this'), 'post.created')], false);
    const [doc] = await verdictsOf(id('1'));
    expect(doc).not.toHaveProperty('degraded');
    expect(doc?.verdict).not.toHaveProperty('degraded');
  });
});

describe('a worker with more waiting than it may', () => {
  it('leaves out what is slow until there is room, and judges again by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-degrade-'));
    const log = openEmbeddedLog({ folder });
    await log.ensureTopics(topicSpecs(parts.tenants, 1));
    const send = Array.from({ length: 40 }, (_none, i) => ({
      key: String(i),
      value: Buffer.from(JSON.stringify(post(String(i), 1, `a machine wrote ${i}`))),
      headers: { ce_type: 'post.created', ce_specversion: '1.0', ce_id: String(i), ce_source: 'test' },
    }));
    await log.send('posts', send);
    let now = Date.now();
    let rescored = 0;
    const worker = new Worker(
      { ...parts, log, clock: () => (now += 400) },
      {
        maxBatch: 5,
        degradeAbove: 20,
        onRescored: (count) => {
          rescored += count;
        },
      },
    );
    try {
      await worker.start();
      for (let turn = 0; turn < 1_000; turn += 1) {
        if ((await worker.lag()) === 0 && rescored > 0) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await worker.settle();
      expect(worker.degraded).toBe(false);
      const all = (await collections.verdicts.page({ index: '_id', limit: 1_000 })).docs;
      const marked = all.filter(({ verdict }) => verdict.degraded === true).length;
      expect(marked).toBeGreaterThan(0);
      expect(marked).toBeLessThan(40);
      expect(all).toHaveLength(40 + marked);
      const items = (await collections.items.page({ index: '_id', limit: 100 })).docs;
      expect(items).toHaveLength(40);
      expect(items.every(({ band }) => band === 'machine')).toBe(true);
    } finally {
      await worker.stop();
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

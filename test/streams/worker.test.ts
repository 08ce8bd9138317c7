/** The worker over a real embedded log and store: everything recorded and announced, held back while too much waits. */
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../schemas/errors.js';
import { itemId } from '../../schemas/ids.js';
import type { Store } from '../../schemas/store/port.js';
import type { Verdict } from '../../schemas/verdict.js';
import { Marks } from '../../streams/back-pressure.js';
import { openEmbeddedLog } from '../../streams/log/embedded.js';
import type { Log } from '../../streams/log/port.js';
import type { PipelineParts, RecordCollections } from '../../streams/records.js';
import { topicSpecs, VERDICTS_TOPIC } from '../../streams/topics.js';
import { Worker, type WorkerOptions } from '../../streams/worker.js';
import { openMemoryStore, post, replacing, SentLog, testParts } from './harness/parts.js';

let folder: string;
let log: Log;
let store: Store;
let collections: RecordCollections;
let parts: PipelineParts;
let workers: Worker[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-worker-'));
  log = openEmbeddedLog({ folder });
  ({ store, collections } = openMemoryStore());
  parts = { ...testParts(collections, new SentLog()), log };
  await log.ensureTopics(topicSpecs(parts.tenants, 2));
  workers = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await log.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (options: WorkerOptions = {}, more: Partial<PipelineParts> = {}): Promise<Worker> => {
  const worker = new Worker({ ...parts, ...more }, options);
  workers.push(worker);
  await worker.start();
  return worker;
};

const send = (from: number, count: number): Promise<void> =>
  log.send(
    'posts',
    Array.from({ length: count }, (_, i) => ({
      key: String(from + i),
      value: Buffer.from(JSON.stringify(post(String(from + i), 1, `a machine wrote ${from + i}`))),
      headers: { ce_type: 'post.created', ce_specversion: '1.0', ce_id: String(i), ce_source: 'test' },
    })),
  );

const announced = async (): Promise<string[]> => {
  const records = [];
  for (const { partition } of await log.bounds(VERDICTS_TOPIC))
    records.push(...(await log.read(VERDICTS_TOPIC, partition, 0, 10_000)));
  return records.map(({ value }) => (JSON.parse(String(value)) as Verdict).externalId);
};

const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 1_000; turn++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the awaited state did not come');
};

describe('a worker', () => {
  it('leaves nothing of a batch on the signal of its partition, which outlives it', async () => {
    const signals = new Set<AbortSignal>();
    const watched = replacing(log, {
      consume: (options: Parameters<Log['consume']>[0]) =>
        log.consume({
          ...options,
          onBatch: (batch) => {
            signals.add(batch.signal);
            return options.onBatch(batch);
          },
        }),
    });
    const listeners = () => [...signals].map((signal) => getEventListeners(signal, 'abort').length);
    await send(0, 4);
    const worker = await start({ maxBatch: 1 }, { log: watched });
    await worker.settle();
    const before = listeners();
    await send(4, 40);
    await worker.settle();
    expect(Math.max(...listeners())).toBeLessThanOrEqual(Math.max(...before) + 2);
  });

  it('records and announces everything that was appended, and settles', async () => {
    const batches: number[] = [];
    let announcements = 0;
    await send(0, 30);
    const worker = await start({
      maxBatch: 8,
      concurrency: 2,
      onBatch: ({ records }) => batches.push(records),
      onAnnounced: (count) => {
        announcements += count;
      },
    });
    expect(worker.ready).toBe(true);
    await worker.settle();
    expect(await worker.lag()).toBe(0);
    expect(batches.reduce((sum, n) => sum + n, 0)).toBe(30);
    expect(Math.max(...batches)).toBeLessThanOrEqual(8);
    expect(announcements).toBe(30);
    expect(new Set(await announced()).size).toBe(30);
  });

  it('announces what comes while it sleeps, and what a former process recorded', async () => {
    const first = await start();
    await send(0, 5);
    await first.settle();
    await first.stop();
    expect(first.ready).toBe(false);
    await send(5, 5);
    const second = await start();
    await until(async () => (await announced()).length === 10);
    await second.settle();
    expect(await collections.items.get(itemId('acme', 'post', 'forum', '9'))).not.toBeNull();
  });

  it('finishes the batch in hand when it is stopped, and may be stopped twice and before it started', async () => {
    let judging = false;
    const slow = {
      ...parts.judge,
      judge: async (inputs: Parameters<typeof parts.judge.judge>[0]) => {
        judging = true;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return parts.judge.judge(inputs);
      },
    };
    const worker = await start({ maxBatch: 3 }, { judge: slow });
    await send(0, 3);
    await until(() => judging);
    await worker.stop();
    await worker.stop();
    const items = (await collections.items.page({ index: '_id', limit: 10 })).docs.length;
    const lag = await log.lag('assay-score', 'posts');
    expect(items).toBeGreaterThan(0);
    expect(items + lag).toBe(3);
    await new Worker(parts).stop();
  });

  it('gives up a batch that takes too long when it is stopped, and the batch comes again', async () => {
    let judging = 0;
    const stuck = {
      ...parts.judge,
      judge: async (
        inputs: Parameters<typeof parts.judge.judge>[0],
        { signal }: { signal?: AbortSignal } = {},
      ) => {
        judging += 1;
        if (judging > 1) return parts.judge.judge(inputs);
        await new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
        return [];
      },
    };
    await send(0, 3);
    const worker = await start({ graceMs: 30 }, { judge: stuck });
    await until(() => judging === 1);
    await worker.stop();
    expect((await collections.items.page({ index: '_id', limit: 10 })).docs).toEqual([]);
    expect(await log.lag('assay-score', 'posts')).toBe(3);
    const next = await start({}, { judge: stuck });
    await next.settle();
    expect(new Set(await announced()).size).toBe(3);
  });

  it('abandons a batch whose partition went to another member, who records it', async () => {
    let judged = 0;
    const slow = {
      ...parts.judge,
      judge: async (inputs: Parameters<typeof parts.judge.judge>[0]) => {
        judged += inputs.length;
        await new Promise((resolve) => setTimeout(resolve, 150));
        return parts.judge.judge(inputs);
      },
    };
    await send(0, 6);
    const errors: unknown[] = [];
    const first = await start({ onError: (error) => errors.push(error) }, { judge: slow });
    await until(() => judged > 0);
    const second = await start({}, { judge: slow });
    await until(async () => (await announced()).length >= 6);
    await Promise.all([first.settle(), second.settle()]);
    expect(new Set(await announced()).size).toBe(6);
    expect(errors.every((error) => (error as AssayError).code === 'log.unavailable')).toBe(true);
  });

  it('tells of a batch that failed, and takes it again', async () => {
    const errors: unknown[] = [];
    let failures = 2;
    const moody = replacing(collections.verdicts, {
      bulk: async (...args: Parameters<typeof collections.verdicts.bulk>) => {
        if (failures-- > 0) throw new AssayError('store.unavailable');
        return collections.verdicts.bulk(...args);
      },
    });
    const worker = await start(
      { onError: (error, at) => errors.push([error, at]) },
      { collections: { ...collections, verdicts: moody } },
    );
    await send(0, 1);
    await worker.settle();
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject([{ code: 'store.unavailable' }, { topic: 'posts' }]);
    expect(await announced()).toEqual(['0']);
  });

  it('judges without announcing and announces without judging, as two processes would', async () => {
    const scoring = await start({ announces: false });
    await send(0, 5);
    await until(async () => (await scoring.lag()) === 0);
    expect(await scoring.announcer.pending(10)).toBe(5);
    expect(await announced()).toEqual([]);
    await scoring.stop();
    const announcing = await start({ consumes: false });
    expect(announcing.ready).toBe(true);
    await send(5, 5);
    await until(async () => (await announced()).length === 5);
    expect(await announcing.lag()).toBe(5);
    await announcing.stop();
    expect(announcing.ready).toBe(false);
  });

  it('gives up settling when it is told to', async () => {
    const worker = new Worker(parts);
    await send(0, 1);
    await worker.settle(AbortSignal.timeout(50));
    expect(await worker.lag()).toBe(1);
  });
});

describe('a worker for several tenants', () => {
  it('lets the flood of one delay another by the batch in hand, and no more', async () => {
    const tenants = [...parts.tenants, { tenant: 'small', posts: 'posts.small', emails: 'emails.small' }];
    await log.ensureTopics(topicSpecs(tenants, 2));
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const watching = {
      ...parts.judge,
      judge: async (inputs: Parameters<typeof parts.judge.judge>[0]) => {
        order.push(inputs[0]?.content.startsWith('a person') ? 'small' : 'flood');
        if (order.length === 1) await held;
        return parts.judge.judge(inputs);
      },
    };
    await send(0, 200);
    const worker = await start({ maxBatch: 10 }, { tenants, judge: watching });
    await until(() => order.length === 1);
    const value = Buffer.from(JSON.stringify(post('1', 1, 'a person wrote this')));
    const headers = { ce_type: 'post.created', ce_specversion: '1.0', ce_id: 'x', ce_source: 'test' };
    await log.send('posts.small', [{ key: '1', value, headers }]);
    release();
    await worker.settle();
    expect(order.filter((owner) => owner === 'flood').length).toBeGreaterThanOrEqual(20);
    // The flood had asked for its next turn already; nothing else of its two hundred goes first.
    expect(order.indexOf('small')).toBeLessThanOrEqual(2);
  });
});

describe('a worker whose outbox fills up', () => {
  /** A log that takes nothing on the verdicts topic until it is told to. */
  const gated = () => {
    let open = false;
    const gate = replacing(log, {
      send: async (topic: string, records: Parameters<Log['send']>[1]) => {
        if (topic === VERDICTS_TOPIC && !open) throw new AssayError('log.unavailable');
        return log.send(topic, records);
      },
    });
    return {
      gate,
      open: () => {
        open = true;
      },
    };
  };

  it('holds intake back above the high mark, and goes on below the low one', async () => {
    const { gate, open } = gated();
    const worker = await start({ marks: new Marks(8, 4), maxBatch: 4 }, { log: gate });
    await send(0, 60);
    await until(() => worker.heldBack);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await worker.lag()).toBeGreaterThan(0);
    open();
    await worker.settle();
    await until(() => !worker.heldBack);
    expect(new Set(await announced()).size).toBe(60);
  });

  it('goes on although the store could not be asked while it was held back', async () => {
    const { gate, open } = gated();
    let broken = false;
    const verdicts = replacing(collections.verdicts, {
      count: async (...args: Parameters<typeof collections.verdicts.count>) => {
        if (broken) throw new AssayError('store.unavailable');
        return collections.verdicts.count(...args);
      },
    });
    const worker = await start(
      { marks: new Marks(8, 4), maxBatch: 4 },
      { log: gate, collections: { ...collections, verdicts } },
    );
    await send(0, 60);
    await until(() => worker.heldBack);
    broken = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
    broken = false;
    open();
    await until(async () => (await worker.lag()) === 0);
    await worker.settle();
    expect(new Set(await announced()).size).toBe(60);
  });

  it('looks no more at the outbox once it is stopped', async () => {
    const { gate } = gated();
    let looks = 0;
    let release = (): void => undefined;
    const verdicts = replacing(collections.verdicts, {
      count: async (...args: Parameters<typeof collections.verdicts.count>) => {
        looks += 1;
        if (worker.heldBack)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        return collections.verdicts.count(...args);
      },
    });
    const worker = await start(
      { marks: new Marks(8, 4), maxBatch: 4 },
      { log: gate, collections: { ...collections, verdicts } },
    );
    await send(0, 60);
    await until(() => worker.heldBack);
    const before = looks;
    await until(() => looks > before);
    await worker.stop();
    release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = looks;
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(looks).toBe(stopped);
    expect(worker.heldBack).toBe(false);
  });
});

/** The announcer's loop: it is woken, it goes on after failures, it ends at once, and it leaves nothing behind. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import type { Store } from '../../../schemas/store/port.js';
import type { Verdict } from '../../../schemas/verdict.js';
import { Announcer, type AnnouncerParts } from '../../../streams/5-announce.js';
import type { Log } from '../../../streams/log/port.js';
import { processRecords } from '../../../streams/pipeline.js';
import type { RecordCollections } from '../../../streams/records.js';
import {
  openMemoryStore,
  post,
  recordMaker,
  replacing,
  SentLog,
  silent,
  testParts,
} from '../harness/parts.js';

let store: Store;
let collections: RecordCollections;
let log: SentLog;
let announcer: Announcer | undefined;

beforeEach(() => {
  ({ store, collections } = openMemoryStore());
  log = new SentLog();
});
afterEach(async () => {
  await announcer?.stop();
  await store.close();
});

const make = recordMaker();
const recordPosts = (...ids: string[]): Promise<void> =>
  processRecords(
    ids.map((id) => make(post(id, 1, `text ${id}`), 'post.created')),
    testParts(collections, log),
    { wake: () => undefined },
  );

const announce = (more: Partial<AnnouncerParts> = {}): Announcer => {
  announcer = new Announcer({ log: log as unknown as Log, collections, logger: silent, ...more });
  announcer.start();
  return announcer;
};

const announced = (): string[] => log.of<Verdict>('verdicts').map(({ externalId }) => externalId);

const until = async (done: () => boolean): Promise<void> => {
  for (let turn = 0; !done(); turn++) {
    if (turn === 1_000) throw new Error('the awaited state did not come');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('the announcer', () => {
  it('announces what lies there at its start and, woken, what comes after', async () => {
    await recordPosts('1', '2');
    const running = announce();
    await until(() => announced().length === 2);
    await recordPosts('3');
    running.wake();
    await until(() => announced().length === 3);
    await running.stop();
    expect(await running.pending(10)).toBe(0);
  });

  it('finds by itself what nobody woke it for', async () => {
    announce();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await recordPosts('1');
    await until(() => announced().length === 1);
  });

  it('goes on after the log was away, and sends nothing that was not recorded', async () => {
    let failures = 2;
    const moody = replacing(log, {
      send: async (...args: Parameters<SentLog['send']>) => {
        if (failures-- > 0) throw new AssayError('log.unavailable');
        return log.send(...args);
      },
    });
    await recordPosts('1', '2');
    announce({ log: moody as unknown as Log });
    await until(() => announced().length === 2);
  });

  it('leaves shards alone that belong to somebody else', async () => {
    await recordPosts('1', '2', '3', '4', '5', '6');
    const none = { mine: async () => false, release: async () => undefined };
    const running = announce({ leases: none });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(announced()).toEqual([]);
    expect(await running.pending(4)).toBe(4);
  });

  it('ends while it sleeps, and more than once', async () => {
    const running = announce();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await running.stop();
    await running.stop();
    await recordPosts('1');
    running.wake();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(announced()).toEqual([]);
  });

  it('listens to its end with one ear, however often it has slept', async () => {
    const added = jest.spyOn(EventTarget.prototype, 'addEventListener');
    const removed = jest.spyOn(EventTarget.prototype, 'removeEventListener');
    try {
      const running = announce();
      for (let turn = 0; turn < 30; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        running.wake();
      }
      const ends = (spy: { mock: { calls: unknown[][] } }): number =>
        spy.mock.calls.filter(([type]) => type === 'abort').length;
      expect(ends(added)).toBeGreaterThan(5);
      expect(ends(added) - ends(removed)).toBeLessThanOrEqual(1);
    } finally {
      added.mockRestore();
      removed.mockRestore();
    }
  });
});

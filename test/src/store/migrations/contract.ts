/** What migrations keep to on every engine. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ItemDoc } from '../../../../schemas/store/documents.js';
import type { Doc } from '../../../../schemas/store/port.js';
import { MIGRATIONS } from '../../../../src/store/migrations/list.js';
import { type Migration, migrate } from '../../../../src/store/migrations/runner.js';
import type { OpenedStore } from '../../../../src/store/open.js';
import { replacing } from '../../../streams/harness/parts.js';

type Numbered = Doc & { value: unknown };

/** Doubles a number once; `done` keeps it from being doubled again. */
const doubling = (version: number): Migration => ({
  version,
  name: 'doubles',
  collection: ({ counters }) => counters as never,
  change: (docs) =>
    (docs as unknown as { _id: string; n: number; doubled?: number }[]).flatMap(({ _id, n, doubled }) =>
      (doubled ?? 0) >= version
        ? []
        : [
            {
              update: {
                id: _id,
                guard: { doubled: { not: { gte: version } } },
                change: { set: { n: n * 2, doubled: version } },
              },
            },
          ],
    ),
});

/** @param open an empty store @param reopen the same one again, through `openStore` */
export function migrationContract(
  open: () => Promise<OpenedStore>,
  reopen: (opened: OpenedStore) => Promise<OpenedStore>,
): void {
  // Guarded changes go one by one to a server.
  jest.setTimeout(120_000);
  let opened: OpenedStore;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.store.close());

  const schema = async () => ((await opened.collections.meta.get('schema')) as Numbered | null)?.value;
  const fill = async (count: number) => {
    const { counters } = opened.collections;
    await counters.bulk(
      Array.from({ length: count }, (_, at) => ({
        insert: { _id: `c${String(at).padStart(4, '0')}`, n: at + 1 } as never,
      })),
    );
  };
  const sum = async (): Promise<number> => {
    const { docs } = await opened.collections.counters.page({ index: '_id', limit: 5_000 });
    return docs.reduce((all, { n }) => all + n, 0);
  };
  const latest = MIGRATIONS.at(-1)?.version as number;
  const next = doubling(latest + 1);
  // More than one page.
  const COUNT = 600;
  const SUM = (COUNT * (COUNT + 1)) / 2;

  describe('migrations', () => {
    it('leave a new store at the latest version', async () => {
      expect(await schema()).toEqual({ version: latest, cursor: null });
    });

    it('run what is missing, in order and once', async () => {
      await fill(COUNT);
      const steps = [...MIGRATIONS, next, doubling(latest + 2)];
      expect(await migrate(opened.collections, steps)).toBe(latest + 2);
      expect(await migrate(opened.collections, steps)).toBe(latest + 2);
      expect(await sum()).toBe(SUM * 4);
    });

    it('go on after they were interrupted between any two writes', async () => {
      await fill(COUNT);
      for (let left = 0, died = true; died; left += 1) {
        let writes = left;
        const mortal = <T extends object>(collection: T): T =>
          replacing(collection, {
            bulk: (...args: unknown[]) => {
              if (writes-- === 0) throw new Error('killed');
              return (collection as never as { bulk: (...all: unknown[]) => unknown }).bulk(...args);
            },
            update: (...args: unknown[]) => {
              if (writes-- === 0) throw new Error('killed');
              return (collection as never as { update: (...all: unknown[]) => unknown }).update(...args);
            },
          } as never);
        const { counters, meta } = opened.collections;
        const parts = { ...opened.collections, counters: mortal(counters), meta: mortal(meta) };
        died = await migrate(parts, [...MIGRATIONS, next]).then(
          () => false,
          (error: Error) => error.message === 'killed',
        );
      }
      expect(await sum()).toBe(SUM * 2);
      expect(await schema()).toEqual({ version: latest + 1, cursor: null });
    });

    it('may be run by several processes at once', async () => {
      await fill(COUNT);
      const versions = await Promise.all(
        Array.from({ length: 4 }, () => migrate(opened.collections, [...MIGRATIONS, next])),
      );
      expect(new Set(versions)).toEqual(new Set([latest + 1]));
      expect(await sum()).toBe(SUM * 2);
    });

    it('refuse a store of a newer version, and say which is needed', async () => {
      await opened.collections.meta.update('schema', { set: { 'value.version': latest + 7 } });
      await expect(reopen(opened)).rejects.toMatchObject({
        code: 'store.schema',
        message: expect.stringContaining(
          `schema version ${latest + 7}, this version of Assay knows ${latest}`,
        ),
      });
    });

    it('give items of before version 2 the language field, and leave the others as they are', async () => {
      const { items, meta } = opened.collections;
      const item = (id: string, more: object) =>
        ({ _id: id, tenant: 't', receivedMs: 1, ...more }) as ItemDoc;
      await items.bulk([{ insert: item('old', {}) }, { insert: item('new', { lang: 'de' }) }]);
      await meta.update('schema', { set: { value: { version: 1, cursor: null } } });
      opened = await reopen(opened);
      const [old, other] = await opened.collections.items.getMany(['old', 'new']);
      expect([old?.lang, other?.lang]).toEqual([null, 'de']);
      expect(await schema()).toEqual({ version: latest, cursor: null });
    });
  });
}

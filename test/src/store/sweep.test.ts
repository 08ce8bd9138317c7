/** The sweeper deletes what has expired and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Collection, Store } from '../../../schemas/store/port.js';
import { openEmbeddedStore } from '../../../src/store/embedded/open.js';
import { sweep } from '../../../src/store/sweep.js';
import type { Thing } from './contract/suite.js';

const SPEC = { name: 'things', indexes: [{ name: 'by_expiry', keys: ['expiresMs'] }] };

describe('sweep', () => {
  let store: Store;
  let things: Collection<Thing>;
  beforeAll(() => {
    store = openEmbeddedStore({ file: ':memory:', collections: [SPEC] });
    things = store.collection<Thing>(SPEC);
  });
  afterAll(() => store.close());
  const options = { index: 'by_expiry', path: 'expiresMs' };
  const fill = (count: number) =>
    things.bulk(Array.from({ length: count }, (_, i) => ({ insert: { _id: `${i}`, expiresMs: i } })));

  it('deletes what expired before the time, batch by batch, and spares what never expires', async () => {
    await fill(25);
    await things.bulk([{ insert: { _id: 'never', expiresMs: null } }, { insert: { _id: 'none' } }]);
    expect(await sweep(things, { ...options, beforeMs: 20, batch: 7 })).toBe(20);
    expect(await things.count({ index: 'by_expiry', limit: 100 })).toBe(7);
    expect(await things.get('20')).not.toBeNull();
    expect(await sweep(things, { ...options, beforeMs: 20 })).toBe(0);
    expect(await sweep(things, { ...options, beforeMs: 100 })).toBe(5);
  });

  it('stops at the bound and when told to', async () => {
    await fill(20);
    expect(await sweep(things, { ...options, beforeMs: 100, batch: 3, most: 8 })).toBe(8);
    const stopped = AbortSignal.abort();
    expect(await sweep(things, { ...options, beforeMs: 100, signal: stopped })).toBe(0);
    expect(await sweep(things, { ...options, beforeMs: 100, most: 12 })).toBe(12);
  });

  it('spares a document whose time was moved while the batch was read', async () => {
    await fill(3);
    const slow: Collection<Thing> = Object.assign(Object.create(things), {
      page: async (query: Parameters<typeof things.page>[0]) => {
        const page = await things.page(query);
        await things.update('1', { set: { expiresMs: 1e9 } });
        return page;
      },
      bulk: things.bulk.bind(things),
    });
    expect(await sweep(slow, { ...options, beforeMs: 100 })).toBe(2);
    expect(await things.get('1')).not.toBeNull();
  });

  it('refuses an index that does not lead to the time', async () => {
    await expect(sweep(things, { ...options, path: 'bornMs', beforeMs: 1 })).rejects.toMatchObject({
      code: 'store.no_index',
    });
  });
});

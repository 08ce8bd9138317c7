/** The embedded store's file: who may open it, what fits into it, and how it follows the declared indexes. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { CollectionSpec, IndexSpec } from '../../../../schemas/store/port.js';
import { openEmbeddedStore } from '../../../../src/store/embedded/open.js';
import { openStore } from '../../../../src/store/open.js';
import type { Thing } from '../contract/suite.js';

const things = (indexes: IndexSpec[] = []): CollectionSpec => ({ name: 'things', indexes });

describe('the file of the embedded store', () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-file-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('belongs to one opener until it is closed', async () => {
    const options = { file: join(root, 'deep', 'locked.db'), collections: [things()] };
    const first = openEmbeddedStore(options);
    await first.collection(things()).insert({ _id: 'a' });
    expect(() => openEmbeddedStore(options)).toThrow(expect.objectContaining({ code: 'store.locked' }));
    expect(await first.collection(things()).insert({ _id: 'b' })).toEqual({ did: 'inserted' });
    await first.close();
    const second = openEmbeddedStore(options);
    expect(await second.collection(things()).getMany(['a', 'b'])).toEqual([{ _id: 'a' }, { _id: 'b' }]);
    await second.close();
  });

  it('that is no store is refused as it is', () => {
    expect(() => openEmbeddedStore({ file: root, collections: [] })).toThrow(/open|directory/);
  });

  it('answers disk.full when it may not grow, keeps what was acknowledged and can be read', async () => {
    const options = { file: join(root, 'full.db'), collections: [things()], maxBytes: 400_000 };
    const store = openEmbeddedStore(options);
    const collection = store.collection<Thing>(things());
    const kept: string[] = [];
    const fill = async () => {
      for (let i = 0; i < 1000; i++) {
        await collection.insert({ _id: `${i}`, text: 'x'.repeat(5000) });
        kept.push(`${i}`);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'disk.full' });
    expect(kept.length).toBeGreaterThan(20);
    expect((await collection.getMany(kept)).every((doc) => doc !== null)).toBe(true);
    expect(await collection.delete('0')).toEqual({ did: 'deleted' });
    expect(await collection.insert({ _id: 'small' })).toEqual({ did: 'inserted' });
    await store.close();
  });

  it('rejects every caller of a group whose commit failed, and writes none of it', async () => {
    const store = openEmbeddedStore({
      file: join(root, 'group.db'),
      collections: [things()],
      maxBytes: 100_000,
    });
    const collection = store.collection<Thing>(things());
    const all = await Promise.allSettled([
      collection.insert({ _id: 'small' }),
      collection.insert({ _id: 'large', text: 'x'.repeat(500_000) }),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await collection.getMany(['small', 'large'])).toEqual([null, null]);
    await store.close();
  });

  it('commits what was asked for before it is closed, and refuses everything after', async () => {
    const options = { file: join(root, 'closing.db'), collections: [things()] };
    const store = openEmbeddedStore(options);
    const collection = store.collection<Thing>(things());
    const writes = Array.from({ length: 2500 }, (_, i) => collection.insert({ _id: `${i}` }));
    await store.close();
    await store.close();
    expect(new Set((await Promise.all(writes)).map(({ did }) => did))).toEqual(new Set(['inserted']));
    const unavailable = { code: 'store.unavailable' };
    await expect(collection.get('1')).rejects.toMatchObject(unavailable);
    await expect(collection.insert({ _id: 'late' })).rejects.toMatchObject(unavailable);
    await expect(collection.page({ index: '_id', limit: 1 })).rejects.toMatchObject(unavailable);
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    const again = openEmbeddedStore(options);
    expect(await again.collection(things()).count({ index: '_id', limit: 9999 })).toBe(2500);
    await again.close();
  });

  it('knows only declared collections', async () => {
    const store = openEmbeddedStore({ file: ':memory:', collections: [things()] });
    expect(() => store.collection({ name: 'other', indexes: [] })).toThrow(/not declared/);
    await store.close();
  });

  it('gets the indexes of a later declaration, filled, and loses those no longer declared', async () => {
    const file = join(root, 'grown.db');
    const open = (indexes: IndexSpec[]) => {
      const spec = things(indexes);
      const store = openEmbeddedStore({ file, collections: [spec] });
      return { store, collection: store.collection<Thing>(spec) };
    };
    const first = open([{ name: 'by_a', keys: ['a'] }]);
    await first.collection.bulk(
      Array.from({ length: 1200 }, (_, i) => ({
        insert: { _id: `${i}`, a: i % 7, b: { c: i % 5 }, tags: [`${i % 3}`, 'all'] },
      })),
    );
    await first.store.close();

    const second = open([
      { name: 'by_a', keys: ['a', 'b.c'] },
      { name: 'by_tag', keys: ['tags', 'b.c'], multikey: 'tags' },
    ]);
    expect(await second.collection.count({ index: 'by_a', where: { a: 3, 'b.c': 4 }, limit: 9999 })).toBe(34);
    expect(await second.collection.count({ index: 'by_tag', where: { tags: 'all' }, limit: 9999 })).toBe(
      1200,
    );
    const query = { index: 'by_tag', where: { tags: '2', 'b.c': { gte: 3 } }, limit: 9999 };
    expect((await second.collection.page(query)).docs).toHaveLength(160);
    await second.store.close();

    const third = open([{ name: 'by_c', keys: ['b.c'] }]);
    await expect(
      third.collection.page({ index: 'by_tag', where: { tags: 'all' }, limit: 1 }),
    ).rejects.toThrow(/not declared/);
    expect(await third.collection.count({ index: 'by_c', where: { 'b.c': 0 }, limit: 9999 })).toBe(240);
    await third.store.close();
    expect(() => open([{ name: 'by_c', keys: ['b.c'], unique: true }])).toThrow(/UNIQUE/);
    const fourth = open([{ name: 'by_c', keys: ['b.c'] }]);
    expect(await fourth.collection.count({ index: 'by_c', limit: 9999 })).toBe(1200);
    await fourth.store.close();
  });

  it.each([
    ['an array where a scalar is indexed', { a: [1] }],
    ['an object where a scalar is indexed', { a: { b: 1 } }],
    ['an object in a multikey', { tags: ['x', {}] }],
  ])('does not take %s', async (_, fields) => {
    const spec = things([
      { name: 'by_a', keys: ['a'] },
      { name: 'by_tag', keys: ['tags'], multikey: 'tags' },
    ]);
    const store = openEmbeddedStore({ file: ':memory:', collections: [spec] });
    const collection = store.collection<Thing>(spec);
    const change = { code: 'store.change' };
    await expect(collection.insert({ _id: 'x', ...fields })).rejects.toMatchObject(change);
    expect(await collection.insert({ _id: 'x' })).toEqual({ did: 'inserted' });
    await expect(collection.update('x', { set: fields })).rejects.toMatchObject(change);
    expect(await collection.get('x')).toEqual({ _id: 'x' });
    await store.close();
  });

  it('openStore without a URL opens the store and the blobs in the data folder', async () => {
    const { store, collections, blobs } = await openStore({ mongoUrl: null, dataFolder: join(root, 'data') });
    expect(store.engine).toBe('embedded');
    await collections.meta.insert({ _id: 'version', value: 1 });
    expect(await collections.meta.get('version')).toEqual({ _id: 'version', value: 1 });
    const { ref } = await blobs.put(Buffer.from('mail'));
    expect(await blobs.get(ref)).toEqual(Buffer.from('mail'));
    await store.ping();
    await store.close();
  });
});

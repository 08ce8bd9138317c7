/** The MongoDB store while its server is away: errors that say so, and work again once it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openMongoStore } from '../../../../src/store/mongo/open.js';
import { openStore } from '../../../../src/store/open.js';
import { startMongo } from '../../../servers/mongo.js';
import type { Thing } from '../contract/suite.js';

const SPEC = { name: 'things', indexes: [{ name: 'by_n', keys: ['n'] }] };
const unavailable = { code: 'store.unavailable' };

describe('a MongoDB store whose server goes away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-mongo-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('answers store.unavailable while it is down, and works again after', async () => {
    const file = join(folder, 'outage.mv');
    const first = await startMongo({ file });
    const options = { url: `${first.url}/outage`, collections: [SPEC], timeoutMs: 3_000 };
    const { store, blobs } = await openMongoStore(options);
    const things = store.collection<Thing>(SPEC);
    await things.insert({ _id: 'a', n: 1 });
    const { ref } = await blobs.put(Buffer.from('mail'));
    await first.stop();

    await expect(store.ping()).rejects.toMatchObject(unavailable);
    await expect(things.get('a')).rejects.toMatchObject(unavailable);
    await expect(things.insert({ _id: 'b' })).rejects.toMatchObject(unavailable);
    await expect(things.update('a', { inc: { n: 1 } })).rejects.toMatchObject(unavailable);
    await expect(things.bulk([{ insert: { _id: 'c' } }, { delete: { id: 'a' } }])).rejects.toMatchObject(
      unavailable,
    );
    await expect(things.page({ index: 'by_n', limit: 1 })).rejects.toMatchObject(unavailable);
    await expect(blobs.get(ref)).rejects.toMatchObject(unavailable);

    const second = await startMongo({ file, port: first.port });
    try {
      expect(await things.get('a')).toEqual({ _id: 'a', n: 1 });
      expect(await things.insert({ _id: 'b', n: 2 })).toEqual({ did: 'inserted' });
      expect(await blobs.get(ref)).toEqual(Buffer.from('mail'));
      await store.ping();
      await store.close();
      await expect(things.get('a')).rejects.toMatchObject(unavailable);
    } finally {
      await second.stop();
    }
  }, 240_000);

  it('keeps its indexes when opened again, and makes one anew that was declared differently', async () => {
    const server = await startMongo();
    try {
      const url = `${server.url}/again`;
      for (const keys of [['n'], ['n'], ['m', 'n']]) {
        const spec = { name: 'things', indexes: [{ name: 'by_n', keys }] };
        const { store } = await openMongoStore({ url, collections: [spec] });
        const things = store.collection<Thing>(spec);
        await things.update('a', { set: { m: 1, n: 2 } }, { upsert: true });
        const where = Object.fromEntries(keys.map((key) => [key, key === 'm' ? 1 : 2]));
        expect(await things.count({ index: 'by_n', where, limit: 5 })).toBe(1);
        expect(() => store.collection({ name: 'other', indexes: [] })).toThrow(/not declared/);
        await store.close();
      }
      const { store, collections, blobs } = await openStore({ mongoUrl: server.url, dataFolder: folder });
      expect(store.engine).toBe('mongo');
      expect(await collections.meta.insert({ _id: 'version', value: 1 })).toEqual({ did: 'inserted' });
      expect(await blobs.get((await blobs.put(Buffer.from('x'))).ref)).toEqual(Buffer.from('x'));
      await store.close();
    } finally {
      await server.stop();
    }
  }, 60_000);
});

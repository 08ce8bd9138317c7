import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { COLLECTIONS } from '../../schemas/store/collections.js';
import type { Context } from '../../src/context.js';
import { type Sweepers, startSweepers } from '../../src/sweepers.js';
import { openMemoryStore } from '../streams/harness/parts.js';

let sweepers: Sweepers | undefined;
afterEach(() => sweepers?.stop());

function rig(sweepLog: () => Promise<void>) {
  const { store, collections } = openMemoryStore();
  const warned: string[] = [];
  const logger = pino(
    { level: 'warn' },
    { write: (line: string) => void warned.push(JSON.parse(line).part) },
  );
  const more = {
    sessions: store.collection(COLLECTIONS.sessions),
    idempotency: store.collection(COLLECTIONS.idempotency),
    challenges: store.collection(COLLECTIONS.challenges),
    usedProofs: store.collection(COLLECTIONS.usedProofs),
    quotas: store.collection(COLLECTIONS.quotas),
    platformClaims: store.collection(COLLECTIONS.platformClaims),
  };
  const context = {
    clock: Date.now,
    logger,
    log: { sweep: sweepLog },
    collections: { ...collections, ...more },
  } as unknown as Context;
  return { context, store, warned };
}

describe('sweepers', () => {
  it('go on with the other parts when one fails, and say which', async () => {
    const { context, store, warned } = rig(async () => Promise.reject(new Error('out of reach')));
    await context.collections.usedProofs.insert({ _id: 'old', tenant: 'a', expiresMs: 1 });
    await context.collections.usedProofs.insert({ _id: 'new', tenant: 'a', expiresMs: Date.now() + 60_000 });
    sweepers = startSweepers(context);
    await sweepers.sweep();
    expect(warned).toEqual(['log']);
    expect(await context.collections.usedProofs.getMany(['old', 'new'])).toEqual([
      null,
      expect.objectContaining({ _id: 'new' }),
    ]);
    await store.close();
  });

  it('come again by themselves until they are stopped, and finish what they are at', async () => {
    let sweeps = 0;
    let second: () => void = () => undefined;
    const twice = new Promise<void>((resolve) => {
      second = resolve;
    });
    const { context, store } = rig(async () => {
      sweeps += 1;
      if (sweeps === 2) second();
    });
    sweepers = startSweepers(context, 1);
    await twice;
    await sweepers.stop();
    const swept = sweeps;
    await sweepers.sweep();
    await sweepers.stop();
    expect(sweeps).toBe(swept);
    await store.close();
  });
});

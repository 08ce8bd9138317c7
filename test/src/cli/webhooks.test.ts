/** `assay webhooks` on the data of a service that is not running. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookDeliveryDoc, WebhookDoc } from '../../../schemas/store/documents.js';
import { openStore } from '../../../src/store/open.js';
import { assay } from './terminal.js';

let home: string;
const run = (...argv: string[]) => assay(['webhooks', ...argv], { env: { ASSAY_HOME: home } });

const hook: WebhookDoc = {
  _id: 'hook',
  tenant: 'default',
  url: 'https://hooks.example.com/',
  name: 'queue',
  state: 'active',
  secrets: [{ sealed: 'sealed-secret', expiresMs: null }],
  rotation: 0,
  createdMs: Date.UTC(2030, 0, 1),
};

const delivery = (_id: string, more: Partial<WebhookDeliveryDoc> = {}): WebhookDeliveryDoc => ({
  _id,
  tenant: 'default',
  webhook: 'hook',
  verdictId: `verdict-${_id}`,
  itemId: 'item',
  state: 'failed',
  queue: null,
  dueMs: 1,
  claim: null,
  tries: 13,
  firstTryMs: 1,
  lastTryMs: 2,
  lastStatus: 503,
  lastFailure: 'status',
  createdMs: Date.UTC(2030, 0, 2),
  settledMs: 3,
  expiresMs: Date.UTC(2100, 0, 1),
  ...more,
});

async function within<T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> {
  const opened = await openStore({ mongoUrl: null, dataFolder: home });
  try {
    return await work(opened);
  } finally {
    await opened.store.close();
  }
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'assay-cli-webhooks-'));
  await within(async ({ collections }) => {
    await collections.webhooks.insert(hook);
    await collections.webhooks.insert({ ...hook, _id: 'theirs', tenant: 'rival' });
    await collections.webhookDeliveries.insert(delivery('d1'));
    await collections.webhookDeliveries.insert(delivery('d2', { createdMs: Date.UTC(2030, 0, 3) }));
    const waiting = { state: 'pending', queue: 'hook', lastStatus: null, lastFailure: null } as const;
    await collections.webhookDeliveries.insert(delivery('d3', waiting));
  });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('assay webhooks', () => {
  it('lists the tenant’s own, without their secrets', async () => {
    const { code, out } = await run('list');
    expect(code).toBe(0);
    expect(out).toBe('hook  active  2030-01-01T00:00:00.000Z  https://hooks.example.com/  queue\n');
    const { json, out: text } = await run('list', '--json');
    expect(json).toMatchObject([{ id: 'hook', state: 'active', name: 'queue' }]);
    expect(text).not.toContain('sealed');
  });

  it('lists deliveries by state, as many as asked for', async () => {
    const { out } = await run('deliveries', 'hook');
    expect(out.split('\n')).toEqual([
      'd2  2030-01-03T00:00:00.000Z  verdict-d2  tries 13  503  status',
      'd1  2030-01-02T00:00:00.000Z  verdict-d1  tries 13  503  status',
      '',
    ]);
    const one = await run('deliveries', 'hook', '--limit', '1', '--json');
    expect(one.json).toMatchObject([{ id: 'd2', state: 'failed', nextTryAt: null }]);
    expect(one.err).toContain('more than 1');
    expect((await run('deliveries', 'hook', '--state', 'pending')).out).toContain('tries 13  -  -');
    expect((await run('deliveries', 'theirs')).code).toBe(1);
    expect((await run('deliveries', 'hook', '--state', 'lost')).code).toBe(2);
  });

  it('sends again what is named, or all that failed', async () => {
    const states = () =>
      within(async ({ collections }) => {
        const docs = await collections.webhookDeliveries.getMany(['d1', 'd2', 'd3']);
        return docs.map((doc) => doc?.state);
      });
    expect((await run('replay', 'hook', 'd1')).out).toBe('1 will be sent again\n');
    expect(await states()).toEqual(['pending', 'failed', 'pending']);
    expect((await run('replay', 'hook', '--failed', '--json')).json).toEqual([
      { webhook: 'hook', replayed: 1 },
    ]);
    expect(await states()).toEqual(['pending', 'pending', 'pending']);
    const waiting = await run('replay', 'hook', 'd3');
    expect([waiting.code, waiting.err]).toEqual([1, expect.stringContaining('still waits')]);
  });

  it('wants ids or --failed, not both and not neither', async () => {
    expect((await run('replay', 'hook')).code).toBe(2);
    expect((await run('replay', 'hook', 'd1', '--failed')).code).toBe(2);
    expect((await run('replay', 'theirs', '--failed')).code).toBe(1);
  });
});

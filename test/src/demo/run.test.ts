/** The demo in this process: a slice of the stream through the real service with a detector that knows one word. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openIssuer } from '../../../src/attest/issuer.js';
import { judgeFeed } from '../../../src/client/index.js';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { keptSecret } from '../../../src/config/kept-secret.js';
import { planAttestations } from '../../../src/demo/plan-attestations.js';
import { type DemoOptions, runDemo } from '../../../src/demo/run.js';
import { type DemoItem, type PostItem, readDemoItems } from '../../../src/demo/stream.js';
import { type Summary, storedId } from '../../../src/demo/summary.js';
import { openContext } from '../../../src/open-context.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { compareCounters } from '../../../streams/counters.js';
import { judgingDouble } from '../judging-double.js';

class Sink extends Writable {
  text = '';
  constructor(readonly isTTY = false) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

let folder: string;
let all: DemoItem[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-demo-'));
  // The double cannot judge a text with this word in it.
  all = (await readDemoItems()).filter((item) => item.kind === 'email' || !item.text.includes('poison'));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function options(home: string, more: Partial<DemoOptions> = {}): DemoOptions & { out: Sink; err: Sink } {
  return {
    home: join(folder, home),
    once: true,
    port: 0,
    json: true,
    signal: new AbortController().signal,
    env: {},
    openJudging: judgingDouble().open,
    readItems: async () => all.slice(0, 150),
    ...more,
    out: (more.out as Sink) ?? new Sink(),
    err: (more.err as Sink) ?? new Sink(),
  };
}

async function inStore<T>(
  home: string,
  look: (context: Awaited<ReturnType<typeof openContext>>['context']) => Promise<T>,
) {
  const flags = { ASSAY_HOME: join(folder, home), ASSAY_TENANTS: 'demo' };
  const { config, secrets } = loadConfig(readEnvironment(flags, {}, ''));
  const opened = await openContext(config, secrets, { clock: Date.now, logger: createLogger('silent') });
  try {
    return await look(opened.context);
  } finally {
    await opened.close();
  }
}

const until = async (true_: () => boolean) => {
  while (!true_()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('assay demo --once', () => {
  it('processes everything, sums it up by kind and writer, and ends', async () => {
    const run = options('once');
    expect(await runDemo(run)).toBe(0);
    const summary = JSON.parse(run.out.text) as Summary;
    expect(summary).toMatchObject({ items: 150, missing: 0, deadLetters: 0 });
    expect(summary.groups.reduce((sum, { items }) => sum + items, 0)).toBe(150);
    for (const { items, bands, called } of summary.groups) {
      expect(Object.values(bands).reduce((sum, n) => sum + n, 0)).toBe(items);
      expect(bands.machine).toBe(called);
    }
    expect(summary.alerts).toBe(summary.groups.reduce((sum, { called }) => sum + called, 0));
    expect(summary.itemsPerSecond).toBeGreaterThan(0);
    expect(run.err.text).toContain('Made a secret');
    expect(await inStore('once', ({ collections }) => compareCounters(collections))).toEqual([]);
  }, 60_000);

  it('has nothing left to do when it is started again, and says so in a table', async () => {
    const run = options('once', { json: false, err: new Sink(true) });
    expect(await runDemo(run)).toBe(0);
    expect(run.out.text).toContain('nothing was left to judge');
    expect(run.out.text).toMatch(/posts, written by people +\d+ /);
    expect(run.out.text).toContain('no person signed anything');
    expect(run.err.text).toContain('Goes on where it stopped: 150 of 150');
    expect(run.err.text).toContain('\r150 of 150 in · 0 judged');
    expect(run.err.text).not.toContain('Made a secret');
  }, 60_000);

  it('answers 1 when items of the stream are missing', async () => {
    // The stream has grown since, but the count says that all of it was sent.
    await inStore('once', ({ collections }) =>
      collections.meta.update('demo', { set: { 'value.sent': 151 } }),
    );
    const run = options('once', { readItems: async () => all.slice(0, 151) });
    expect(await runDemo(run)).toBe(1);
    expect((JSON.parse(run.out.text) as Summary).missing).toBe(1);
  }, 60_000);
});

describe('a demo that is stopped', () => {
  it('answers 1 when it was to process everything, and says that it goes on', async () => {
    const ending = new AbortController();
    ending.abort();
    const run = options('stopped', { signal: ending.signal });
    expect(await runDemo(run)).toBe(1);
    expect(run.out.text).toBe('');
    expect(run.err.text).toContain('Stopped before the end');
  }, 60_000);
});

describe('assay demo', () => {
  it('invites at once, streams at its pace, takes the next port, ends at a signal and goes on at the next start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const first = new AbortController();
    const run = options('paced', { once: false, pace: 40, port, signal: first.signal });
    const ended = runDemo(run);
    await until(() => run.err.text.includes('no person signed anything'));
    expect(run.err.text).toContain(`Port ${port} is taken`);
    const [, url] = /Sign in +(\S+)/.exec(run.err.text)!;
    expect((await fetch(url!.replace('localhost', '127.0.0.1'))).status).toBeLessThan(500);
    expect(run.err.text).toMatch(/API key +ask_/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    first.abort();
    expect(await ended).toBe(0);
    taken.close();

    const sent = await inStore('paced', async ({ collections }) => {
      const { value } = (await collections.meta.get('demo'))!;
      return (value as { sent: number }).sent;
    });
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(150);

    const second = new AbortController();
    const again = options('paced', { once: false, pace: 5_000, signal: second.signal });
    const endedAgain = runDemo(again);
    await until(() => again.err.text.includes('Everything is in'));
    expect(again.err.text).toContain(`Goes on where it stopped: ${sent} of 150`);
    second.abort();
    expect(await endedAgain).toBe(0);
    await inStore('paced', async ({ collections }) => {
      const page = await collections.items.page({
        index: 'by_received',
        where: { tenant: 'demo' },
        limit: 1_000,
      });
      expect(new Set(page.docs.map(({ _id }) => _id))).toEqual(
        new Set(all.slice(0, 150).map((item) => storedId('demo', item))),
      );
      expect(page.docs.every(({ revision }) => revision === 1)).toBe(true);
      expect(await compareCounters(collections)).toEqual([]);
    });
  }, 60_000);

  it('sends a step again that was appended but not counted, and nothing comes twice', async () => {
    const home = 'again';
    await runDemo(options(home));
    const before = await inStore(home, async ({ collections }) => {
      await collections.meta.update('demo', { set: { 'value.sent': 50 } });
      return collections.verdicts.count({ index: 'by_decided', where: { tenant: 'demo' }, limit: 10_000 });
    });
    expect(await runDemo(options(home))).toBe(0);
    await inStore(home, async ({ collections }) => {
      const after = await collections.verdicts.count({
        index: 'by_decided',
        where: { tenant: 'demo' },
        limit: 10_000,
      });
      expect(after).toBe(before);
      expect(await compareCounters(collections)).toEqual([]);
    });
  }, 60_000);
});

describe('attestations of the demo', () => {
  it('hold by account and by vouched account, and three do not', async () => {
    const posts = all.filter((item): item is PostItem => item.kind === 'post');
    const argued = new Set(
      posts.filter(({ machine }) => machine).map(({ conversationId }) => conversationId),
    );
    const slice = posts.filter(({ conversationId }) => argued.has(conversationId));
    const run = options('signed', { readItems: async () => slice });
    expect(await runDemo(run)).toBe(0);
    const summary = JSON.parse(run.out.text) as Summary;
    expect(summary.attestations['2']).toBeGreaterThan(5);
    expect(summary.attestations['1']).toBeGreaterThan(5);
    const held = summary.attestations['1']! + summary.attestations['2']!;
    expect(summary.tokens - held).toBe(3);

    const plan = planAttestations(slice);
    const reasons = await inStore('signed', async ({ collections, clock }) => {
      const { secret } = keptSecret(join(folder, 'signed'));
      const iss = readFileSync(join(folder, 'signed', 'issuer'), 'utf8');
      const rp = { id: 'localhost', name: 'Assay', origins: [iss] };
      const grants = [{ tenant: 'demo', aud: 'lists' }];
      const issuer = await openIssuer({ collections, clock }, { iss, secret, rp, grants });
      const docs = await collections.items.getMany(slice.map((item) => storedId('demo', item)));
      const entries = docs.flatMap((doc) => (doc === null ? [] : [doc]));
      const decided = await judgeFeed(
        issuer.verifier,
        entries.map(({ externalId, text, authorId, attestation }) => ({
          id: externalId,
          text: text!,
          platform: 'lists',
          author: { id: authorId },
          ...(attestation === null ? {} : { attestation }),
        })),
        'humans',
      );
      return new Map(decided.map(({ id, reason }) => [id, reason]));
    });
    const signatures = plan.signers.flatMap((signer) => signer.signatures);
    const shown = (showing: string) => reasons.get(signatures.find((one) => one.showing === showing)!.postId);
    expect(reasons.get(plan.copied!.postId)).toBe('other_account');
    expect(shown('edited')).toBe('edited');
    expect(shown('revoked')).toBe('revoked');
    // A machine's own key is a key, and no more.
    const machines = slice.filter(({ machine }) => machine).map(({ id }) => reasons.get(id));
    expect(new Set(machines)).toEqual(new Set(['no_token', 'below_minimum']));
    expect([...reasons.values()].filter((reason) => reason === 'meets_policy').length).toBeGreaterThan(5);
  }, 90_000);
});

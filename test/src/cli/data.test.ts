/** Commands on the data of a service that is not running: keys, links, dead letters, counters. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AssayError } from '../../../schemas/errors.js';
import { checkKey } from '../../../src/access/keys.js';
import { redeemLink } from '../../../src/access/sessions.js';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { type OpenedContext, openContext } from '../../../src/open-context.js';
import { setAside } from '../../../streams/dead-letter.js';
import { assay } from './terminal.js';

let home: string;
let env: Record<string, string>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-data-'));
  env = { ASSAY_HOME: home };
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = (...argv: string[]) => assay(argv, { env });

async function within<T>(work: (context: OpenedContext['context']) => Promise<T>): Promise<T> {
  const { config, secrets } = loadConfig(readEnvironment({}, env, '/nonexistent'));
  const opened = await openContext(config, secrets, { clock: Date.now, logger: pino({ level: 'silent' }) });
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

describe('assay keys', () => {
  it('creates a key that works, shows it once, and keeps no more than its hash', async () => {
    const { code, out, err } = await run('keys', 'create', '--name', 'feed', '--scopes', 'read, ingest,read');
    expect(code).toBe(0);
    const key = out.trim();
    expect(err).not.toContain(key);
    const doc = await within((context) => checkKey(context, key));
    expect(doc).toMatchObject({
      tenant: 'default',
      name: 'feed',
      scopes: ['read', 'ingest'],
      expiresMs: null,
    });
    expect((await run('keys', 'list')).out).not.toContain(key);
  });

  it('lists states, and revokes by prefix or by the whole key', async () => {
    const create = ['keys', 'create', '--name', 'x', '--scopes', 'admin', '--json'];
    const [one] = (await run(...create, '--rate', '60', '--expires-days', '1')).json;
    const [two] = (await run(...create)).json;
    expect(one).toMatchObject({
      ratePerMinute: 60,
      state: 'active',
      expiresAt: expect.stringMatching(/^20/),
    });
    expect((await run('keys', 'revoke', one.prefix)).out).toBe(`revoked ${one.prefix}\n`);
    expect((await run('keys', 'revoke', two.key, '--json')).json[0]).toEqual({
      prefix: two.prefix,
      state: 'revoked',
    });
    const again = await run('keys', 'revoke', one.prefix);
    expect([again.code, again.out]).toEqual([1, '']);
    expect(again.err).toContain('no key');
    const listed = (await run('keys', 'list', '--json')).json;
    expect(listed.map(({ state }) => state)).toEqual(['revoked', 'revoked']);
    await within(async ({ collections }) => {
      await collections.apiKeys.update(one.prefix, { set: { revokedMs: null, expiresMs: 1, lastUsedMs: 1 } });
    });
    expect((await run('keys', 'list')).out).toMatch(/expired {2}admin/);
  });

  it('asks which tenant is meant where there are several', async () => {
    env['ASSAY_TENANTS'] = 'acme,demo';
    const { code, err } = await run('keys', 'list');
    expect(code).toBe(2);
    expect(err).toContain('expected --tenant with one of acme, demo, found none');
    expect((await run('keys', 'list', '--tenant', 'other')).err).toContain('found other');
    expect((await run('keys', 'list', '--tenant', 'demo')).code).toBe(0);
  });

  it.each([
    [['--scopes', 'read,write', '--name', 'x'], 'ingest, read'],
    [['--scopes', 'read'], '--name'],
    [['--scopes', 'read', '--name', 'x', '--rate', '0'], 'from 1 to'],
    [['--scopes', 'read', '--name', 'x', '--rate', 'many'], 'from 1 to'],
  ])('refuses %j', async (flags, words) => {
    const { code, err } = await run('keys', 'create', ...flags);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('says what to do when a service is running on the data', async () => {
    await within(async () => {
      const { code, err } = await run('keys', 'list', '--json');
      expect(code).toBe(1);
      const { error } = JSON.parse(err);
      expect(error.code).toBe('store.locked');
      expect(error.message).toContain(`Process ${process.pid} is already using`);
      expect(error.message).toContain('while no service does');
    });
  });
});

describe('assay link', () => {
  it('makes a link that opens the console once', async () => {
    const { out, err } = await run('link', '--user', 'mo');
    expect(err).toContain('once');
    const url = new URL(out.trim());
    expect(url.origin).toBe('http://localhost:8080');
    const secret = url.searchParams.get('link') as string;
    const session = await within((context) => redeemLink(context, secret));
    expect(session.doc).toMatchObject({ user: 'mo', tenant: 'default', scopes: ['read', 'moderate'] });
    await within((context) => expect(redeemLink(context, secret)).rejects.toThrow());
    env['ASSAY_PUBLIC_URL'] = 'https://assay.example';
    const [admin] = (await run('link', '--user', 'mo', '--admin', '--json')).json;
    expect(admin.url).toMatch(/^https:\/\/assay\.example\/console\/login\?link=/);
  });

  it.each([
    ['::', 'http://localhost:8080'],
    ['10.0.0.7', 'http://10.0.0.7:8080'],
    ['2001:db8::1', 'http://[2001:db8::1]:8080'],
  ])('names a host of %s so that a browser finds it', async (host, origin) => {
    env['HOST'] = host;
    expect((await run('link', '--user', 'mo')).out.startsWith(`${origin}/`)).toBe(true);
  });
});

const aside = (id: string, value: Buffer | null) =>
  within(async ({ log, collections }) => {
    const record = {
      topic: 'posts',
      partition: 0,
      offset: Number(id),
      key: 'k',
      value,
      headers: { ce_type: 'post.created' },
      timestamp: 1,
    };
    const error = new AssayError('item.invalid', undefined, {
      violations: [{ pointer: '/id', detail: 'missing' }],
    });
    const parts = { deadLetters: collections.deadLetters, log, now: Date.now() };
    await setAside([{ record, tenant: 'default', error }], 1, parts);
  });

describe('assay dead-letters', () => {
  it('lists, shows and replays byte for byte', async () => {
    await aside('1', Buffer.from('{"broken'));
    await aside('2', null);
    const { json } = await run('dead-letters', 'list', '--json');
    expect(json).toHaveLength(2);
    expect(json[0]).toMatchObject({
      topic: 'posts',
      code: 'item.invalid',
      detail: '/id: missing',
      replayedAt: null,
    });
    expect((await run('dead-letters', 'list')).out).toContain('posts/0@1  item.invalid  /id: missing');
    const first = json.find(({ offset }) => offset === 1).id;
    const shown = await run('dead-letters', 'show', first);
    expect(shown.out).toContain('ce_type: post.created');
    expect(shown.out).toContain('{"broken');
    expect((await run('dead-letters', 'show', first, '--raw')).out).toBe('{"broken');
    expect((await run('dead-letters', 'show', first, '--json')).json[0].value).toBe(
      Buffer.from('{"broken').toString('base64'),
    );
    const replayed = await run('dead-letters', 'replay', first);
    expect(replayed.out).toBe(`${first} is back on posts\n`);
    const records = await within(async ({ log }) => {
      const bounds = await log.bounds('posts');
      const pages = await Promise.all(
        bounds.map(({ partition, first: from }) => log.read('posts', partition, from, 10)),
      );
      return pages.flat();
    });
    expect(records.map(({ value, headers }) => [String(value), headers])).toEqual([
      ['{"broken', { ce_type: 'post.created' }],
    ]);
    expect((await run('dead-letters', 'list', '--state', 'replayed', '--json')).json).toHaveLength(1);
    const all = await run('dead-letters', 'replay', '--all', '--json');
    expect(all.json).toHaveLength(1);
    expect(all.err).toBe('1 replayed\n');
  });

  it('stops at the limit and says so', async () => {
    await aside('1', null);
    await aside('2', null);
    const { json, err } = await run('dead-letters', 'list', '--limit', '1', '--json');
    expect(json).toHaveLength(1);
    expect(err).toContain('more than 1');
  });

  it.each([
    [['show', 'nothing'], 1, 'no dead letter nothing'],
    [['replay', 'nothing'], 1, 'no dead letter'],
    [['replay'], 2, '--all'],
    [['replay', 'x', '--all'], 2, '--all'],
    [['list', '--state', 'lost'], 2, 'open, replayed'],
  ])('refuses %j', async (argv, code, words) => {
    const outcome = await run('dead-letters', ...argv);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toContain(words);
  });
});

describe('assay counters rebuild', () => {
  it('puts right what is wrong, and says what it was', async () => {
    expect((await run('counters', 'rebuild')).err).toContain('every counter was right');
    const id = 'default:post:forum:machine';
    const counter = {
      tenant: 'default',
      kind: 'post',
      platform: 'forum',
      band: 'machine',
      n: 3,
      lastBatch: {},
    } as const;
    await within(({ collections }) => collections.counters.insert({ _id: id, ...counter }));
    expect((await run('counters', 'rebuild', '--json')).json).toEqual([{ id, found: 3, expected: 0 }]);
    await within(({ collections }) => collections.counters.update(id, { set: { n: 2 } }));
    const { out, err } = await run('counters', 'rebuild');
    expect(out).toBe(`${id}: was 2, is 0\n`);
    expect(err).toContain('1 put right');
  });
});

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { AssayError, ErrorCode } from '../../schemas/errors.js';
import { createKey } from '../../src/access/keys.js';
import { WebhookEvent } from '../../src/api/webhook-event.js';
import { type Config, loadConfig, type Secrets } from '../../src/config/config.js';
import { readEnvironment } from '../../src/config/environment.js';
import type { OpenJudging } from '../../src/judging.js';
import { openService, type Service, type ServiceOptions } from '../../src/service.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { openEmbeddedLog } from '../../streams/log/embedded.js';
import { SCORE_GROUP, VERDICTS_TOPIC } from '../../streams/topics.js';
import { startReceiver } from './egress/receiver.js';
import { type JudgingDouble, judgingDouble } from './judging-double.js';

const SECRET = 'a sealing secret that nobody may read in a log';

let home: string;
let judging: JudgingDouble;
let open: Service[];

const load = (env: Record<string, string> = {}): { config: Config; secrets: Secrets } =>
  loadConfig(
    readEnvironment({}, { ASSAY_HOME: home, PORT: '0', ASSAY_SECRET: SECRET, ...env }, '/nonexistent'),
  );

async function start(env: Record<string, string> = {}, options: ServiceOptions = {}): Promise<Service> {
  const { config, secrets } = load(env);
  const service = await openService(config, secrets, {
    logger: pino({ level: 'silent' }),
    openJudging: judging.open,
    ...options,
  });
  open.push(service);
  return service;
}

const refusal = async (env: Record<string, string>, options?: ServiceOptions): Promise<AssayError> => {
  const error = await start(env, options).then(
    () => null,
    (caught: AssayError) => caught,
  );
  expect(error).not.toBeNull();
  return error as AssayError;
};

const post = (id: string, text: string) => ({
  platform: 'forum',
  id,
  author: { id: 'ann' },
  text,
  publishedAt: new Date().toISOString(),
});

const mail = (text: string) => ({
  receivedAt: new Date().toISOString(),
  envelope: { mailFrom: 'ann@example.com', rcptTo: ['bob@example.com'] },
  raw: Buffer.from(`From: ann@example.com\r\nSubject: Hello\r\n\r\n${text}\r\n`).toString('base64'),
});

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-service-'));
  judging = judgingDouble();
  open = [];
});

afterEach(async () => {
  for (const service of open) await service.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a service', () => {
  it('sends its verdicts to webhooks, where the operator lets it', async () => {
    const receiver = await startReceiver();
    const arrived = new Promise<void>((resolve) => {
      receiver.answer = (_request, response) => {
        response.writeHead(204).end(resolve);
      };
    });
    try {
      const service = await start({ ASSAY_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` });
      const { key } = await createKey(service.context, { tenant: 'default', name: 't', scopes: ['admin'] });
      const register = (url: string) =>
        fetch(`http://127.0.0.1:${service.port}/v1/webhooks`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ url }),
        });
      expect((await register(`http://127.0.0.1:${service.port}/`)).status).toBe(422);
      expect((await register(`${receiver.url}/hook`)).status).toBe(201);
      await service.context.intake.posts('default', [post('1', 'a machine wrote this')]);
      await arrived;
      const [received] = receiver.received;
      const event = WebhookEvent.parse(JSON.parse(received!.body));
      expect(event).toEqual(JSON.parse(received!.body));
      const { data } = event;
      expect(data).toMatchObject({ band: 'machine', externalId: '1', plain: expect.any(String) });
      expect(data).not.toHaveProperty('tenant');
      expect(received!.headers['webhook-id']).toBe(data.verdictId);
      const metrics = await service.metrics.registry.metrics();
      expect(metrics).toMatch(/^assay_webhook_oldest_seconds \d/m);
    } finally {
      await receiver.close();
    }
  });

  it('takes texts all the way to announced verdicts, counters and readiness', async () => {
    let announced = 0;
    let batches = 0;
    const service = await start(
      {},
      {
        onAnnounced: (count) => {
          announced += count;
        },
        onBatch: () => {
          batches += 1;
        },
      },
    );
    const { context, worker } = service;
    const [taken] = await context.intake.posts('default', [
      post('1', 'a machine wrote this'),
      { no: 'post' },
    ]);
    const letter = await context.intake.email('default', mail('a person wrote this'));
    expect(taken).toHaveProperty('itemId');
    await worker.settle(AbortSignal.timeout(10_000));
    const items = context.collections.items;
    expect(await items.get((taken as { itemId: string }).itemId)).toMatchObject({ band: 'machine' });
    expect(await items.get(letter.itemId)).toMatchObject({ band: 'no_machine_signs', subject: 'Hello' });
    expect(announced).toBe(2);
    expect(batches).toBeGreaterThan(0);
    const bounds = await context.log.bounds(VERDICTS_TOPIC);
    expect(bounds.reduce((sum, { first, next }) => sum + next - first, 0)).toBe(2);

    const ready = await fetch(`http://127.0.0.1:${service.port}/readyz`);
    expect(ready.status).toBe(200);
    const { checks } = (await ready.json()) as { checks: { name: string; facts: Record<string, unknown> }[] };
    expect(checks.map(({ name }) => name).sort()).toEqual(['detector', 'disk', 'log', 'store', 'worker']);
    expect(checks.find(({ name }) => name === 'worker')?.facts).toMatchObject({ lag: 0 });
    expect(checks.find(({ name }) => name === 'detector')?.facts).toEqual({ word: '1, js on cpu' });
    const { key } = await createKey(context, { tenant: 'default', name: 't', scopes: ['admin'] });
    const metrics = await fetch(`http://127.0.0.1:${service.port}/metrics`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const text = await metrics.text();
    expect(text).toMatch(/^assay_announced_total 2$/m);
    expect(text).toMatch(/^assay_log_lag 0$/m);
    expect(text).toMatch(/^assay_outbox_pending 0$/m);
  });

  it('scores a text now, at the prior it is given or its own, and stores nothing', async () => {
    const { context } = await start({ ASSAY_PRIOR: '0.1' });
    const signal = new AbortController().signal;
    const input = { kind: 'post', format: 'text', content: 'neither word' } as const;
    const own = await context.scoreNow(input, signal);
    expect(own.decision).toMatchObject({ prior: 0.1, band: 'uncertain' });
    expect(own.decision.probability).toBeCloseTo(0.1);
    expect((await context.scoreNow({ ...input, prior: 0.5 }, signal)).decision.probability).toBeCloseTo(0.5);
    expect((await context.collections.items.page({ index: '_id', limit: 1 })).docs).toEqual([]);
    await expect(context.scoreNow(input, AbortSignal.abort())).rejects.toThrow();
    expect(context.sentenceOf('x')).toBe('sentence of x');
  });

  it('names itself by its port, unless it is told its public address', async () => {
    const first = await start();
    expect(first.publicUrl).toBe(`http://localhost:${first.port}`);
    expect(first.issuer.iss).toBe(first.publicUrl);
    expect(first.issuer.rp.id).toBe('localhost');
    await first.close();
    const second = await start({ ASSAY_PUBLIC_URL: 'https://assay.example' });
    expect(second.issuer.rp).toMatchObject({ id: 'assay.example', origins: ['https://assay.example'] });
  });

  it('keeps its keys and its items over a restart', async () => {
    const first = await start({ PORT: '0' });
    const { itemId } = await first.context.intake.post('default', post('1', 'a person'));
    const kids = first.issuer.keys.token.publicKeys.map(({ kid }) => kid);
    await first.close();
    await first.close();
    expect(judging.closed).toBe(1);
    const second = await start();
    expect(second.issuer.keys.token.publicKeys.map(({ kid }) => kid)).toEqual(kids);
    await second.worker.settle(AbortSignal.timeout(10_000));
    expect(await second.context.collections.items.get(itemId)).not.toBeNull();
  });

  it('finishes the batch in hand when it closes, and begins no other', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun: () => void = () => undefined;
    const judgingBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow: OpenJudging = async () => {
      const { detector, ...rest } = await judging.open();
      const judge: typeof detector.judge = async (inputs) => {
        begun();
        await held;
        return detector.judge(inputs);
      };
      return { ...rest, detector: { ...detector, judge } };
    };
    const service = await start({ ASSAY_BATCH: '3', ASSAY_PARTITIONS: '1' }, { openJudging: slow });
    const posts = Array.from({ length: 7 }, (_none, at) => post(String(at), `a person, ${at}`));
    await service.context.intake.posts('default', posts);
    await judgingBegun;
    const closed = service.close();
    release();
    await closed;
    const log = openEmbeddedLog({ folder: join(home, 'log') });
    expect(await log.committed(SCORE_GROUP, 'posts')).toEqual([{ partition: 0, offset: 3 }]);
    await log.close();
    const next = await start({ ASSAY_PARTITIONS: '1' });
    await next.worker.settle(AbortSignal.timeout(10_000));
    expect((await next.context.collections.items.page({ index: '_id', limit: 10 })).docs).toHaveLength(7);
  });

  it('takes no more requests once it closes', async () => {
    const service = await start();
    await service.close();
    await expect(fetch(`http://127.0.0.1:${service.port}/healthz`)).rejects.toThrow();
  });

  it('ends live streams when it closes, instead of waiting for them', async () => {
    const service = await start();
    const { key } = await createKey(service.context, { tenant: 'default', name: 't', scopes: ['read'] });
    const stream = await fetch(`http://127.0.0.1:${service.port}/v1/verdicts/stream`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(stream.status).toBe(200);
    const ended = stream.text().then(
      () => 'ended',
      () => 'cut off',
    );
    await service.close();
    expect(await ended).toBe('ended');
  });

  it('may issue under a name of its own', async () => {
    const name = 'https://elsewhere.example';
    const { issuer } = await start({}, { issuerName: () => name });
    expect(issuer.iss).toBe(name);
  });

  it('sweeps what has expired, part by part', async () => {
    const { context, sweepers } = await start();
    const expired = { _id: 'old', tenant: 'default', expiresMs: 1 };
    await context.collections.usedProofs.insert(expired);
    await sweepers?.sweep();
    expect(await context.collections.usedProofs.get('old')).toBeNull();
  });
});

describe('a start that cannot succeed says why, and leaves nothing open', () => {
  const cases: [string, Record<string, string>, ErrorCode, string][] = [
    ['no secret', { ASSAY_SECRET: '' }, 'config.invalid', 'ASSAY_SECRET is not set'],
    ['too little room', { ASSAY_MIN_FREE_MB: '1000000' }, 'disk.full', 'not enough disk space'],
    ['an address of another machine', { HOST: '192.0.2.1' }, 'config.invalid', '192.0.2.1'],
  ];
  it.each(cases)('%s', async (_what, env, code, words) => {
    const error = await refusal(env);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    await start();
  });

  it('another process on the same data', async () => {
    await start();
    const error = await refusal({});
    expect(error.code).toBe('log.locked');
    expect(error.message).toContain(`Process ${process.pid} is already using ${home}`);
  });

  it('a secret that is not the one of the first start', async () => {
    await (await start()).close();
    expect((await refusal({ ASSAY_SECRET: 'x'.repeat(40) })).code).toBe('attest.key_locked');
    await start();
  });

  it('a key holder or a trust list that is none', async () => {
    const file = join(home, 'nonsense.mjs');
    writeFileSync(file, 'export default 5;');
    const settings: [string, string][] = [
      ['ASSAY_KEY_HOLDER', file],
      ['ASSAY_TRUST', file],
      ['ASSAY_TRUST', join(home, 'none')],
    ];
    for (const [name, value] of settings) {
      expect((await refusal({ [name]: value })).code).toBe('config.invalid');
    }
    await start();
  });

  it('a detector that cannot be loaded', async () => {
    const broken = async () => {
      throw new Error('no weights');
    };
    expect((await refusal({}, { openJudging: broken })).message).toBe('no weights');
    await start();
  });

  it('a taken port: an error, or the next free one where that is wanted', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const port = (taken.address() as AddressInfo).port;
    const error = await refusal({ PORT: String(port) });
    expect(error.code).toBe('config.port_taken');
    expect(error.message).toContain(`Port ${port} on 127.0.0.1 is taken`);
    const moved = await start({ PORT: String(port) }, { nextFreePorts: 5 });
    expect(moved.port).not.toBe(port);
    expect(moved.port).toBeGreaterThan(0);
    await new Promise((resolve) => taken.close(resolve));
  });
});

describe('the log of a run', () => {
  it('holds neither texts nor secrets nor keys', async () => {
    let log = '';
    const destination = {
      write(line: string) {
        log += line;
      },
    };
    const logger = createLogger('trace', destination);
    const service = await start({}, { logger });
    const words = 'Marigold umbrella telegraph';
    await service.context.intake.posts('default', [post('1', words), post('2', `poison ${words}`)]);
    await service.context.intake.email('default', mail(words));
    await service.context.intake.email('default', {
      ...mail(words),
      raw: Buffer.from(words).toString('base64'),
    });
    await service.worker.settle(AbortSignal.timeout(15_000));
    const { key } = await createKey(service.context, { tenant: 'default', name: 't', scopes: ['read'] });
    await fetch(`http://127.0.0.1:${service.port}/metrics?words=${encodeURIComponent(words)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    await service.close();
    expect(log).toContain('a record was set aside');
    expect(log).toContain('"route":"/metrics"');
    for (const word of words.split(' ')) expect(log).not.toContain(word);
    expect(log).not.toContain(Buffer.from(words).toString('base64').slice(0, 20));
    for (const secret of [
      SECRET,
      key,
      key.split('_').slice(2).join('_'),
      'bob@example.com',
      'ann@example.com',
    ]) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('the issuer of a service', () => {
  it('is what the configuration says: its key holder, platforms, quotas and whom it trusts', async () => {
    const module = join(home, 'file-keys.mjs');
    copyFileSync('examples/key-holder/file-keys.js', module);
    const trust = join(home, 'trust.json');
    const elsewhere = {
      iss: 'https://elsewhere.example',
      audiences: ['*'],
      token_keys: [],
      status_keys: [],
      status_origins: [],
    };
    writeFileSync(trust, JSON.stringify({ issuers: [elsewhere] }));
    const { issuer } = await start({
      ASSAY_AUDIENCES: 'default=forum/mail',
      ASSAY_KEY_HOLDER: module,
      ASSAY_TRUST: trust,
      ASSAY_AUTHOR_QUOTA: '7',
    });
    expect([...issuer.granted]).toEqual([
      ['forum', 'default'],
      ['mail', 'default'],
    ]);
    expect(issuer.quotas).toEqual({ perAuthorDay: 7, perPlatformHour: 100_000 });
    expect(issuer.keys.token.schedule.map(({ key }) => key.holder)).toEqual(['files']);
    expect(issuer.fetch).toBeDefined();
    // A trust list with a fault inside is found when it is used first: here it is not.
    expect((await issuer.verifier.verify('x.y.z', {})).errors).toEqual(['token.malformed']);
  });
});

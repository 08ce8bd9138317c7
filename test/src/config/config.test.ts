import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import { parseAudiences } from '../../../src/config/audiences.js';
import { loadConfig } from '../../../src/config/config.js';
import { describeSettings, envExample } from '../../../src/config/describe.js';
import { readEnvironment, unknownVariables } from '../../../src/config/environment.js';
import { SETTINGS } from '../../../src/config/settings.js';
import { parseTenants } from '../../../src/config/tenants.js';

const nowhere = '/nonexistent/.env';

const load = (env: Record<string, string>, flags = {}) => loadConfig(readEnvironment(flags, env, nowhere));

describe('configuration', () => {
  it('is complete without a single variable', () => {
    const { config, secrets } = load({});
    expect(config).toMatchObject({
      home: '.assay',
      host: '127.0.0.1',
      port: 8080,
      kafkaBrokers: null,
      egressAllow: [],
      publicUrl: null,
      tenants: [{ tenant: 'default', posts: 'posts', emails: 'emails' }],
      engine: 'auto',
      logLevel: 'info',
    });
    expect(secrets).toEqual({ mongoUrl: null, sealing: null, kafkaPassword: null });
  });

  it('types what it reads', () => {
    const { config, secrets } = load({
      PORT: '0',
      KAFKA_BROKERS: 'a:9092, b:9093',
      MONGO_URL: 'mongodb://u:p@h/assay',
      ASSAY_SECRET: 's'.repeat(32),
      ASSAY_TENANTS: 'acme,demo=p/e',
      ASSAY_PUBLIC_URL: 'https://assay.example',
      ASSAY_EGRESS_ALLOW: 'localhost:8081, Hooks.Inside:443',
      ASSAY_DEGRADE_ABOVE: '5000',
    });
    expect([config.degradeAbove, load({}).config.degradeAbove]).toEqual([5_000, null]);
    expect(config.egressAllow).toEqual(['localhost:8081', 'hooks.inside:443']);
    expect(config.port).toBe(0);
    expect(config.kafkaBrokers).toEqual(['a:9092', 'b:9093']);
    expect(config.tenants).toEqual([
      { tenant: 'acme', posts: 'posts.acme', emails: 'emails.acme' },
      { tenant: 'demo', posts: 'p', emails: 'e' },
    ]);
    expect(secrets).toEqual({
      mongoUrl: 'mongodb://u:p@h/assay',
      sealing: 's'.repeat(32),
      kafkaPassword: null,
    });
    expect(JSON.stringify(config)).not.toContain('u:p@h');
  });

  it('reports all problems together, without the values of secrets', () => {
    const broken = {
      PORT: '99999',
      KAFKA_BROKERS: 'broker',
      ASSAY_SECRET: 'too short',
      ASSAY_TENANTS: 'UPPER',
      ASSAY_PUBLIC_URL: 'https://assay.example/path/',
      ASSAY_EGRESS_ALLOW: 'localhost',
    };
    let error: unknown;
    try {
      load(broken);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(AssayError);
    const { code, message } = error as AssayError;
    expect(code).toBe('config.invalid');
    for (const name of Object.keys(broken)) expect(message).toContain(`${name} (environment): `);
    expect(message).not.toContain('too short');
  });

  it('lets the command line win over the environment, and the environment over the .env file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-config-'));
    const file = join(folder, '.env');
    writeFileSync(file, 'PORT=1111\nHOST=::1\nASSAY_BATCH=7\n');
    const raw = readEnvironment({ PORT: '3333' }, { PORT: '2222', HOST: '0.0.0.0', ASSAY_HOME: '' }, file);
    rmSync(folder, { recursive: true });
    expect(raw.PORT).toEqual({ text: '3333', source: 'command line' });
    expect(raw.HOST).toEqual({ text: '0.0.0.0', source: 'environment' });
    expect(raw.ASSAY_BATCH).toEqual({ text: '7', source: '.env' });
    expect(raw.ASSAY_HOME).toEqual({ text: '.assay', source: 'default' });
  });

  it('names variables that mean nothing', () => {
    const env = { ASSAY_PROT: '1', ASSAY_HOME: 'x', ASSAY_DATA: 'y', ASSAY_TEST_KAFKA: 'z', OTHER: '1' };
    expect(unknownVariables(env)).toEqual(['ASSAY_PROT']);
  });
});

describe('settings for people', () => {
  it('are all described, with secrets masked', () => {
    const raw = readEnvironment({}, { ASSAY_SECRET: 'do not print me', MONGO_URL: 'mongodb://me' }, nowhere);
    const described = describeSettings(raw);
    expect(described.map(({ name }) => name)).toEqual(Object.keys(SETTINGS));
    expect(described.every(({ description }) => description.length > 10)).toBe(true);
    const text = JSON.stringify(described);
    expect(text).not.toContain('do not print me');
    expect(text).not.toContain('mongodb://me');
    expect(described.find(({ name }) => name === 'ASSAY_SECRET')?.value).toMatch(/^•+$/);
    expect(described.find(({ name }) => name === 'KAFKA_BROKERS')).toMatchObject({
      value: null,
      source: 'default',
    });
  });

  it('are the ones of .env.example', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });
});

describe('platforms that the operator gives out', () => {
  it('are given to tenants that there are', () => {
    const env = { ASSAY_TENANTS: 'acme,demo', ASSAY_AUDIENCES: 'acme=forum/mail, demo=lists' };
    expect(load(env).config.audiences).toEqual([
      { tenant: 'acme', aud: 'forum' },
      { tenant: 'acme', aud: 'mail' },
      { tenant: 'demo', aud: 'lists' },
    ]);
    expect(load({}).config.audiences).toEqual([]);
    expect(() => load({ ASSAY_AUDIENCES: 'acme=forum' })).toThrow(
      'forum is given to acme, which ASSAY_TENANTS',
    );
  });

  it.each([
    ['acme', 'expected tenant=platform/platform, found "acme"'],
    ['=forum', 'found "=forum"'],
    ['acme=', 'found "acme="'],
    ['acme=Forum', 'found "acme=Forum"'],
    ['acme=a=b', 'found "acme=a=b"'],
    ['acme=forum,demo=forum', 'found "forum" twice'],
  ])('are refused as %j', (text, message) => {
    expect(() => parseAudiences(text)).toThrow(message);
  });
});

describe('quotas of intake', () => {
  it('are one for every tenant, and one for each that is named', () => {
    expect(load({}).config.intakeQuotas).toEqual({ everybody: null, tenants: {} });
    const env = { ASSAY_TENANTS: 'acme,demo', ASSAY_INTAKE_QUOTA: '600, acme=60' };
    expect(load(env).config.intakeQuotas).toEqual({ everybody: 600, tenants: { acme: 60 } });
  });

  it.each([
    ['many', 'found "many"'],
    ['0', 'found "0"'],
    ['acme=', 'found "acme="'],
    ['=5', 'found "=5"'],
    ['acme=1=2', 'found "acme=1=2"'],
    ['5,6', 'found "6" as a second one'],
    ['acme=5,acme=6', 'found "acme=6" as a second one'],
    ['stranger=5', 'stranger has a quota, and ASSAY_TENANTS does not name it'],
  ])('are refused as %j', (text, message) => {
    expect(() => load({ ASSAY_TENANTS: 'acme', ASSAY_INTAKE_QUOTA: text })).toThrow(message);
  });
});

describe('the issuer', () => {
  it('is told its limits, its key holder and whom else it trusts', () => {
    expect(load({}).config).toMatchObject({
      keyHolder: null,
      trust: null,
      credentialTrust: null,
      metadata: null,
      quotas: { perAuthorDay: 500, perPlatformHour: 100_000 },
      proxies: 0,
    });
    const env = {
      ASSAY_KEY_HOLDER: './holder.js',
      ASSAY_TRUST: 'trust.json',
      ASSAY_CREDENTIAL_TRUST: 'persons.json',
      ASSAY_METADATA: 'https://mds3.fidoalliance.org/',
      ASSAY_METADATA_ROOT: 'root.pem',
      ASSAY_AUTHOR_QUOTA: '7',
      ASSAY_PLATFORM_QUOTA: '9',
      ASSAY_PROXIES: '2',
    };
    expect(load(env).config).toMatchObject({
      keyHolder: './holder.js',
      trust: 'trust.json',
      credentialTrust: 'persons.json',
      metadata: { source: 'https://mds3.fidoalliance.org/', rootFile: 'root.pem' },
      quotas: { perAuthorDay: 7, perPlatformHour: 9 },
      proxies: 2,
    });
    expect(() => load({ ASSAY_METADATA: 'blob.jwt' })).toThrow('go together');
    expect(() => load({ ASSAY_METADATA: 'http://a', ASSAY_METADATA_ROOT: 'b' })).toThrow('https address');
    expect(() => load({ ASSAY_AUTHOR_QUOTA: '0', ASSAY_PROXIES: '-1' })).toThrow('ASSAY_AUTHOR_QUOTA');
  });
});

describe('tenants', () => {
  it.each([
    ['', 'at least one'],
    ['a,a', 'found "a" twice'],
    ['a=x/y,b=x/z', 'found "x" twice'],
    ['a=verdicts/e', 'found "verdicts" twice'],
    ['a=x', 'two topic names'],
    ['a=x/y/z', 'two topic names'],
    ['a=x/y=z', 'found "a=x/y=z"'],
    ['a=x y/z', 'two topic names'],
  ])('refuses %j', (text, message) => {
    expect(() => parseTenants(text)).toThrow(message);
  });
});

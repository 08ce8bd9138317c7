/** What the settings of brokers become: options of the client, tokens, and refusals that quote no secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { clientAccess } from '../../../src/kafka/client-access.js';
import { tokenFromEndpoint, tokenFromFile } from '../../../src/kafka/oauth-token.js';
import { startReceiver } from '../egress/receiver.js';

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const NAMED = { KAFKA_USERNAME: 'assay', KAFKA_PASSWORD: 'nobody-may-read-this' };

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-access-'));
  for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(at(name), PEM.replace('AA', name));
  writeFileSync(at('token'), ' a.token-of~mine+/== \n');
  writeFileSync(at('none'), 'two words\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (env: Record<string, string>) =>
  loadConfig(readEnvironment({}, { KAFKA_BROKERS: 'broker:9092', ...env }, '/nonexistent'));
const access = async (env: Record<string, string>) => {
  const { config, secrets } = load(env);
  expect(JSON.stringify(config)).not.toContain(NAMED.KAFKA_PASSWORD);
  return clientAccess(config, secrets, Date.now);
};

describe('access to brokers', () => {
  it('is open and in clear text unless it is told', async () => {
    expect(await access({})).toEqual({ tls: false });
  });

  it('goes over TLS, with an authority and a certificate of its own where they are named', async () => {
    expect(await access({ KAFKA_TLS: 'on' })).toEqual({ tls: {} });
    const files = {
      KAFKA_TLS_CA: at('ca.pem'),
      KAFKA_TLS_CERT: at('cert.pem'),
      KAFKA_TLS_KEY: at('key.pem'),
    };
    const { tls } = await access({ KAFKA_TLS: 'on', ...files });
    expect(tls).toEqual({
      ca: PEM.replace('AA', 'ca.pem'),
      cert: PEM.replace('AA', 'cert.pem'),
      key: PEM.replace('AA', 'key.pem'),
    });
    for (const path of [at('nowhere'), at('token')]) {
      await expect(access({ KAFKA_TLS: 'on', KAFKA_TLS_CA: path })).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining('KAFKA_TLS_CA'),
      });
    }
  });

  it.each(['scram-sha-256', 'scram-sha-512'])('proves who comes by %s, also in clear text', async (sasl) => {
    expect(await access({ KAFKA_SASL: sasl, ...NAMED })).toEqual({
      tls: false,
      sasl: { mechanism: sasl, username: 'assay', password: NAMED.KAFKA_PASSWORD },
    });
  });

  it('proves who comes by plain where nobody listens in', async () => {
    const sasl = { mechanism: 'plain', username: 'assay', password: NAMED.KAFKA_PASSWORD };
    expect((await access({ KAFKA_TLS: 'on', KAFKA_SASL: 'plain', ...NAMED })).sasl).toEqual(sasl);
    const here = { KAFKA_BROKERS: '127.0.0.1:9092,localhost:9093', KAFKA_SASL: 'plain', ...NAMED };
    expect((await access(here)).sasl).toEqual(sasl);
  });

  it('takes tokens from a file or from an endpoint', async () => {
    const { sasl } = await access({
      KAFKA_TLS: 'on',
      KAFKA_SASL: 'oauthbearer',
      KAFKA_TOKEN_FILE: at('token'),
    });
    const provider = (sasl as { oauthBearerProvider: () => Promise<{ value: string }> }).oauthBearerProvider;
    expect(await provider()).toEqual({ value: 'a.token-of~mine+/==' });
    const env = { KAFKA_TLS: 'on', KAFKA_SASL: 'oauthbearer', KAFKA_TOKEN_URL: 'https://auth.inside/t' };
    expect((await access({ ...env, ...NAMED })).sasl).toMatchObject({ mechanism: 'oauthbearer' });
  });

  it.each([
    [{ KAFKA_SASL: 'plain', ...NAMED }, 'KAFKA_SASL=plain sends the secret as it is'],
    [{ KAFKA_SASL: 'scram-sha-256' }, 'needs KAFKA_USERNAME and KAFKA_PASSWORD'],
    [{ ...NAMED }, 'KAFKA_SASL is not set'],
    [{ KAFKA_SASL: 'scram-sha-256', ...NAMED, KAFKA_TOKEN_FILE: 'x' }, 'belong to KAFKA_SASL=oauthbearer'],
    [{ KAFKA_TLS: 'on', KAFKA_SASL: 'oauthbearer' }, 'needs one of KAFKA_TOKEN_FILE and KAFKA_TOKEN_URL'],
    [
      { KAFKA_TLS: 'on', KAFKA_SASL: 'oauthbearer', KAFKA_TOKEN_URL: 'https://auth.inside/t' },
      'KAFKA_TOKEN_URL needs KAFKA_USERNAME',
    ],
    [
      { KAFKA_SASL: 'oauthbearer', KAFKA_TOKEN_URL: 'auth.inside' },
      'expected the address of a token endpoint',
    ],
    [{ KAFKA_TLS_CA: 'x' }, 'need KAFKA_TLS=on'],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_KEY: 'x' }, 'belong together'],
    [{ KAFKA_BROKERS: '', KAFKA_TLS: 'on' }, 'need KAFKA_BROKERS'],
  ])('is refused as %j', (env, message) => {
    let found = '';
    try {
      load(env as Record<string, string>);
    } catch (error) {
      found = (error as Error).message;
    }
    expect(found).toContain(message);
    expect(found).not.toContain(NAMED.KAFKA_PASSWORD);
  });
});

describe('a token of a file', () => {
  it('is none where there is no file, or something else in it', async () => {
    for (const name of ['nowhere', 'none']) {
      const error = await tokenFromFile(at(name))().catch((caught: Error) => caught);
      expect(error).toMatchObject({ code: 'log.unavailable' });
      expect((error as Error).message).not.toContain('two words');
    }
  });
});

describe('a token of an endpoint', () => {
  const reply = (status: number, body: unknown) => ({
    status,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const source = (replies: ReturnType<typeof reply>[], clock: () => number, scope: string | null = null) => {
    const asked: { url: string; request: Record<string, unknown> }[] = [];
    const egress = {
      async fetch(url: string, request: object) {
        asked.push({ url, request: request as Record<string, unknown> });
        return replies.shift() ?? reply(500, '');
      },
    };
    const endpoint = { url: 'https://auth.inside/t', clientId: 'a b', clientSecret: 's:c', scope, clock };
    return { asked, take: tokenFromEndpoint({ ...endpoint, egress }) };
  };

  it('is asked for with the client’s credentials, once for many, and again shortly before it ends', async () => {
    let now = 0;
    const replies = ['one', 'two'].map((name) => reply(200, { access_token: name, expires_in: 60 }));
    const { asked, take } = source(replies, () => now, 'kafka');
    expect(await Promise.all([take(), take()])).toEqual([{ value: 'one' }, { value: 'one' }]);
    now = 29_000;
    expect(await take()).toEqual({ value: 'one' });
    now = 30_000;
    expect(await take()).toEqual({ value: 'two' });
    expect(asked).toHaveLength(2);
    const { url, request } = asked[0] as (typeof asked)[number];
    expect(url).toBe('https://auth.inside/t');
    expect(String(request['body'])).toBe('grant_type=client_credentials&scope=kafka');
    const { authorization } = request['headers'] as { authorization: string };
    const sent = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    expect(sent).toBe('a+b:s%3Ac');
  });

  it('is asked for again when there was none, and quotes nothing of the answer', async () => {
    const replies = [
      reply(401, { error: 'zq7' }),
      reply(200, 'zq7, and no JSON'),
      reply(200, { access_token: 'two words zq7' }),
      reply(200, { access_token: 'fine' }),
    ];
    const { take } = source(replies, () => 0);
    for (let tries = 0; tries < 3; tries += 1) {
      const error = await take().catch((caught: Error) => caught);
      expect(error).toMatchObject({ code: 'log.unavailable' });
      expect((error as Error).message).not.toContain('zq7');
    }
    expect(await take()).toEqual({ value: 'fine' });
  });

  it('comes from where the operator says, although the public does not reach it', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(200).end('{"access_token":"inside"}');
    try {
      const env = { KAFKA_BROKERS: '127.0.0.1:9092', KAFKA_SASL: 'oauthbearer', ...NAMED };
      const { sasl } = await access({ ...env, KAFKA_TOKEN_URL: `${receiver.url}/token` });
      const { oauthBearerProvider } = sasl as { oauthBearerProvider: () => Promise<{ value: string }> };
      expect(await oauthBearerProvider()).toEqual({ value: 'inside' });
      expect(receiver.received[0]?.method).toBe('POST');
    } finally {
      await receiver.close();
    }
  });
});

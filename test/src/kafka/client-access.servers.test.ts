/** A real broker that asks who comes: every mechanism the settings offer, and what is said of a wrong password. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { clientAccess } from '../../../src/kafka/client-access.js';
import { openKafkaLog } from '../../../streams/log/kafka.js';
import type { Log } from '../../../streams/log/port.js';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';
import { type Receiver, startReceiver } from '../egress/receiver.js';

const USER = { username: 'assay', password: 'a-password-nobody-may-read' };

let kafka: KafkaServer;
let endpoint: Receiver;
let folder: string;
let log: Log | undefined;

/** As brokers for tests take it: signed by nobody. */
const token = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: 'assay', iat: now, exp: now + 600, scope: [] })}.`;
};

beforeAll(async () => {
  kafka = await startKafka(USER);
  endpoint = await startReceiver();
  endpoint.answer = (_request, response) =>
    void response.writeHead(200).end(JSON.stringify({ access_token: token(), expires_in: 600 }));
  folder = mkdtempSync(join(tmpdir(), 'assay-sasl-'));
  writeFileSync(join(folder, 'token'), `${token()}\n`);
}, 300_000);

afterEach(async () => {
  await log?.close();
  log = undefined;
}, 60_000);

afterAll(async () => {
  await Promise.all([kafka?.stop(), endpoint?.close()]);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

async function open(env: Record<string, string>): Promise<Log> {
  const all = { KAFKA_BROKERS: kafka.saslBrokers, ...env };
  const { config, secrets } = loadConfig(readEnvironment({}, all, '/nonexistent'));
  const access = await clientAccess(config, secrets, Date.now);
  log = openKafkaLog({ brokers: config.kafkaBrokers as string[], ...access });
  return log;
}

const named = { KAFKA_USERNAME: USER.username, KAFKA_PASSWORD: USER.password };

describe('a broker that asks who comes', () => {
  const ways: [string, () => Record<string, string>][] = [
    ['plain', () => ({ KAFKA_SASL: 'plain', ...named })],
    ['scram-sha-256', () => ({ KAFKA_SASL: 'scram-sha-256', ...named })],
    ['scram-sha-512', () => ({ KAFKA_SASL: 'scram-sha-512', ...named })],
    ['oauthbearer-file', () => ({ KAFKA_SASL: 'oauthbearer', KAFKA_TOKEN_FILE: join(folder, 'token') })],
    [
      'oauthbearer-endpoint',
      () => ({ KAFKA_SASL: 'oauthbearer', KAFKA_TOKEN_URL: `${endpoint.url}/token`, ...named }),
    ],
  ];

  it.each(ways)(
    'lets in by %s',
    async (way, env) => {
      const opened = await open(env());
      await opened.ensureTopics([{ name: way, partitions: 1, retentionMs: null }]);
      await opened.send(way, [{ key: 'k', value: Buffer.from('v') }]);
      expect((await opened.bounds(way))[0]).toMatchObject({ next: 1 });
    },
    60_000,
  );

  it('shuts out who has another password or none, and says neither', async () => {
    for (const env of [{ KAFKA_SASL: 'scram-sha-256', ...named, KAFKA_PASSWORD: 'secret-but-wrong' }, {}]) {
      const opened = await open(env as Record<string, string>);
      const error = await opened.ping().catch((caught: Error) => caught);
      expect(error).toMatchObject({ code: 'log.unavailable' });
      expect(String((error as Error).message)).not.toContain('secret-but-wrong');
      await opened.close();
    }
  }, 120_000);
});

/** Every role in a process of its own, on a real broker and a Mongo-wire server: together they are the service. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createKey } from '../../src/access/keys.js';
import { loadConfig } from '../../src/config/config.js';
import { readEnvironment } from '../../src/config/environment.js';
import type { Role } from '../../src/config/roles.js';
import { openService, type Service } from '../../src/service.js';
import { VERDICTS_TOPIC } from '../../streams/topics.js';
import { type KafkaServer, startKafka } from '../servers/kafka.js';
import { type TestMongo, testMongo } from '../servers/test-mongo.js';
import { judgingDouble } from './judging-double.js';

const PATIENCE_MS = 300_000;
const logger = pino({ level: 'silent' });

let kafka: KafkaServer;
let mongo: TestMongo;
let url: string;
const services = new Map<Role, Service>();
const judging = judgingDouble();

async function start(role: Role): Promise<Service> {
  const env = {
    ASSAY_ROLES: role,
    PORT: '0',
    ASSAY_SECRET: 'a sealing secret for processes apart',
    ASSAY_PUBLIC_URL: 'https://assay.example',
    ASSAY_PARTITIONS: '2',
    KAFKA_BROKERS: kafka.brokers,
    MONGO_URL: url,
  };
  const { config, secrets } = loadConfig(readEnvironment({}, env, '/nonexistent'));
  const service = await openService(config, secrets, { logger, openJudging: judging.open });
  services.set(role, service);
  return service;
}

const at = (role: Role): Service => services.get(role) as Service;
const get = (role: Role, path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${at(role).port}${path}`, { headers });

beforeAll(async () => {
  [kafka, mongo] = await Promise.all([startKafka(), testMongo()]);
  url = mongo.freshDatabase();
  for (const role of ['api', 'score', 'gather', 'announce', 'console'] as const) await start(role);
}, PATIENCE_MS);

afterAll(async () => {
  for (const service of services.values()) await service.close();
  await Promise.all([kafka?.stop(), mongo?.stop()]);
}, PATIENCE_MS);

describe('roles in processes of their own', () => {
  it('load a detector only where texts are judged, and sweep only where verdicts are announced', () => {
    const having = (has: (service: Service) => boolean) =>
      [...services].filter(([, service]) => has(service)).map(([role]) => role);
    expect(having(({ judging: loaded }) => loaded !== null)).toEqual(['api', 'score']);
    expect(having(({ sweepers }) => sweepers !== null)).toEqual(['announce']);
    expect(having(({ issuer }) => issuer.iss === 'https://assay.example')).toHaveLength(5);
  });

  it('take a text from intake to an announced verdict, each doing its part', async () => {
    const { key } = await createKey(at('api').context, {
      tenant: 'default',
      name: 't',
      scopes: ['ingest', 'read', 'admin'],
    });
    const auth = { authorization: `Bearer ${key}` };
    const post = {
      platform: 'forum',
      id: '1',
      author: { id: 'ann' },
      text: 'a machine wrote this',
      publishedAt: new Date().toISOString(),
    };
    const taken = await fetch(`http://127.0.0.1:${at('api').port}/v1/posts`, {
      method: 'POST',
      headers: { ...auth, 'content-type': 'application/json' },
      body: JSON.stringify(post),
    });
    expect(taken.status).toBe(202);
    const { itemId } = (await taken.json()) as { itemId: string };
    await at('announce').worker.settle(AbortSignal.timeout(60_000));
    expect(await (await get('api', `/v1/items/${itemId}`, auth)).json()).toMatchObject({
      verdict: { band: 'machine' },
    });
    const bounds = await at('api').context.log.bounds(VERDICTS_TOPIC);
    expect(bounds.reduce((sum, { first, next }) => sum + next - first, 0)).toBe(1);
    const counted = async (role: Role, name: string) =>
      new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await get(role, '/metrics', auth)).text())?.[1];
    expect(await counted('score', 'assay_records_total')).toBe('1');
    expect(await counted('score', 'assay_announced_total')).toBe('0');
    expect(await counted('announce', 'assay_records_total')).toBe('0');
    expect(await counted('announce', 'assay_announced_total')).toBe('1');
  }, 90_000);

  it('serve what is theirs and nothing else, and say in their readiness what they are', async () => {
    const parts: Record<string, string[]> = {};
    for (const role of services.keys()) {
      const ready = await get(role, '/readyz');
      const body = (await ready.json()) as { roles: string[]; checks: { name: string }[] };
      expect([ready.status, body.roles]).toEqual([200, [role]]);
      parts[role] = body.checks.map(({ name }) => name);
      expect((await get(role, '/healthz')).status).toBe(200);
      expect((await get(role, '/v1/items')).status).toBe(role === 'api' ? 401 : 404);
      expect((await get(role, '/console/login')).status === 404).toBe(role !== 'console');
    }
    expect(parts).toEqual({
      api: ['log', 'store', 'detector'],
      score: ['log', 'store', 'detector', 'worker'],
      gather: ['log', 'store'],
      announce: ['log', 'store', 'worker'],
      console: ['log', 'store'],
    });
  }, 60_000);
});

/** A service for tests: the real server over the embedded store in a folder of its own, on a free port of 127.0.0.1. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import type { Scope } from '../../../schemas/store/documents.js';
import { createKey } from '../../../src/access/keys.js';
import type { ApiContext } from '../../../src/api/context.js';
import { createApp } from '../../../src/api/server.js';
import { ENDPOINTS } from '../../../src/api/table.js';
import { importCredentialTrust } from '../../../src/attest/evidence/credential-trust.js';
import { openIssuer } from '../../../src/attest/issuer.js';
import type { AudienceGrant } from '../../../src/attest/platform.js';
import { ROLES } from '../../../src/config/roles.js';
import { openEgress } from '../../../src/egress/egress.js';
import type { AnyEndpoint } from '../../../src/http/paths.js';
import { openStore } from '../../../src/store/open.js';
import { ISSUER, ISSUER_KEY } from '../../evidence/credentials.js';

export interface TestService {
  url: string;
  context: ApiContext;
  /** What the internet answers, by address; any other address is 404. */
  published: Map<string, string>;
  /** Moves the service's clock. */
  advance(ms: number): void;
  /** A fresh key's Authorization header. */
  key(scopes: readonly Scope[], tenant?: string, ratePerMinute?: number): Promise<Record<string, string>>;
  close(): Promise<void>;
}

const unbound = (what: string) => () => {
  throw new Error(`this test did not bind ${what}`);
};

/** The operator's list of platforms, as far as a test brings none of its own. */
const GRANTS: readonly AudienceGrant[] = [
  { tenant: 'acme', aud: 'forum' },
  { tenant: 'acme', aud: 'blog' },
  { tenant: 'default', aud: 'example-forum' },
];

/** Who says that somebody is one person. */
const PERSONS = {
  iss: ISSUER,
  audiences: ['*'],
  token_keys: [ISSUER_KEY.jwk],
  status_keys: [],
  status_origins: [],
  credentials: {},
};

/** @param parts what this test binds beside store and clock; anything else throws when it is used */
export async function startService(
  parts: Partial<ApiContext> = {},
  endpoints: readonly AnyEndpoint<ApiContext>[] = ENDPOINTS,
  grants: readonly AudienceGrant[] = GRANTS,
): Promise<TestService> {
  const published = new Map<string, string>();
  const folder = await mkdtemp(join(tmpdir(), 'assay-api-'));
  const opened = await openStore({ mongoUrl: null, dataFolder: folder });
  let offset = 0;
  const clock = () => Date.now() + offset;
  const logger = pino({ level: 'silent' });
  const context = {
    clock,
    logger,
    ...opened,
    log: new Proxy({}, { get: (_target, name) => unbound(`log.${String(name)}`) }),
    intake: new Proxy({}, { get: (_target, name) => unbound(`intake.${String(name)}`) }),
    scoreNow: unbound('scoreNow'),
    admission: { standing: unbound('admission') },
    live: { join: unbound('live') },
    issuer: await openIssuer(
      { collections: opened.collections, clock },
      {
        iss: 'https://assay.example',
        secret: 'test secret',
        rp: { id: 'assay.example', name: 'Assay', origins: ['https://assay.example'] },
        statusListSize: 1024,
        grants,
        credentials: await importCredentialTrust([PERSONS]),
        fetch: async (url) =>
          new Response(published.get(url) ?? '', { status: published.has(url) ? 200 : 404 }),
      },
    ),
    egress: openEgress(),
    roles: ROLES,
    readiness: async () => [{ name: 'store', ok: true }],
    metrics: new Registry(),
    publicUrl: 'http://127.0.0.1',
    sentenceOf: (key: string) => key,
    ...parts,
  } as ApiContext;
  const app = createApp(context, endpoints);
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    context,
    published,
    advance(ms) {
      offset += ms;
    },
    async key(scopes, tenant = 'acme', ratePerMinute) {
      const { key } = await createKey(context, { tenant, name: 'test', scopes, ratePerMinute });
      return { authorization: `Bearer ${key}` };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await opened.store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

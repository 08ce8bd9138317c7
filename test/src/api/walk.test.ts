/**
 * Walks the table: what express routes is exactly what the table lists, and every endpoint refuses a caller without a
 * key and a key with every other scope. (Other tenants' objects: isolation.test.ts; what endpoints answer: examples.test.ts.)
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SCOPES } from '../../../schemas/store/documents.js';
import { createApp } from '../../../src/api/server.js';
import { ENDPOINTS } from '../../../src/api/table.js';
import { routePath } from '../../../src/http/paths.js';
import { startService, type TestService } from './service.js';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

test('express routes exactly what the table lists', () => {
  const { metrics } = service.context;
  metrics.clear();
  const layers = createApp(service.context).router.stack as unknown as Layer[];
  const routed = layers.flatMap(({ route }) =>
    route === undefined ? [] : Object.keys(route.methods).map((method) => `${method} ${route.path}`),
  );
  const listed = ENDPOINTS.map(({ method, path }) => `${method} ${routePath(path)}`);
  expect(routed.sort()).toEqual(listed.sort());
  expect(new Set(listed).size).toBe(listed.length);
});

const pathOf = (path: string): string => path.replace(/\{\w+\}/g, 'x');

describe.each(ENDPOINTS.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
  '%s',
  (_name, { method, path, access }) => {
    const call = async (headers: Record<string, string>) => {
      const controller = new AbortController();
      const url = service.url + pathOf(path);
      const response = await fetch(url, { method: method.toUpperCase(), headers, signal: controller.signal });
      controller.abort();
      return response.status;
    };

    if (access === 'public') {
      test('needs no key', async () => {
        expect([401, 403]).not.toContain(await call({}));
      });
      return;
    }

    test('refuses a caller without a key', async () => {
      expect(await call({})).toBe(401);
    });

    test('refuses a key with every scope but its own', async () => {
      expect(await call(await service.key(SCOPES.filter((scope) => scope !== access)))).toBe(403);
    });
  },
);

/** What probes see. */
import { describe, expect, it } from '@jest/globals';
import { healthz, readyz } from '../../../src/api/health.js';
import { startService } from './service.js';

describe('readiness over HTTP', () => {
  it('is 200 with all parts, and 503 with a time to come back when one is missing', async () => {
    let ok = true;
    const service = await startService(
      { roles: ['score'], readiness: async () => [{ name: 'log', ok, facts: { lag: 3 } }] },
      [healthz, readyz],
    );
    try {
      const well = await fetch(`${service.url}/readyz`);
      expect([well.status, await well.json()]).toEqual([
        200,
        { ready: true, roles: ['score'], checks: [{ name: 'log', ok: true, facts: { lag: 3 } }] },
      ]);
      ok = false;
      const ill = await fetch(`${service.url}/readyz`);
      expect([ill.status, ill.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await ill.json()).toMatchObject({ ready: false, roles: ['score'] });
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    } finally {
      await service.close();
    }
  });
});

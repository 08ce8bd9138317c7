/** A tenant that sends too much is told so over HTTP, and its operator sees how it stands. */
import { describe, expect, it } from '@jest/globals';
import { intakeQuota } from '../../../src/access/intake-quota.js';
import { INTAKE_ENDPOINTS } from '../../../src/api/intake.js';
import { QUOTA_ENDPOINTS } from '../../../src/api/quota.js';
import { Admission } from '../../../streams/admission.js';
import { Intake } from '../../../streams/intake.js';
import { startService } from './service.js';

const tenants = [{ tenant: 'acme', posts: 'posts', emails: 'emails' }];
const log = {
  lag: async (_group: string, topic: string) => (topic === 'posts' ? 2 : 0),
  send: async () => undefined,
} as never;

describe('a quota over HTTP', () => {
  it('is answered as a problem with the seconds to wait, and can be looked at', async () => {
    const clock = Date.now;
    const quota = intakeQuota({ everybody: 2, tenants: {} }, () => 0);
    const admission = new Admission({ log, tenants, clock, quota });
    const intake = new Intake({ log, blobs: {} as never, clock, tenants, admission });
    const service = await startService({ admission, intake }, [...INTAKE_ENDPOINTS, ...QUOTA_ENDPOINTS]);
    try {
      const keys = await service.key(['ingest', 'admin']);
      const send = (id: string) =>
        fetch(`${service.url}/v1/posts`, {
          method: 'POST',
          headers: { ...keys, 'content-type': 'application/json' },
          body: JSON.stringify({
            platform: 'forum',
            id,
            author: { id: 'a' },
            text: 'A text.',
            publishedAt: new Date().toISOString(),
          }),
        });
      expect([(await send('1')).status, (await send('2')).status]).toEqual([202, 202]);
      const refused = await send('3');
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
      expect(refused.headers.get('content-type')).toContain('application/problem+json');
      expect(await refused.json()).toMatchObject({ code: 'overload.tenant' });
      const seen = await fetch(`${service.url}/v1/quota`, { headers: keys });
      expect(await seen.json()).toEqual({ perMinute: 2, left: 0, waiting: 2, waitingMost: 10_000 });
      const reader = await service.key(['read']);
      expect((await fetch(`${service.url}/v1/quota`, { headers: reader })).status).toBe(403);
    } finally {
      await service.close();
    }
  });
});

/** Who is let in while much waits: the whole service, one tenant of several, and a quota a minute. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../schemas/limits.js';
import { intakeQuota } from '../../src/access/intake-quota.js';
import type { IntakeQuotas } from '../../src/config/intake-quotas.js';
import { Admission } from '../../streams/admission.js';
import { Marks } from '../../streams/back-pressure.js';

const TENANTS = ['big', 'small'].map((tenant) => ({
  tenant,
  posts: `posts.${tenant}`,
  emails: `emails.${tenant}`,
}));

let now: number;
let lags: Record<string, number>;
beforeEach(() => {
  now = 0;
  lags = {};
});

const admission = (quotas: Partial<IntakeQuotas> = {}, tenants = TENANTS, marks?: () => Marks): Admission =>
  new Admission({
    log: { lag: async (_group, topic) => lags[topic] ?? 0 },
    tenants,
    clock: () => now,
    quota: intakeQuota({ everybody: null, tenants: {}, ...quotas }, () => now),
    ...(marks === undefined ? {} : { tenantMarks: marks }),
  });

describe('what waits of one tenant', () => {
  it('shuts out that tenant alone, until half of it is judged', async () => {
    const gate = admission({}, TENANTS, () => new Marks(10, 5));
    lags = { 'posts.big': 8, 'emails.big': 3 };
    await expect(gate.admit(1, 'big')).rejects.toMatchObject({
      code: 'overload.tenant',
      status: 429,
      retryAfterS: 1,
    });
    await gate.admit(1, 'small');
    now += 1_000;
    lags = { 'posts.big': 6 };
    await expect(gate.admit(1, 'big')).rejects.toMatchObject({ code: 'overload.tenant' });
    now += 1_000;
    lags = { 'posts.big': 5 };
    await gate.admit(1, 'big');
  });

  it('may be as much as the service holds where it is the only one', async () => {
    lags = { 'posts.big': LIMITS.queueTenantItems + 1 };
    await admission({}, TENANTS.slice(0, 1)).admit(1, 'big');
    await expect(admission().admit(1, 'big')).rejects.toMatchObject({ code: 'overload.tenant' });
  });

  it('shuts out everybody when it is too much for the service together', async () => {
    lags = { 'posts.big': LIMITS.queueTenantItems, 'emails.small': LIMITS.queueTenantItems };
    const gate = admission();
    await gate.admit(1, 'small');
    await expect(gate.admit(1, 'big')).rejects.toMatchObject({
      code: 'overload.queue_full',
      status: 503,
      retryAfterS: 1,
    });
  });
});

describe('a quota', () => {
  it('holds one tenant to so many a minute, says when to come back, and leaves others alone', async () => {
    const gate = admission({ tenants: { big: 60 } });
    await gate.admit(50, 'big');
    await expect(gate.admit(20, 'big')).rejects.toMatchObject({
      code: 'overload.tenant',
      message: 'expected at most 60 items in a minute',
      retryAfterS: 10,
    });
    await gate.admit(1_000, 'small');
    now += 10_000;
    await gate.admit(20, 'big');
  });

  it('is one for every tenant that is not named, each by itself', async () => {
    const gate = admission({ everybody: 10, tenants: { big: 20 } });
    await gate.admit(20, 'big');
    await gate.admit(10, 'small');
    await expect(gate.admit(1, 'small')).rejects.toMatchObject({ code: 'overload.tenant' });
  });

  it('can be looked at, with what waits', async () => {
    lags = { 'posts.big': 7 };
    const gate = admission({ tenants: { big: 60 } });
    await gate.admit(20, 'big');
    expect(await gate.standing('big')).toEqual({
      perMinute: 60,
      left: 40,
      waiting: 27,
      waitingMost: LIMITS.queueTenantItems,
    });
    expect(await gate.standing('small')).toMatchObject({ perMinute: null, left: null, waiting: 0 });
    expect(await gate.standing('nobody')).toMatchObject({ waiting: 0, waitingMost: 0 });
  });
});

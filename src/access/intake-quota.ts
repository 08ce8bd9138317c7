/** How much each tenant may send in within a minute, as the operator's setting says: a bucket for each tenant, in this process. */
import type { IntakeQuota } from '../../streams/admission.js';
import type { IntakeQuotas } from '../config/intake-quotas.js';
import type { Clock } from '../context.js';
import { TokenBuckets } from './token-buckets.js';

/** @param quotas for each tenant, and for those that are not named */
export function intakeQuota({ everybody, tenants }: IntakeQuotas, clock: Clock): IntakeQuota {
  const buckets = new TokenBuckets(clock);
  const perMinute = (tenant: string): number | null => tenants[tenant] ?? everybody;
  return {
    perMinute,
    take(tenant, count) {
      const most = perMinute(tenant);
      return most === null ? 0 : buckets.take(tenant, most, count);
    },
    left(tenant) {
      const most = perMinute(tenant);
      return most === null ? null : buckets.left(tenant, most);
    },
  };
}

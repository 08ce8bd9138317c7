/**
 * Who may put how much on the log: nobody while the whole service has too much waiting (503), no tenant that has too much
 * waiting by itself while others share the service, and no tenant beyond its quota (429), each with a time to come back.
 */
import { AssayError } from '../schemas/errors.js';
import { LIMITS } from '../schemas/limits.js';
import { Backlog, Marks } from './back-pressure.js';
import type { Log } from './log/port.js';
import { intakeTopics, SCORE_GROUP, type TenantTopics } from './topics.js';

/** How much a tenant may send in within a minute. */
export interface IntakeQuota {
  /** Items in a minute; null for no bound. */
  perMinute(tenant: string): number | null;
  /** Takes `count` of them. @returns 0 when they were taken, else the seconds until there are enough */
  take(tenant: string, count: number): number;
  /** What may be sent in now; null for no bound. */
  left(tenant: string): number | null;
}

export interface AdmissionParts {
  log: Pick<Log, 'lag'>;
  tenants: readonly TenantTopics[];
  clock: () => number;
  quota: IntakeQuota;
  /** Items of one tenant that wait, where there are several; default LIMITS.queueTenantItems and half of it. */
  tenantMarks?: () => Marks;
}

/** How a tenant stands. */
export interface Standing {
  perMinute: number | null;
  left: number | null;
  /** Items appended and not yet scored. */
  waiting: number;
  /** Above this many nothing more is taken in. */
  waitingMost: number;
}

const tenantFull = (detail: string, retryAfterS: number): AssayError =>
  new AssayError('overload.tenant', detail, { retryAfterS });

export class Admission {
  readonly #quota: IntakeQuota;
  readonly #whole: Backlog;
  readonly #own: ReadonlyMap<string, Backlog>;

  constructor({ log, tenants, clock, quota, tenantMarks }: AdmissionParts) {
    const { queueItems, queueTenantItems } = LIMITS;
    const single = tenants.length === 1;
    this.#quota = quota;
    this.#whole = new Backlog(log, SCORE_GROUP, [...intakeTopics(tenants).keys()], clock);
    this.#own = new Map(
      tenants.map(({ tenant, posts, emails }) => {
        // Who has the service for himself may fill it.
        const most = single ? queueItems : queueTenantItems;
        const marks = tenantMarks?.() ?? new Marks(most, most / 2);
        return [tenant, new Backlog(log, SCORE_GROUP, [posts, emails], clock, marks)];
      }),
    );
  }

  /**
   * Lets `count` items of a tenant in.
   * @throws {AssayError} `overload.queue_full` when the service, `overload.tenant` when the tenant has too much waiting or
   * sent too much within a minute
   */
  async admit(count: number, tenant: string): Promise<void> {
    const own = this.#own.get(tenant);
    if (this.#own.size > 1 && own !== undefined && !(await own.hasRoom())) {
      throw tenantFull(`expected at most ${own.marks.high} items of this tenant waiting, found more`, 1);
    }
    await this.#whole.admit(count);
    const waitS = this.#quota.take(tenant, count);
    if (waitS > 0) {
      throw tenantFull(`expected at most ${this.#quota.perMinute(tenant)} items in a minute`, waitS);
    }
    own?.note(count);
  }

  /** How a tenant stands now. @throws {AssayError} `log.unavailable` */
  async standing(tenant: string): Promise<Standing> {
    const own = this.#own.get(tenant);
    await own?.hasRoom();
    return {
      perMinute: this.#quota.perMinute(tenant),
      left: this.#quota.left(tenant),
      waiting: own?.level ?? 0,
      waitingMost: own?.marks.high ?? 0,
    };
  }
}

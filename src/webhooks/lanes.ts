/**
 * What one process has on the way, per webhook and tenant and in all, and how many more may go. A webhook that keeps
 * failing gets one try at a time until one succeeds: a receiver that is down must not hold the room of those that are up.
 */
import { LIMITS } from '../../schemas/limits.js';

interface Lane {
  onTheWay: number;
  /** Failures since the last success. */
  failures: number;
}

/** Failures in a row from which a webhook counts as failing. */
const FAILING = 3;

export interface LaneLimits {
  webhook: number;
  tenant: number;
  total: number;
}

export const LANE_LIMITS: LaneLimits = {
  webhook: LIMITS.webhookInFlight,
  tenant: LIMITS.webhookTenantInFlight,
  total: LIMITS.webhookTotalInFlight,
};

export class Lanes {
  readonly #limits: LaneLimits;
  readonly #lanes = new Map<string, Lane>();
  readonly #tenants = new Map<string, number>();
  #total = 0;

  constructor(limits: LaneLimits = LANE_LIMITS) {
    this.#limits = limits;
  }

  get onTheWay(): number {
    return this.#total;
  }

  /** Deliveries that may begin now. */
  room(tenant: string, webhook: string): number {
    const lane = this.#lanes.get(webhook);
    const most = (lane?.failures ?? 0) >= FAILING ? 1 : this.#limits.webhook;
    return Math.max(
      0,
      Math.min(
        most - (lane?.onTheWay ?? 0),
        this.#limits.tenant - (this.#tenants.get(tenant) ?? 0),
        this.#limits.total - this.#total,
      ),
    );
  }

  begin(tenant: string, webhook: string): void {
    const lane = this.#lanes.get(webhook) ?? { onTheWay: 0, failures: 0 };
    lane.onTheWay += 1;
    this.#lanes.set(webhook, lane);
    this.#tenants.set(tenant, (this.#tenants.get(tenant) ?? 0) + 1);
    this.#total += 1;
  }

  /** @param delivered null when the try said nothing about the receiver */
  end(tenant: string, webhook: string, delivered: boolean | null): void {
    const lane = this.#lanes.get(webhook) as Lane;
    lane.onTheWay -= 1;
    if (delivered !== null) lane.failures = delivered ? 0 : lane.failures + 1;
    // A lane without memory is forgotten, so that there are not more of them than webhooks that fail.
    if (lane.onTheWay === 0 && lane.failures === 0) this.#lanes.delete(webhook);
    const left = (this.#tenants.get(tenant) ?? 1) - 1;
    if (left === 0) this.#tenants.delete(tenant);
    else this.#tenants.set(tenant, left);
    this.#total -= 1;
  }

  /** Forgets a webhook that is gone. */
  forget(webhook: string): void {
    if (this.#lanes.get(webhook)?.onTheWay === 0) this.#lanes.delete(webhook);
  }
}

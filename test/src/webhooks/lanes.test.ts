import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { LANE_LIMITS, Lanes } from '../../../src/webhooks/lanes.js';

const begin = (lanes: Lanes, tenant: string, webhook: string, times: number): void => {
  for (let each = 0; each < times; each += 1) lanes.begin(tenant, webhook);
};

describe('room', () => {
  it('is bounded for a webhook, a tenant, and all together', () => {
    const lanes = new Lanes({ webhook: 2, tenant: 3, total: 4 });
    expect(lanes.room('a', '1')).toBe(2);
    begin(lanes, 'a', '1', 2);
    expect([lanes.room('a', '1'), lanes.room('a', '2'), lanes.room('b', '3')]).toEqual([0, 1, 2]);
    begin(lanes, 'a', '2', 1);
    expect([lanes.room('a', '2'), lanes.room('a', '4'), lanes.room('b', '3')]).toEqual([0, 0, 1]);
    begin(lanes, 'b', '3', 1);
    expect([lanes.room('b', '3'), lanes.room('c', '5')]).toEqual([0, 0]);
    lanes.end('a', '1', true);
    expect([lanes.room('a', '1'), lanes.room('b', '3'), lanes.onTheWay]).toEqual([1, 1, 3]);
  });

  it('is that of the limits by default', () => {
    expect(LANE_LIMITS).toEqual({
      webhook: LIMITS.webhookInFlight,
      tenant: LIMITS.webhookTenantInFlight,
      total: LIMITS.webhookTotalInFlight,
    });
    const lanes = new Lanes();
    begin(lanes, 'a', '1', LIMITS.webhookInFlight);
    expect(lanes.room('a', '1')).toBe(0);
  });

  it('is one try after three failures in a row, until one succeeds', () => {
    const lanes = new Lanes({ webhook: 4, tenant: 9, total: 9 });
    const fail = (): void => {
      lanes.begin('a', '1');
      lanes.end('a', '1', false);
    };
    fail();
    fail();
    expect(lanes.room('a', '1')).toBe(4);
    fail();
    expect(lanes.room('a', '1')).toBe(1);
    lanes.begin('a', '1');
    expect(lanes.room('a', '1')).toBe(0);
    lanes.end('a', '1', null);
    expect(lanes.room('a', '1')).toBe(1);
    lanes.begin('a', '1');
    lanes.end('a', '1', true);
    expect(lanes.room('a', '1')).toBe(4);
  });

  it('is forgotten with its webhook, unless something is on the way', () => {
    const lanes = new Lanes({ webhook: 4, tenant: 9, total: 9 });
    begin(lanes, 'a', '1', 3);
    for (let each = 0; each < 3; each += 1) lanes.end('a', '1', false);
    begin(lanes, 'a', '1', 1);
    lanes.forget('1');
    lanes.end('a', '1', false);
    expect(lanes.room('a', '1')).toBe(1);
    lanes.forget('1');
    expect(lanes.room('a', '1')).toBe(4);
  });
});

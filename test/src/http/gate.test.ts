/** Who is counted as one caller, and which public places are counted. */
import { describe, expect, test } from '@jest/globals';
import type { Request } from 'express';
import fc from 'fast-check';
import { sessionCookie } from '../../../src/access/cookie.js';
import { TokenBuckets } from '../../../src/access/token-buckets.js';
import { callerOf } from '../../../src/http/address.js';
import { type Gate, pass } from '../../../src/http/gate.js';

describe('a caller', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unix', 'unix'],
    [undefined, ''],
  ])('at %s counts as %s', (ip, expected) => {
    expect(callerOf(ip)).toBe(expected);
  });

  test('is the same wherever in their half of an IPv6 network they call from', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((each) => each.toString(16));
    const half = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(half, half, half, (network, one, other) => {
        expect(callerOf([...network, ...one].join(':'))).toBe(callerOf([...network, ...other].join(':')));
      }),
    );
  });
});

describe('the gate', () => {
  const closed = () => Promise.reject(new Error('nobody looks into the store'));
  const gate = (): Gate => ({
    parts: { clock: () => 0, collections: { apiKeys: { get: closed }, sessions: { get: closed } } } as never,
    cookie: sessionCookie('https://assay.example'),
    buckets: new TokenBuckets(() => 0),
  });
  const request = (path: string, ip = '192.0.2.7') => ({ path, ip, headers: {} }) as Request;
  /** How many of 1,300 calls pass before one is told to wait. */
  async function passed(path: string): Promise<number> {
    const one = gate();
    for (let calls = 0; calls < 1_300; calls++) {
      const told = await pass(one, request(path), 'public').then(
        () => null,
        (error) => error.code,
      );
      if (told === 'auth.rate_limited') {
        await pass(one, request(path, '192.0.2.8'), 'public');
        return calls;
      }
    }
    return 1_300;
  }

  test.each(['/v1/verify', '/status/17', '/status', '/.well-known/human-author'])(
    'counts calls of %s by address',
    async (path) => {
      expect(await passed(path)).toBe(1_200);
    },
  );

  test.each(['/healthz', '/', '/statusquo'])('does not count calls of %s', async (path) => {
    expect(await passed(path)).toBe(1_300);
  });
});

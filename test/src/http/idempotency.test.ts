/** Idempotency-Key where two requests meet, and where a process died between claim and answer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import type { Reply } from '../../../src/api/endpoint.js';
import { onceFor, sweepIdempotency } from '../../../src/http/idempotency.js';
import { startService, type TestService } from '../api/service.js';

let service: TestService;
const principal = { tenant: 'acme', id: 'k', via: 'key', scopes: [] } as const;
const request = (key: string, body = '{}') => ({ key, route: 'post /x', principal, body: Buffer.from(body) });
const ok = async (): Promise<Reply> => ({ status: 202, body: { id: 1 } });

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

test('of two at the same time one is handled, the other told to wait', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = onceFor(service.context, request('a'), async () => {
    await held;
    return ok();
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(onceFor(service.context, request('a'), ok)).rejects.toMatchObject({
    code: 'idempotency.busy',
  });
  release();
  expect(await first).toEqual({ status: 202, body: { id: 1 } });
});

test('the claim of a process that died is taken over after two minutes', async () => {
  void onceFor(service.context, request('b'), () => new Promise(() => undefined));
  await new Promise((resolve) => setTimeout(resolve, 50));
  service.advance(121_000);
  expect(await onceFor(service.context, request('b'), ok)).toMatchObject({ status: 202 });
});

test('one that was taken for dead and fails late leaves the answer of its successor', async () => {
  let fail = (_error: Error): void => undefined;
  const late = onceFor(
    service.context,
    request('late'),
    () => new Promise((_resolve, reject) => (fail = reject)),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  service.advance(121_000);
  let handled = 0;
  const once = async () => {
    handled += 1;
    return ok();
  };
  await onceFor(service.context, request('late'), once);
  fail(new Error('too late'));
  await expect(late).rejects.toThrow('too late');
  expect(await onceFor(service.context, request('late'), once)).toMatchObject({ status: 202 });
  expect(handled).toBe(1);
});

test('keys of other callers, other endpoints and other tenants do not meet', async () => {
  let handled = 0;
  const count = async () => {
    handled += 1;
    return ok();
  };
  await onceFor(service.context, request('c'), count);
  await onceFor(service.context, { ...request('c'), route: 'post /y' }, count);
  await onceFor(service.context, { ...request('c'), principal: { ...principal, id: 'other' } }, count);
  await onceFor(service.context, { ...request('c'), principal: { ...principal, tenant: 'other' } }, count);
  expect(handled).toBe(4);
});

test('an answer is forgotten after a day, swept or not', async () => {
  await onceFor(service.context, request('d', 'one'), ok);
  service.advance(LIMITS.idempotencyMs + 1);
  expect(await onceFor(service.context, request('d', 'two'), ok)).toEqual({ status: 202, body: { id: 1 } });
  service.advance(LIMITS.idempotencyMs + 1);
  expect(await sweepIdempotency(service.context)).toBeGreaterThan(0);
  expect(await sweepIdempotency(service.context)).toBe(0);
});

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { openSeal, type Seal } from '../../../src/attest/seal.js';
import { newWebhookSecret, rotated, sealSecret, signingKeys } from '../../../src/webhooks/secret.js';
import { signedHeaders } from '../../../src/webhooks/sign.js';
import { openMemoryStore } from '../../streams/harness/parts.js';

const bytes = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64');

describe('a signature', () => {
  it('is the one of the Standard Webhooks specification’s example', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signedHeaders(message, [bytes('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')])).toEqual({
      'content-type': 'application/json',
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is made with every key that signs, with a space between', () => {
    const message = { id: 'a', timestampS: 1, body: 'grüße' };
    const [one, two] = [bytes(newWebhookSecret()), bytes(newWebhookSecret())];
    const sign = (key: Buffer) =>
      `v1,${createHmac('sha256', key).update('a.1.grüße', 'utf8').digest('base64')}`;
    expect(signedHeaders(message, [one, two])['webhook-signature']).toBe(`${sign(one)} ${sign(two)}`);
  });
});

describe('a secret', () => {
  let seal: Seal;
  let memory: ReturnType<typeof openMemoryStore>;
  beforeEach(async () => {
    memory = openMemoryStore();
    seal = await openSeal(memory.collections.meta, 'secret');
  });
  afterEach(() => memory.store.close());

  it('is whsec_ and 32 random bytes, and never the same', () => {
    expect(newWebhookSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(bytes(newWebhookSecret())).toHaveLength(32);
    expect(newWebhookSecret()).not.toBe(newWebhookSecret());
  });

  it('is kept sealed to its webhook', () => {
    const secret = newWebhookSecret();
    const sealed = sealSecret(seal, 'one', secret);
    expect(JSON.stringify(sealed)).not.toContain(secret.slice(6));
    expect(signingKeys({ _id: 'one', secrets: [sealed] }, seal, 0)).toEqual([bytes(secret)]);
    expect(() => signingKeys({ _id: 'two', secrets: [sealed] }, seal, 0)).toThrow(
      expect.objectContaining({ code: 'attest.key_locked' }),
    );
  });

  it('that was replaced signs for a day more, and only the one before the current one', () => {
    const [first, second, third] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()];
    const sealed = (secret: string) => sealSecret(seal, 'one', secret);
    const two = rotated([sealed(first)], sealed(second), 1_000);
    const keys = (secrets: typeof two, now: number) => signingKeys({ _id: 'one', secrets }, seal, now);
    const until = 1_000 + LIMITS.webhookOldSecretMs;
    expect(keys(two, until - 1)).toEqual([bytes(second), bytes(first)]);
    expect(keys(two, until)).toEqual([bytes(second)]);
    expect(keys(rotated(two, sealed(third), 2_000), 3_000)).toEqual([bytes(third), bytes(second)]);
  });
});

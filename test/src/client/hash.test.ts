/** Hashes: plain SHA-256 against WebCrypto, framing, salts, and the binding of an account. */
import { createHash, webcrypto } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountBinding, hashText } from '../../../src/client/hash.js';
import { sha256 } from '../../../src/client/sha256.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const framed = (text: string) => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([Buffer.from('hpt-1\0'), length, bytes]);
};

describe('SHA-256 in plain code', () => {
  test('is WebCrypto’s for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), async (bytes) => {
        expect(hex(sha256(bytes))).toBe(hex(new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes))));
      }),
      { numRuns: 300 },
    );
  });

  test('is right at every length around a block', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Buffer.alloc(length, length);
      expect(hex(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});

describe('the hash of a text', () => {
  test.each([0, 1, 2_037, 2_038, 2_039, 9_000])('frames %i bytes with tag and length', async (length) => {
    const text = 'x'.repeat(length);
    expect(await hashText(text)).toBe(createHash('sha256').update(framed(text)).digest('base64url'));
  });

  test('binds an account to its platform, field by field', async () => {
    const all = [
      await accountBinding('forum', 'ann'),
      await accountBinding('forumann', ''),
      await accountBinding('foru', 'mann'),
      await accountBinding('mail', 'ann'),
    ];
    expect(new Set(all).size).toBe(4);
    expect(all.every((each) => /^[\w-]{22}$/.test(each))).toBe(true);
  });
});

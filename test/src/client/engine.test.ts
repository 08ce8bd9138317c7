/** The two engines of the verifier say the same of any key, signature and bytes; and which one a runtime gets. */
import * as buffer from 'node:buffer';
import * as nodeCrypto from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CryptoKey, importJWK } from 'jose';
import { engine, nodeEngine, nodeModules, webEngine } from '../../../src/client/engine.js';

const ofNode = nodeEngine({ crypto: nodeCrypto, buffer });
const both = [webEngine, ofNode];
/** The order of P-256. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

let privateKey: nodeCrypto.KeyObject;
let key: CryptoKey;
beforeAll(async () => {
  const pair = nodeCrypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  privateKey = pair.privateKey;
  key = (await importJWK(pair.publicKey.export({ format: 'jwk' }), 'ES256')) as CryptoKey;
});

const sign = (input: Uint8Array) =>
  nodeCrypto.sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
const verdicts = (signature: Uint8Array, input: Uint8Array) =>
  Promise.all(both.map((each) => each.verify(key, signature, input)));
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytes = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

describe('a signature', () => {
  test('of any bytes holds, with either value of s, and for no other bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (input) => {
        const signature = sign(input);
        expect(await verdicts(signature, input)).toEqual([true, true]);
        const other = Buffer.concat([signature.subarray(0, 32), bytes(N - number(signature.subarray(32)))]);
        expect(await verdicts(other, input)).toEqual([true, true]);
        expect(await verdicts(signature, Buffer.concat([input, Buffer.from([0])]))).toEqual([false, false]);
      }),
      { numRuns: 50 },
    );
  });

  test('that is changed anywhere, cut, or longer does not', async () => {
    const input = Buffer.from('header.payload');
    const signature = sign(input);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 511 }), async (bit) => {
        const changed = Buffer.from(signature);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(await verdicts(changed, input)).toEqual([false, false]);
      }),
      { numRuns: 100 },
    );
    for (const size of [0, 1, 32, 63]) {
      expect(await verdicts(signature.subarray(0, size), input)).toEqual([false, false]);
    }
    expect(await verdicts(Buffer.concat([signature, signature]), input)).toEqual([false, false]);
    expect(await verdicts(Buffer.concat([signature, Buffer.from([0])]), input)).toEqual([false, false]);
  });

  test('of numbers out of range holds for nothing', async () => {
    const input = Buffer.from('x');
    const values = [0n, 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n];
    for (const r of values) {
      for (const s of values) {
        expect(await verdicts(Buffer.concat([bytes(r), bytes(s)]), input)).toEqual([false, false]);
      }
    }
  });

  test('by a key that cannot verify is none, and nothing is thrown', async () => {
    const hmac = await nodeCrypto.webcrypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, [
      'sign',
    ]);
    for (const each of both) {
      expect(await each.verify(hmac as CryptoKey, sign(Buffer.from('x')), Buffer.from('x'))).toBe(false);
    }
  });
});

test('a runtime that only looks like Node, and cannot verify, is left to WebCrypto', async () => {
  const input = Buffer.from('x');
  const refuse = (...given: unknown[]) =>
    (given.at(-1) as (error: Error) => void)(new Error('not implemented'));
  const fail = () => {
    throw new Error('not implemented');
  };
  for (const verify of [refuse, fail]) {
    const crypto = { ...nodeCrypto, verify: verify as unknown as typeof nodeCrypto.verify };
    const lookalike = nodeEngine({ crypto, buffer });
    expect(await lookalike.verify(key, sign(input), input)).toBe(true);
    expect(await lookalike.verify(key, sign(Buffer.from('y')), input)).toBe(false);
  }
});

test('digests, base64url and ASCII are the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (input) => {
      const expected = nodeCrypto.createHash('sha256').update(input).digest('hex');
      const spelled = Buffer.from(input).toString('base64url');
      for (const each of both) {
        const given = input.slice();
        const digest = each.digest(given);
        // What is hashed may be overwritten as soon as the call returns.
        given.fill(0);
        expect(Buffer.from(await digest).toString('hex')).toBe(expected);
        expect(each.encode(input.subarray(0))).toBe(spelled);
        expect(each.encode(input.subarray(1))).toBe(Buffer.from(input.subarray(1)).toString('base64url'));
        expect([...each.decode(spelled)]).toEqual([...input]);
        expect([...each.ascii(spelled)]).toEqual([...Buffer.from(spelled)]);
      }
    }),
    { numRuns: 100 },
  );
});

test.each([0, 55, 56, 64, 2_047, 2_048, 2_049, 300_000])(
  'a digest of %i bytes is the same',
  async (length) => {
    const input = new Uint8Array(length).fill(7);
    const expected = nodeCrypto.createHash('sha256').update(input).digest('hex');
    for (const each of both) {
      const given = input.slice();
      const digest = each.digest(given);
      given.fill(0);
      expect(Buffer.from(await digest).toString('hex')).toBe(expected);
    }
  },
);

describe('the engine of a runtime', () => {
  const getBuiltinModule = (name: string) => (name === 'node:crypto' ? nodeCrypto : buffer);
  const versions = { node: '20.19.0' };

  test('is Node’s in Node', () => {
    expect(nodeModules({ versions, getBuiltinModule })).toEqual({ crypto: nodeCrypto, buffer });
    expect(engine).not.toBe(webEngine);
  });

  test.each<[string, Parameters<typeof nodeModules>[0]]>([
    ['a browser', undefined],
    ['a page with a shim', { versions: {} }],
    ['a page with a fuller shim', { getBuiltinModule }],
    ['an older Node', { versions }],
    ['Bun', { versions: { ...versions, bun: '1.2.0' }, getBuiltinModule }],
    ['Deno', { versions: { ...versions, deno: '2.1.0' }, getBuiltinModule }],
    ['Electron', { versions: { ...versions, electron: '33.0.0' }, getBuiltinModule }],
    ['a runtime without such modules', { versions, getBuiltinModule: () => undefined }],
    ['a runtime without one-shot hashes', { versions, getBuiltinModule: () => ({}) }],
  ])('is WebCrypto in %s', (_name, runtime) => {
    expect(nodeModules(runtime)).toBeNull();
  });
});

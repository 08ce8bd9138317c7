/** Vectors of others (ASSAY_VECTORS): Wycheproof's ECDSA, key and JOSE sets, and RFC 7520, against the keys a trust list takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { compactVerify, importJWK, type JWK } from 'jose';
import type { PublicKey } from '../../../schemas/attestation.js';
import { createVerifier, type Verifier } from '../../../src/client/index.js';
import { splitStrict } from '../../../src/client/token.js';
import { importIssuer } from '../../../src/client/trust.js';
import { makeKit } from './kit.js';

const folder = process.env['ASSAY_VECTORS'];
const read = (name: string) => JSON.parse(readFileSync(join(folder!, name), 'utf8'));

/** A key as a trust list takes it; their `kid` is a name, ours a thumbprint. */
async function trusted({ kid: _name, ...jwk }: JWK): Promise<CryptoKey> {
  const key = jwk as unknown as PublicKey;
  const issuer = { iss: 'x', audiences: [], token_keys: [key], status_keys: [], status_origins: [] };
  const { tokenKeys } = await importIssuer(issuer);
  return [...tokenKeys.values()][0]! as CryptoKey;
}
const takes = (jwk: JWK) =>
  trusted(jwk).then(
    () => true,
    (error: { code: string }) => {
      expect(error.code).toBe('config.invalid');
      return false;
    },
  );

interface Case {
  tcId: number;
  comment: string;
  result: 'valid' | 'invalid';
  jws?: unknown;
  msg: string;
  sig: string;
}
interface Group {
  public?: JWK & { keys?: JWK[] };
  private?: JWK & { keys?: JWK[] };
  /** `uncompressed`: 04 ‖ x ‖ y in hexadecimal. */
  publicKey?: { uncompressed: string };
  tests: Case[];
}
const groups = (name: string) => (read(`wycheproof/${name}`) as { testGroups: Group[] }).testGroups;

(folder ? describe : describe.skip)('published keys and signatures', () => {
  let verifier: Verifier;
  beforeAll(async () => {
    verifier = createVerifier({ trust: (await makeKit()).trust });
  });

  test('Wycheproof ECDSA on P-256: every signature counts as published, the higher s included', async () => {
    const wrong: number[] = [];
    let count = 0;
    for (const { publicKey, tests } of groups('ecdsa_secp256r1_sha256_p1363_test.json')) {
      const point = Buffer.from(publicKey!.uncompressed, 'hex');
      const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
      const key = await trusted({ kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) });
      for (const { tcId, msg, sig, result } of tests) {
        count++;
        const [signature, message] = [Buffer.from(sig, 'hex'), Buffer.from(msg, 'hex')];
        const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
        const holds = await crypto.subtle.verify(algorithm, key, signature, message);
        if (holds !== (result === 'valid')) wrong.push(tcId);
      }
    }
    expect(count).toBeGreaterThanOrEqual(262);
    expect(wrong).toEqual([]);
  });

  test('Wycheproof keys: only P-256 for ES256 signatures gets into a trust list', async () => {
    const taken: [number, boolean][] = [];
    for (const { public: open, private: secret, tests } of groups('json_web_key_test.json')) {
      const { keys } = (open ?? secret)!;
      for (const key of keys!) taken.push([tests[0]!.tcId, await takes(key)]);
    }
    expect(taken.length).toBeGreaterThanOrEqual(26);
    // The one P-256 key among them stands beside a symmetric one, in the set that mixes both.
    expect(taken.filter(([, took]) => took).map(([tcId]) => tcId)).toEqual([1]);
  });

  test('Wycheproof JOSE: strict segments and a key of the trust list accept the one good JWS and nothing else', async () => {
    const group = groups('json_web_crypto_test.json').find(({ public: key }) => key?.crv === 'P-256');
    const key = await trusted(group!.public!);
    const accepted: number[] = [];
    for (const { tcId, jws } of group!.tests) {
      const text = String(jws);
      if (splitStrict(text) === null) continue;
      const holds = await compactVerify(text, key, { algorithms: ['ES256'] }).then(
        () => true,
        () => false,
      );
      // The attacker's embedded key is refused by the header's allow-list, and does not verify under ours either.
      if (holds) accepted.push(tcId);
    }
    expect(accepted).toEqual(group!.tests.filter(({ result }) => result === 'valid').map(({ tcId }) => tcId));
  });

  test('Wycheproof JOSE and keys: none is an attestation', async () => {
    for (const { tests } of [...groups('json_web_crypto_test.json'), ...groups('json_web_key_test.json')]) {
      for (const each of tests) {
        const token = (each.jws ?? (each as unknown as { jwe: unknown }).jwe) as string;
        const { valid, errors } = await verifier.verify(token);
        expect([valid, /^token\.(?:malformed|header|too_large)$/.test(errors[0]!)]).toEqual([false, true]);
      }
    }
  });

  test('RFC 7520 and RFC 8037: the compact JWS hold under their keys, and are no attestations', async () => {
    const names = readdirSync(join(folder!, 'rfc7520-cookbook/jws')).map((name) => `jws/${name}`);
    let count = 0;
    for (const name of [...names, 'curve25519/jws.json']) {
      const { input, output } = read(`rfc7520-cookbook/${name}`);
      const compact = output?.compact as string | undefined;
      if (compact === undefined) continue;
      expect((await verifier.verify(compact)).errors).toEqual([
        splitStrict(compact) === null ? 'token.malformed' : 'token.header',
      ]);
      if (compact.includes('..')) continue;
      count++;
      const { kty, k, n, e, crv, x, y } = input.key as JWK;
      const key = await importJWK({ kty, k, n, e, crv, x, y } as JWK, input.alg);
      const { payload } = await compactVerify(compact, key);
      expect(Buffer.from(payload).toString()).toBe(input.payload);
    }
    expect(count).toBeGreaterThanOrEqual(5);
  });

  test('RFC 7520: no key of the cookbook is one for a trust list', async () => {
    const names = readdirSync(join(folder!, 'rfc7520-cookbook/jwk'));
    for (const name of names)
      expect([name, await takes(read(`rfc7520-cookbook/jwk/${name}`))]).toEqual([name, false]);
  });

  test('RFC 7797: an unencoded payload is no attestation in any serialisation', async () => {
    for (const name of readdirSync(join(folder!, 'rfc7520-cookbook/rfc7797'))) {
      const { output } = read(`rfc7520-cookbook/rfc7797/${name}`);
      for (const form of Object.values(output)) {
        const token = typeof form === 'string' ? form : JSON.stringify(form);
        expect((await verifier.verify(token)).errors[0]).toMatch(/^token\.(?:malformed|header)$/);
      }
    }
  });
});

/** Vectors of others (ASSAY_VECTORS): Wycheproof's JWS, RFC 7520, and the lists of the Token Status List draft. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compactVerify, importJWK, type JWK } from 'jose';
import { createVerifier } from '../../../src/client/index.js';
import { inflateList, readStatusList, statusValue } from '../../../src/client/status-list.js';
import { readJson, splitStrict } from '../../../src/client/token.js';
import { importIssuer } from '../../../src/client/trust.js';
import { makeKit } from './kit.js';

const folder = process.env['ASSAY_VECTORS'];
const read = (name: string) => JSON.parse(readFileSync(join(folder!, name), 'utf8'));

(folder ? describe : describe.skip)('published vectors', () => {
  interface JwsTest {
    tcId: number;
    jws: string;
    result: 'valid' | 'invalid';
  }
  interface JwsGroup {
    public?: JWK;
    private?: JWK;
    tests: JwsTest[];
  }
  /** 367 and 370 are the bytes of the valid 357; 372 and 373 are "valid" only for readers that pass over illegal characters; in 346, 347, 350 and 351 key and header differ in alg. */
  const SAME_AS_VALID = new Set([367, 370]);
  const LENIENT = new Set([372, 373, 346, 347, 350, 351]);

  test('Wycheproof: strict segments and jose accept no invalid JWS, and every valid one', async () => {
    const { testGroups } = read('wycheproof/json_web_signature_test.json') as { testGroups: JwsGroup[] };
    const wrong: string[] = [];
    let count = 0;
    for (const { public: open, private: secret, tests } of testGroups) {
      const jwk = (open ?? secret)!;
      for (const { tcId, jws, result } of tests) {
        if (SAME_AS_VALID.has(tcId)) continue;
        count++;
        const expected = result === 'valid' && !LENIENT.has(tcId);
        if ((await accepts(jws, jwk)) !== expected) wrong.push(`${tcId} ${result}`);
      }
    }
    expect(count).toBeGreaterThan(390);
    expect(wrong).toEqual([]);
  });

  async function accepts(jws: string, jwk: JWK): Promise<boolean> {
    const [first, payload, last] = jws.split('.');
    // A JWS may have an empty payload, a token may not: the empty one is stood in for, so that the rest is looked at.
    const parts = splitStrict(payload === '' ? [first, 'e30', last].join('.') : jws);
    const header = parts === null ? null : readJson(parts[0]);
    if (header === null || (jwk.alg !== undefined && header['alg'] !== jwk.alg)) return false;
    if (jwk.use !== undefined && jwk.use !== 'sig') return false;
    if (jwk.key_ops !== undefined && !jwk.key_ops.some((op) => op === 'verify' || op === 'sign'))
      return false;
    try {
      const { alg, key_ops: _ops, ...plain } = jwk;
      const key = await importJWK(
        { ...plain, alg: alg ?? (header['alg'] as string) },
        header['alg'] as string,
      );
      await compactVerify(jws, key);
      return true;
    } catch {
      return false;
    }
  }

  test('none of them is an attestation', async () => {
    const { testGroups } = read('wycheproof/json_web_signature_test.json') as { testGroups: JwsGroup[] };
    const { trust } = await makeKit();
    const verifier = createVerifier({ trust });
    for (const { tests } of testGroups) {
      for (const { jws } of tests) {
        const { errors } = await verifier.verify(jws);
        expect(['token.too_large', 'token.malformed', 'token.header']).toContain(errors[0]);
      }
    }
  });

  test('RFC 7520: every compact JWS has strict segments', () => {
    let count = 0;
    for (const name of readdirSync(join(folder!, 'rfc7520-cookbook/jws'))) {
      const compact = read(`rfc7520-cookbook/jws/${name}`).output?.compact as string | undefined;
      if (compact === undefined || compact.includes('..')) continue;
      count++;
      expect([name, splitStrict(compact) !== null]).toEqual([name, true]);
    }
    expect(count).toBeGreaterThanOrEqual(4);
  });

  interface List {
    bits: 1 | 2 | 4 | 8;
    size?: number;
    statuses?: number[];
    nonDefault?: Record<string, number>;
    status_list: { lst: string };
  }

  test('Token Status List: every entry of every list reads as published', async () => {
    const { small, long } = read('token-status-list/vectors.json') as { small: List[]; long: List[] };
    for (const { bits, statuses, status_list } of small) {
      const bytes = (await inflateList(status_list.lst))!;
      expect(statuses!.map((_value, idx) => statusValue(bytes, bits, idx))).toEqual(statuses);
      expect(statusValue(bytes, bits, statuses!.length)).toBeNull();
    }
    for (const { bits, size, nonDefault, status_list } of long) {
      const bytes = (await inflateList(status_list.lst))!;
      const found: Record<string, number> = {};
      for (let idx = 0; idx < size!; idx++) {
        const value = statusValue(bytes, bits, idx)!;
        if (value !== 0) found[idx] = value;
      }
      const listed = Object.entries(nonDefault!).filter(([, value]) => value !== 0);
      expect(found).toEqual(Object.fromEntries(listed));
      expect(statusValue(bytes, bits, size!)).toBeNull();
    }
  });

  test('the draft’s signed example is refused: one bit, a kid that is no thumbprint, a key nobody trusts', async () => {
    const { status_list_jwt: jwt } = read('token-status-list/vectors.json') as { status_list_jwt: string };
    const { trust } = await makeKit();
    const issuer = await importIssuer(trust.issuers[0]!);
    expect(await readStatusList(jwt, 'https://example.com/statuslists/1', issuer, 1_700_000_000)).toBeNull();
  });
});

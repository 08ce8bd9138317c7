/** Tokens signed once and kept: the verifier says of each what the vectors say (the Python check is held to the same). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { TrustList } from '../../../schemas/attestation.js';
import { createVerifier, type Found } from '../../../src/client/html.js';

interface Vectors {
  now: number;
  trust: TrustList;
  cases: { name: string; token: string; found: Found; expected: { errors: string[] } }[];
}
const file = new URL('../../vectors/tokens-1.json', import.meta.url);
const { now, trust, cases } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const verifier = createVerifier({ trust, policy: { onStale: 'open' }, clock: () => now * 1000 });

describe('token vectors', () => {
  test.each(cases.map((each) => [each.name, each] as const))(
    '%s',
    async (_name, { token, found, expected }) => {
      expect(await verifier.verify(token, found)).toMatchObject(expected);
    },
  );

  test('hold for every way a token can be refused before its status', () => {
    const codes = new Set(cases.flatMap((each) => each.expected.errors));
    for (const code of 'too_large malformed header unknown_key signature claims issuer audience'.split(' ')) {
      expect(codes).toContain(`token.${code}`);
    }
    expect(cases.filter((each) => each.expected.errors.length === 0).length).toBeGreaterThanOrEqual(20);
  });
});

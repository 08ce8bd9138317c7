/** The examples of RFC 9901 and of SD-JWT VC: each is what its section says it is, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { judgePresentation } from '../../../../src/attest/evidence/credential.js';
import {
  type CredentialTrust,
  importCredentialTrust,
} from '../../../../src/attest/evidence/credential-trust.js';
import { disclosedClaims } from '../../../../src/attest/evidence/disclose.js';
import { splitSdJwt } from '../../../../src/attest/evidence/sd-jwt.js';

const root = process.env['ASSAY_VECTORS'];
const inFolder = root === undefined ? describe.skip : describe;
const read = (name: string) => JSON.parse(readFileSync(join(root!, 'sd-jwt-rfc9901', name), 'utf8'));

interface Example {
  section: string;
  compact: string;
}

inFolder('an example of RFC 9901', () => {
  const examples: Example[] =
    root === undefined
      ? []
      : [...read('sd-jwt-examples.json').examples, ...read('sd-jwt-vc-examples.json').examples];
  const keys = root === undefined ? {} : read('keys.json');
  const trustFor = (compact: string): Promise<CredentialTrust> => {
    const { iss } = splitSdJwt(compact).issued.payload;
    const { kty, crv, x, y } = keys.issuer;
    return importCredentialTrust([
      {
        iss: String(iss ?? 'https://example.com/issuer'),
        audiences: [],
        token_keys: [{ kty, crv, x, y }],
        status_keys: [],
        status_origins: [],
        credentials: {},
      },
    ]);
  };
  const judge = async (compact: string, change: { aud?: string; nonce?: string } = {}, text = compact) => {
    const { binding } = splitSdJwt(compact);
    const { aud, iat } = (binding?.payload ?? {}) as { aud: string; iat: number };
    const expected = { aud, nonce: keys.kb_nonce, nowS: iat ?? 1_750_000_000, ...change };
    return judgePresentation(text, expected, { trust: await trustFor(compact), lists: async () => null });
  };

  const whole = examples.filter(({ compact }) => compact.includes('~'));

  test('is there', () => {
    expect(examples.length).toBe(14);
  });

  test.each(whole.map((each) => [each.section, each.compact] as const))(
    '%s has its digests where they belong',
    (_section, compact) => {
      const { issued, disclosures } = splitSdJwt(compact);
      const claims = disclosedClaims(issued, disclosures);
      expect(JSON.stringify(claims)).not.toMatch(/"_sd"|"\.\.\."|"_sd_alg"/);
    },
  );

  const bound = whole.filter(({ compact }) => !compact.endsWith('~'));
  test.each(bound.map((each) => [each.section, each.compact] as const))(
    '%s is accepted with its holder’s signature',
    async (_section, compact) => {
      await expect(judge(compact)).resolves.toMatchObject({ unq: 0 });
      await expect(judge(compact, { nonce: '0' })).rejects.toMatchObject({ code: 'sd_jwt.nonce' });
      await expect(judge(compact, { aud: 'https://elsewhere.example' })).rejects.toMatchObject({
        code: 'sd_jwt.audience',
      });
      const parts = compact.split('~');
      const fewer = [parts[0], ...parts.slice(2)].join('~');
      // What was inside of the one left out belongs nowhere then.
      const code = expect.stringMatching(/^sd_jwt\.(?:sd_hash|disclosure)$/);
      await expect(judge(compact, {}, fewer)).rejects.toMatchObject({ code });
      await expect(judge(compact, {}, `${parts.slice(0, -1).join('~')}~`)).rejects.toMatchObject({
        code: 'sd_jwt.key_binding',
      });
    },
  );

  const unbound = examples.filter(({ compact }) => compact.endsWith('~'));
  test.each(unbound.map((each) => [each.section, each.compact] as const))(
    '%s is refused: nobody shows that it is his',
    async (_section, compact) => {
      await expect(judge(compact)).rejects.toMatchObject({ code: 'sd_jwt.key_binding' });
    },
  );

  test('that is a JWT alone is no SD-JWT', () => {
    const alone = examples.filter(({ compact }) => !compact.includes('~'));
    expect(alone).toHaveLength(1);
    expect(() => splitSdJwt(alone[0]!.compact)).toThrow('followed by ~');
  });
});

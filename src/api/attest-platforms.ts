/** Platforms whose account proofs are accepted, with the keys that sign them: registered by the tenant's administrator. */
import { z } from 'zod';
import { PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { PlatformName } from '../../schemas/post.js';
import { parseAs } from '../../schemas/problem.js';
import type { AttestContext } from '../attest/issuer.js';
import { registerPlatform } from '../attest/platform.js';
import { defineEndpoint } from './endpoint.js';

const Platform = z
  .strictObject({
    aud: PlatformName,
    name: z.string().min(1).max(128),
    keys: z.array(PublicKey).min(1).max(8).describe('Public P-256 keys that sign account proofs'),
  })
  .meta({ id: 'Platform' });

type Platform = z.infer<typeof Platform>;

/** Other members of a JWK are ignored, but nobody sends a private key without being told. */
function checkPlatform(value: unknown): Platform {
  const platform = parseAs(Platform, value, 'request.invalid');
  const at = (value as Platform).keys.findIndex((key) => 'd' in key);
  if (at === -1) return platform;
  const detail = 'expected a public key, found one with its private part: use another key';
  throw new AssayError('request.invalid', undefined, { violations: [{ pointer: `/keys/${at}/d`, detail }] });
}

const register = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/platforms',
  access: 'admin',
  tag: 'Attestation',
  summary: 'Register a platform, or replace its keys',
  description:
    'A platform belongs to the tenant that registered it first; only its moderators act on its tokens.',
  body: Platform,
  check: (_context, value) => checkPlatform(value),
  responses: { 200: { description: 'As registered', schema: Platform } },
  examples: [
    {
      summary: 'A platform with one key (of RFC 7517, appendix A.1)',
      body: {
        aud: 'example-forum',
        name: 'Example forum',
        keys: [
          {
            kty: 'EC',
            crv: 'P-256',
            x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
            y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
          },
        ],
      },
      status: 200,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    const { aud, name, keys } = await registerPlatform(issuer, principal!.tenant, body);
    const bare = keys.map(({ kty, crv, x, y }) => ({ kty, crv, x, y }));
    return { status: 200, body: { aud, name, keys: bare } };
  },
});

export const attestPlatforms = [register];

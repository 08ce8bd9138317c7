/** Attestations by a prefix of the hash of their text. The rule of the buckets stands in `src/attest/lookup.ts`. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { Problem } from '../../schemas/problem.js';
import type { AttestContext } from '../attest/issuer.js';
import { lookupBucket } from '../attest/lookup.js';
import { defineEndpoint } from './endpoint.js';
import { takeTurn } from './turns.js';

const lookup = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/v1/lookup',
  access: 'read',
  tag: 'Attestation',
  summary: 'Attestations by a prefix of the hash of their text',
  description: `Only public posts whose author asked to be found. \`h\` is hashed at the asker's (docs/attestation-hpt.md) and only its first hexadecimal digits are sent. A prefix is answered when at least ${LIMITS.lookupBucketLeast} different texts and at most ${LIMITS.lookupBucketMost} valid tokens share it, and answers are padded to steps of 64 KiB, so that neither this service nor the network learns which text was meant. Every token still has to be verified.`,
  query: z.strictObject({
    prefix: z
      .string()
      .regex(/^[0-9a-f]{0,16}$/, 'up to 16 hexadecimal digits in lower case')
      .describe('First digits of h in hexadecimal'),
  }),
  responses: {
    200: {
      description: 'Every valid token under the prefix',
      schema: z
        .object({ prefix: z.string(), tokens: z.array(z.string()), pad: z.string() })
        .meta({ id: 'LookupBucket' }),
    },
    409: { description: 'Too few or too many entries share the prefix', schema: Problem },
  },
  examples: [
    { summary: 'Nothing is told while there are too few entries', query: { prefix: '' }, status: 409 },
  ],
  async handle({ issuer }, { principal, query: { prefix } }) {
    takeTurn(issuer, 'lookup', principal!.tenant, LIMITS.lookupsPerMinute);
    return { status: 200, body: { prefix, ...(await lookupBucket(issuer, prefix)) } };
  },
});

export const attestLookup = [lookup];

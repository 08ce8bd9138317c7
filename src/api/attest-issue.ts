/** A text becomes a challenge, and the signed challenge a token. Hashes are computed here and never accepted. */
import { z } from 'zod';
import { AttestedText, ContentClaim, Jti } from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { PlatformName } from '../../schemas/post.js';
import { issueAttestation } from '../attest/issue.js';
import type { AttestContext } from '../attest/issuer.js';
import type { AuthenticationResponseJSON } from '../attest/passkey.js';
import { challengeText } from '../attest/sign.js';
import { Nonce, WebAuthnOptions } from './attest-subjects.js';
import { defineEndpoint } from './endpoint.js';

const field = z.string().max(LIMITS.webauthnFieldLength);
const subject = z.string().min(1).max(64);

const ChallengeRequest = AttestedText.extend({
  subject,
  platform: PlatformName,
  private: z.boolean().optional().describe('Private mail: hashes under a salt that travels with the token'),
  prev: Jti.optional().describe(
    'The text was edited: this author’s earlier token, superseded by the new one',
  ),
  listed: z
    .boolean()
    .optional()
    .describe('A public text that its author wants to be found by its hash; never without the author’s wish'),
}).meta({ id: 'ChallengeRequest' });

const AttestationRequest = AttestedText.extend({
  nonce: Nonce,
  subject,
  platform: PlatformName,
  credential: z
    .looseObject({
      id: field,
      rawId: field,
      type: z.literal('public-key'),
      response: z.looseObject({ clientDataJSON: field, authenticatorData: field, signature: field }),
      clientExtensionResults: z.looseObject({}).default({}),
    })
    .describe('AuthenticationResponseJSON of WebAuthn'),
}).meta({ id: 'AttestationRequest' });

const challenges = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/challenges',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Ask an author’s key to sign a text',
  description:
    'The canonical text is answered for the author to see; only its hashes are kept, for five minutes.',
  body: ChallengeRequest,
  responses: {
    201: {
      description: 'The challenge',
      schema: z.object({
        nonce: Nonce,
        canonical: z.string(),
        reported: z.array(z.string()).describe('What was removed or is worth a look'),
        con: ContentClaim,
        publicKey: WebAuthnOptions,
      }),
    },
  },
  examples: [
    {
      summary: 'A platform that this tenant has not registered',
      body: { subject: 'AAAAAAAAAAAAAAAAAAAAAA', platform: 'elsewhere', text: 'I wrote this.' },
      status: 403,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    return { status: 201, body: await challengeText(issuer, principal!.tenant, body) };
  },
});

const attestations = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/attestations',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Issue an attestation',
  description:
    'Consumes the challenge; the same challenge gives the same token again. With a text, it is checked once more.',
  body: AttestationRequest,
  responses: {
    201: {
      description: 'The token, to be published with the text',
      schema: z.object({ token: z.string(), jti: Jti, expiresMs: z.int(), hal: z.int() }),
    },
  },
  examples: [
    {
      summary: 'A platform that this tenant has not registered',
      body: {
        nonce: 'A'.repeat(43),
        subject: 'AAAAAAAAAAAAAAAAAAAAAA',
        platform: 'elsewhere',
        credential: {
          id: 'AAAA',
          rawId: 'AAAA',
          type: 'public-key',
          response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
          clientExtensionResults: {},
        },
      },
      status: 403,
    },
  ],
  async handle({ issuer }, { principal, body: { credential, ...request } }) {
    const response = credential as AuthenticationResponseJSON;
    return {
      status: 201,
      body: await issueAttestation(issuer, principal!.tenant, { ...request, response }),
    };
  },
});

export const attestIssue = [challenges, attestations];

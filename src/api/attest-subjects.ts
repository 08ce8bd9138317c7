/** Enrolment of authors: a platform's signed proof in, a passkey's creation options out; then the passkey's answer. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { PlatformName } from '../../schemas/post.js';
import { beginEnrolment, completeEnrolment } from '../attest/enrol.js';
import type { AttestContext } from '../attest/issuer.js';
import type { RegistrationResponseJSON } from '../attest/passkey.js';
import { defineEndpoint } from './endpoint.js';

const field = z.string().max(16_384);
/** 32 bytes that name one enrolment or one signature. */
export const Nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/, '32 bytes in base64url');
/** What WebAuthn options look like is WebAuthn's business (Level 3, section 5). */
export const WebAuthnOptions = z.record(z.string(), z.unknown());

const EnrolOptionsRequest = z
  .strictObject({
    platform: PlatformName,
    proof: z
      .string()
      .max(4 * LIMITS.tokenReadBytes)
      .describe(
        'JWT of type account-proof+jwt, signed by the platform: aud, accountId, createdAt, nonce, iat, exp (at most 5 minutes), vouched?',
      ),
  })
  .meta({ id: 'EnrolOptionsRequest' });

const EnrolRequest = z
  .strictObject({
    enrolment: Nonce,
    credential: z
      .looseObject({
        id: field,
        rawId: field,
        type: z.literal('public-key'),
        response: z.looseObject({ clientDataJSON: field, attestationObject: field }),
        clientExtensionResults: z.looseObject({}).default({}),
      })
      .describe('RegistrationResponseJSON of WebAuthn'),
  })
  .meta({ id: 'EnrolRequest' });

const enrolOptions = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/subjects/enrol/options',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Begin to enrol an author',
  description:
    'Needs the platform’s signed proof of control over the account; an account id that was only typed is refused. The proof is used up.',
  body: EnrolOptionsRequest,
  responses: {
    200: {
      description:
        'Options for navigator.credentials.create, and the name of this enrolment (5 minutes, once)',
      schema: z.object({ enrolment: Nonce, publicKey: WebAuthnOptions }),
    },
  },
  examples: [
    {
      summary: 'An account id instead of a proof is refused',
      body: { platform: 'forum', proof: 'account-4711' },
      status: 403,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    return { status: 200, body: await beginEnrolment(issuer, principal!.tenant, body.platform, body.proof) };
  },
});

const enrol = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/subjects/enrol',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Complete an enrolment',
  body: EnrolRequest,
  responses: {
    201: {
      description: 'The subject; a second key of the same account joins the first',
      schema: z.object({ subject: z.string() }),
    },
  },
  examples: [
    {
      summary: 'An enrolment that was never begun',
      body: {
        enrolment: 'A'.repeat(43),
        credential: {
          id: 'AAAA',
          rawId: 'AAAA',
          type: 'public-key',
          response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' },
          clientExtensionResults: {},
        },
      },
      status: 409,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    const response = body.credential as RegistrationResponseJSON;
    return {
      status: 201,
      body: await completeEnrolment(issuer, principal!.tenant, body.enrolment, response),
    };
  },
});

export const attestSubjects = [enrolOptions, enrol];

/** Enrolment of authors: a platform's signed proof in, a passkey's creation options out; then the passkey's answer. */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import { PlatformName } from '../../schemas/post.js';
import { beginEnrolment, completeEnrolment } from '../attest/enrol.js';
import { eraseSubject } from '../attest/erase.js';
import type { AttestContext } from '../attest/issuer.js';
import type { RegistrationResponseJSON } from '../attest/passkey.js';
import { beginPresentation, completePresentation } from '../attest/present.js';
import { defineEndpoint } from './endpoint.js';

const field = z.string().max(LIMITS.webauthnFieldLength);
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

const whose = { subject: z.string().min(1).max(64), platform: PlatformName };

const presentOptions = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/subjects/presentations/options',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Ask an author for a credential of one person',
  description:
    'For an author’s wallet: an SD-JWT VC (RFC 9901) of an issuer that the operator trusts, with key binding over this nonce and audience.',
  body: z.strictObject(whose).meta({ id: 'PresentationOptionsRequest' }),
  responses: {
    201: {
      description: 'What the holder’s signature has to carry (5 minutes, once)',
      schema: z.object({ nonce: Nonce, aud: z.string(), expiresMs: z.int() }),
    },
  },
  examples: [
    {
      summary: 'A platform that this tenant has not registered',
      body: { subject: 'AAAAAAAAAAAAAAAAAAAAAA', platform: 'elsewhere' },
      status: 403,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    return { status: 201, body: await beginPresentation(issuer, principal!.tenant, body) };
  },
});

const present = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/subjects/presentations',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Present a credential of one person',
  description: `The document is judged and dropped; kept is a keyed hash of the issuer’s name for the person, so that nobody is two authors of a platform. Counts until the credential ends, ${LIMITS.personMs / 86_400_000} days at most.`,
  body: z
    .strictObject({ ...whose, nonce: Nonce, presentation: z.string().max(LIMITS.credentialLength) })
    .meta({ id: 'PresentationRequest' }),
  responses: {
    200: {
      description: 'From now on the author’s attestations say unq 2',
      schema: z.object({ unq: z.literal(2), untilMs: z.int() }),
    },
  },
  examples: [
    {
      summary: 'A platform that this tenant has not registered',
      body: {
        subject: 'AAAAAAAAAAAAAAAAAAAAAA',
        platform: 'elsewhere',
        nonce: 'A'.repeat(43),
        presentation: 'e30.e30.AAAA~',
      },
      status: 403,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    return { status: 200, body: await completePresentation(issuer, principal!.tenant, body) };
  },
});

const erase = defineEndpoint<AttestContext>()({
  method: 'delete',
  path: '/v1/subjects/me',
  access: 'attest',
  tag: 'Attestation',
  summary: 'Erase an author',
  description:
    'Needs the platform’s fresh proof of the account, as enrolment does. Destroys the author’s key, revokes every attestation in its status list, and removes keys, challenges and what was kept of a credential. It cannot be undone; enrolled again, the author is somebody else.',
  body: EnrolOptionsRequest.meta({ id: 'ErasureRequest' }),
  responses: {
    200: {
      description: 'Done: nothing here names the author any more',
      schema: z.object({ revoked: z.int().describe('Attestations that were revoked') }),
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
    return {
      status: 200,
      body: await eraseSubject(issuer, principal!.tenant, body.platform, body.proof),
    };
  },
});

export const attestSubjects = [enrolOptions, enrol, presentOptions, present, erase];
